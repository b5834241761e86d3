-- tests/container/pg_cron/stories/unschedule.sql
-- Told to both; each statement by itself, in one transaction. Needs: the role cron_user.

select cron.schedule('a', '0 1 * * *', 'select 1') is null;
select cron.unschedule('a');
select cron.unschedule('a');
select cron.unschedule(cron.schedule('b', '0 1 * * *', 'select 1'));
select cron.unschedule(987654);
select count(*) from cron.job;
