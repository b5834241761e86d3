-- tests/container/pg_cron/stories/a_user_who_was_given_the_functions.sql
-- Told to both; each statement by itself, in one transaction. Needs: the role cron_user.

insert into cron.job (jobid, schedule, command, nodeport, jobname)
values (77, '0 1 * * *', 'select 1', 1, 'a');
grant execute on all functions in schema cron to cron_user;
set local role cron_user;
select cron.alter_job(77, active => false);
select cron.schedule_in_database('b', '0 1 * * *', 'select 1', 'postgres', 'cron_user');
select cron.schedule_in_database('b', '0 1 * * *', 'select 1', 'postgres') is null;
select jobname, username from cron.job;
