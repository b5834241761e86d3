-- tests/container/pg_cron/stories/scheduling_again_keeps_an_inactive_job_inactive.sql
-- Told to both; each statement by itself, in one transaction. Needs: the role cron_user.

select cron.alter_job(cron.schedule('a', '0 1 * * *', 'select 1'), active => false);
select cron.schedule('a', '0 2 * * *', 'select 1') is null;
select jobname, schedule, active from cron.job;
