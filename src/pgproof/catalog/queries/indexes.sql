-- Indexes. The text of a key is asked for only where it is an expression.
select
    i.indrelid as relation,
    i.indexrelid as id,
    c.relname as name,
    am.amname as method,
    pg_catalog.pg_get_indexdef(i.indexrelid) as definition,
    i.indkey::smallint[] as keys,
    i.indnkeyatts as key_count,
    case
        when i.indexprs is not null
            then array(
                select pg_catalog.pg_get_indexdef(i.indexrelid, key.place::integer, false)
                from unnest(i.indkey::smallint[]) with ordinality as key (number, place)
                where key.number = 0
                order by key.place
            )
    end as expressions,
    pg_catalog.pg_get_expr(i.indpred, i.indrelid) as predicate,
    i.indisunique as is_unique,
    i.indnullsnotdistinct as nulls_not_distinct,
    i.indisprimary as is_primary,
    i.indisvalid as valid,
    i.indisclustered as clustered,
    i.indisreplident as replica_identity,
    c.reloptions as options,
    case when c.relispartition then parent.inhparent end as parent
from pg_catalog.pg_index as i
inner join pg_catalog.pg_class as c on i.indexrelid = c.oid
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
inner join pg_catalog.pg_am as am on c.relam = am.oid
left join pg_catalog.pg_inherits as parent on i.indexrelid = parent.inhrelid
where
    c.relpersistence <> 't'
    and c.oid >= 16384
    and n.nspname !~ '^pg_'
order by c.relname;
