-- tests/container/pg_cron/stories/jobs_without_a_name_are_always_new.sql
-- Told to both; each statement by itself, in one transaction. Needs: the role cron_user.

select cron.schedule('0 1 * * *', 'select 1') = cron.schedule('0 1 * * *', 'select 1');
select jobname, command from cron.job;
