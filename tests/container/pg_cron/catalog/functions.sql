-- tests/container/pg_cron/catalog/functions.sql
-- The same on both.

select
    proname,
    pg_get_function_arguments(oid) as arguments,
    pg_get_function_result(oid) as result,
    proisstrict,
    prosecdef
from pg_proc
where pronamespace = 'cron'::regnamespace
order by proname, arguments;
