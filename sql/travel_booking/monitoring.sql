-- sql/travel_booking/monitoring.sql
-- What to look at every week: sizes, unused indexes, slow queries, partitions, jobs, the audit log.
-- Needs: every migration, and pg_stat_statements preloaded.  Undone by: nothing, it only reads

-- Table sizes, partitioned tables with all their partitions
select
    c.oid::regclass as table_name,
    pg_size_pretty(sum(pg_total_relation_size(tree.relid))) as size
from pg_class as c
cross join lateral pg_partition_tree(c.oid) as tree
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
group by c.oid
order by sum(pg_total_relation_size(tree.relid)) desc, c.oid;

-- Indexes that nobody uses; the method is in the definition, a name may or may not mention it
select
    s.schemaname,
    s.relname,
    s.indexrelname,
    s.idx_scan,
    pg_size_pretty(pg_relation_size(s.indexrelid)) as size,
    pg_get_indexdef(s.indexrelid) as definition
from pg_stat_user_indexes as s
where s.schemaname in ('public', 'private')
order by s.idx_scan, s.schemaname, s.indexrelname; -- each index once

-- Slow queries; since PostgreSQL 13 the columns are called total_exec_time, mean_exec_time and max_exec_time
select
    q.query,
    q.calls,
    q.total_exec_time,
    q.mean_exec_time,
    q.max_exec_time
from extensions.pg_stat_statements as q
where q.query not like '%pg_stat%'
order by q.mean_exec_time desc, q.userid asc, q.dbid asc, q.queryid asc, q.toplevel asc -- each query once
limit 20;

-- Partitions of the behaviour log, and whether a row waits in the default partition
select
    tree.relid::regclass as partition,
    pg_size_pretty(pg_total_relation_size(tree.relid)) as size,
    pg_get_expr(c.relpartbound, c.oid) as bounds
from pg_partition_tree('public.user_behavior_log') as tree
inner join pg_class as c on tree.relid = c.oid
where tree.isleaf
order by tree.relid::regclass::text; -- each partition once

-- The last run of each job
select
    j.jobname,
    j.schedule,
    d.status,
    d.return_message,
    d.start_time
from cron.job as j
left join lateral (
    select
        r.status,
        r.return_message,
        r.start_time
    from cron.job_run_details as r
    where r.jobid = j.jobid
    order by r.runid desc -- a run has a number of its own
    limit 1
) as d on true
order by j.jobname, j.jobid; -- each job once

-- What is wrong with the audit log, row by row: nothing
select
    b.id,
    b.problem
from private.audit_log_breaks() as b
order by b.id, b.problem; -- each problem once
