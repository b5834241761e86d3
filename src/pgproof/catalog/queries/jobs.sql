-- Jobs of pg_cron, whether it is the extension itself or a stand-in.
select
    j.jobname as name,
    j.schedule,
    j.command,
    j.database,
    j.username,
    j.active
from cron.job as j
order by j.jobname, j.schedule, j.command;
