-- tests/container/pg_cron/stories/the_same_name_again_changes_the_job.sql
-- Told to both; each statement by itself, in one transaction. Needs: the role cron_user.

select cron.schedule('a', '0 1 * * *', 'select 1') = cron.schedule('a', '0 2 * * *', 'select 2');
select jobname, schedule, command, active, nodename from cron.job;
