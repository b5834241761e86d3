-- tests/container/pg_cron/stories/a_user_has_his_own_jobs_only.sql
-- Told to both; each statement by itself, in one transaction. Needs: the role cron_user.

select cron.schedule('a', '0 1 * * *', 'select 1') is null;
set local role cron_user;
select count(*) from cron.job;
select cron.schedule('a', '0 2 * * *', 'select 2') is null;
select jobname, schedule from cron.job;
select cron.unschedule('a');
select cron.unschedule('a');
reset role;
select jobname, schedule from cron.job;
