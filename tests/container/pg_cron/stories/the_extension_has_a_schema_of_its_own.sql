-- tests/container/pg_cron/stories/the_extension_has_a_schema_of_its_own.sql
-- Told to both; each statement by itself, in one transaction. Needs: the role cron_user.

create extension pg_cron;
drop extension pg_cron;
select count(*) from pg_namespace where nspname ~ 'cron';
create extension pg_cron with schema public;
