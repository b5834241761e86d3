-- tests/container/pg_cron/stories/the_history_of_ones_own_jobs.sql
-- Told to both; each statement by itself, in one transaction. Needs: the role cron_user.

insert into cron.job_run_details (runid, username) values (1, 'cron_user'), (2, current_user);
set local role cron_user;
select runid from cron.job_run_details;
delete from cron.job_run_details;
reset role;
select runid from cron.job_run_details;
