-- tests/container/pg_cron/stories/somebody_without_the_schema.sql
-- Told to both; each statement by itself, in one transaction. Needs: the role cron_user.

set local role authenticated;
select cron.schedule('a', '0 1 * * *', 'select 1');
select count(*) from cron.job;
