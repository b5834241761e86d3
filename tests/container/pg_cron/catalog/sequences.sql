-- tests/container/pg_cron/catalog/sequences.sql
-- The same on both.

select sequencename, data_type::text, start_value, increment_by
from pg_sequences
where schemaname = 'cron'
order by sequencename;
