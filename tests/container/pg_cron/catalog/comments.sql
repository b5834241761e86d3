-- tests/container/pg_cron/catalog/comments.sql
-- The same on both.

select oid::regprocedure::text as function, obj_description(oid, 'pg_proc') as comment
from pg_proc
where pronamespace = 'cron'::regnamespace and proname <> 'job_cache_invalidate'
order by 1;
