-- Event triggers.
select
    e.oid as id,
    e.evtname as name,
    e.evtevent as event,
    n.nspname as function_schema,
    p.proname as function_name,
    pg_catalog.pg_get_userbyid(e.evtowner) as owner,
    e.evttags as tags,
    e.evtenabled as enabled
from pg_catalog.pg_event_trigger as e
inner join pg_catalog.pg_proc as p on e.evtfoid = p.oid
inner join pg_catalog.pg_namespace as n on p.pronamespace = n.oid
order by e.evtname;
