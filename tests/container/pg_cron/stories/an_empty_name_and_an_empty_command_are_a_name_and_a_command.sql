-- tests/container/pg_cron/stories/an_empty_name_and_an_empty_command_are_a_name_and_a_command.sql
-- Told to both; each statement by itself, in one transaction. Needs: the role cron_user.

select cron.schedule('', '0 1 * * *', '') is null;
select jobname, command from cron.job;
