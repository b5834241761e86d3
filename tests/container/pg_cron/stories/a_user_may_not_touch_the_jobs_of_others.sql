-- tests/container/pg_cron/stories/a_user_may_not_touch_the_jobs_of_others.sql
-- Told to both; each statement by itself, in one transaction. Needs: the role cron_user.

insert into cron.job (jobid, schedule, command, nodeport, jobname)
values (77, '0 1 * * *', 'select 1', 1, 'a');
set local role cron_user;
select cron.unschedule(77);
select cron.alter_job(77, active => false);
select cron.schedule_in_database('b', '0 1 * * *', 'select 1', 'postgres');
insert into cron.job (schedule, command, nodeport) values ('0 1 * * *', 'select 1', 1);
update cron.job set active = false;
delete from cron.job;
select nextval('cron.jobid_seq');
insert into cron.job_run_details (jobid) values (1);
update cron.job_run_details set status = 'x';
delete from cron.job_run_details;
