-- Triggers that somebody created.
select
    t.tgrelid as relation,
    t.oid as id,
    t.tgname as name,
    t.tgtype as bits,
    fn.nspname as function_schema,
    f.proname as function_name,
    pg_catalog.pg_get_triggerdef(t.oid) as definition,
    t.tgargs as arguments,
    t.tgattr::smallint[] as columns,
    t.tgenabled as enabled,
    t.tgconstraint <> 0 as is_constraint,
    t.tgdeferrable as is_deferrable,
    t.tginitdeferred as is_deferred,
    t.tgoldtable as old_table,
    t.tgnewtable as new_table,
    t.tgparentid <> 0 as inherited
from pg_catalog.pg_trigger as t
inner join pg_catalog.pg_proc as f on t.tgfoid = f.oid
inner join pg_catalog.pg_namespace as fn on f.pronamespace = fn.oid
where not t.tgisinternal
order by t.tgname;
