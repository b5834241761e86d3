-- tests/container/pg_cron/stories/nulls.sql
-- Told to both; each statement by itself, in one transaction. Needs: the role cron_user.

select cron.schedule(null, 'select 1');
select cron.schedule('0 1 * * *', null);
select cron.schedule(null, '0 1 * * *', 'select 1');
select cron.schedule('a', null, 'select 1');
select cron.schedule('a', '0 1 * * *', null);
select cron.unschedule(null::bigint);
select cron.unschedule(null::text);
select cron.alter_job(null, schedule => '0 1 * * *');
