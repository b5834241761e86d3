-- Tables, partitioned tables, foreign tables, views and materialized views.
select
    c.oid as id,
    n.nspname as schema,
    c.relname as name,
    c.relkind as kind,
    pg_catalog.pg_get_userbyid(c.relowner) as owner,
    coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner))::text[] as acl,
    c.reloptions as options,
    c.relpersistence as persistence,
    c.relrowsecurity as row_security,
    c.relforcerowsecurity as force_row_security,
    c.relreplident as replica_identity,
    case when am.amname <> 'heap' then am.amname end as access_method,
    ts.spcname as tablespace,
    nullif(c.reloftype, 0) as of_type,
    case when c.relispartition then pg_catalog.pg_get_expr(c.relpartbound, c.oid) end as partition_bound,
    case
        when c.relkind in ('r', 'p', 'f')
            then array(
                select i.inhparent
                from pg_catalog.pg_inherits as i
                where i.inhrelid = c.oid
                order by i.inhseqno
            )
    end as parents,
    p.partstrat as partition_strategy,
    p.partattrs::smallint[] as partition_columns,
    case when p.partrelid is not null then pg_catalog.pg_get_partkeydef(c.oid) end as partition_key,
    s.srvname as server,
    f.ftoptions as server_options,
    case when c.relkind in ('v', 'm') then pg_catalog.pg_get_viewdef(c.oid) end as definition,
    case when c.relkind = 'v' then pg_catalog.pg_relation_is_updatable(c.oid, false) end as writable,
    c.relispopulated as populated
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
left join pg_catalog.pg_am as am on c.relam = am.oid
left join pg_catalog.pg_tablespace as ts on c.reltablespace = ts.oid
left join pg_catalog.pg_partitioned_table as p on c.oid = p.partrelid
left join pg_catalog.pg_foreign_table as f on c.oid = f.ftrelid
left join pg_catalog.pg_foreign_server as s on f.ftserver = s.oid
where
    c.relkind in ('r', 'p', 'f', 'v', 'm')
    and c.relpersistence <> 't'
    and c.oid >= 16384
    and n.nspname !~ '^pg_'
order by n.nspname, c.relname;
