-- tests/container/pg_cron/stories/schedule_in_database.sql
-- Told to both; each statement by itself, in one transaction. Needs: the role cron_user.

select cron.schedule_in_database('a', '0 1 * * *', 'select 1', 'no_such_database');
select cron.schedule_in_database('a', '0 1 * * *', 'select 1', 'postgres', 'nobody_here');
select cron.schedule_in_database('a', '0 1 * * *', 'select 1', 'postgres', 'anon');
select cron.schedule_in_database('a', '0 1 * * *', 'select 1', 'postgres', 'cron_user', false) is null;
select cron.schedule_in_database('a', '0 2 * * *', 'select 2', 'template1', 'cron_user', true) is null;
select cron.schedule_in_database('b', '0 1 * * *', 'select 1', null) is null;
select jobname, schedule, command, database = 'template1', username, active from cron.job;
