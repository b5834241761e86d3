-- tests/container/pg_cron/stories/alter_job.sql
-- Told to both; each statement by itself, in one transaction. Needs: the role cron_user.

insert into cron.job (jobid, schedule, command, nodeport, jobname)
values (77, '0 1 * * *', 'select 1', 1, 'a');
select cron.alter_job(77);
select cron.alter_job(77, schedule => '0 2 * * *', command => 'select 2');
select cron.alter_job(77, schedule => 'never');
select cron.alter_job(77, active => false);
select cron.alter_job(77, database => 'no_such_database');
select cron.alter_job(77, username => 'nobody_here');
select cron.alter_job(77, username => 'anon');
select cron.alter_job(77, username => 'cron_user');
select cron.alter_job(987654, active => false);
select jobname, schedule, command, username, active from cron.job;
