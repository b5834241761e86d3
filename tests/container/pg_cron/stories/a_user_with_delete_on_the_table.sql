-- tests/container/pg_cron/stories/a_user_with_delete_on_the_table.sql
-- Told to both; each statement by itself, in one transaction. Needs: the role cron_user.

insert into cron.job (jobid, schedule, command, nodeport, jobname)
values (77, '0 1 * * *', 'select 1', 1, 'a');
grant delete on cron.job to cron_user;
set local role cron_user;
select cron.unschedule(77);
reset role;
select count(*) from cron.job;
