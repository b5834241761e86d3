-- Enums, domains, composites and ranges that somebody created; what each kind has is null for the others.
select
    t.oid as id,
    n.nspname as schema,
    t.typname as name,
    pg_catalog.pg_get_userbyid(t.typowner) as owner,
    coalesce(t.typacl, pg_catalog.acldefault('T', t.typowner))::text[] as acl,
    t.typtype as kind,
    case
        when t.typtype = 'e'
            then array(
                select e.enumlabel
                from pg_catalog.pg_enum as e
                where e.enumtypid = t.oid
                order by e.enumsortorder
            )
    end as labels,
    nullif(t.typbasetype, 0) as base,
    t.typtypmod as modifier,
    t.typndims as dims,
    case when t.typtype = 'd' then pg_catalog.format_type(t.typbasetype, t.typtypmod) end as base_text,
    t.typnotnull as not_null,
    case when t.typtype = 'd' then pg_catalog.pg_get_expr(t.typdefaultbin, 0) end as default_expression,
    case
        when t.typtype = 'd' and t.typcollation <> base.typcollation
            then t.typcollation::pg_catalog.regcollation::text
    end as collation,
    nullif(t.typrelid, 0) as relation,
    r.rngsubtype as subtype,
    nullif(r.rngmultitypid, 0) as multirange,
    case
        when r.rngtypid is not null
            then (
                select format('%I.%I', opn.nspname, opc.opcname)
                from pg_catalog.pg_opclass as opc
                inner join pg_catalog.pg_namespace as opn on opc.opcnamespace = opn.oid
                where opc.oid = r.rngsubopc
            )
    end as operator_class,
    case
        when r.rngcollation <> sub.typcollation then r.rngcollation::pg_catalog.regcollation::text
    end as range_collation,
    nullif(r.rngcanonical::text, '-') as canonical,
    nullif(r.rngsubdiff::text, '-') as difference
from pg_catalog.pg_type as t
inner join pg_catalog.pg_namespace as n on t.typnamespace = n.oid
left join pg_catalog.pg_class as c on t.typrelid = c.oid
left join pg_catalog.pg_type as base on t.typbasetype = base.oid
left join pg_catalog.pg_range as r on t.oid = r.rngtypid
left join pg_catalog.pg_type as sub on r.rngsubtype = sub.oid
where
    t.typtype in ('e', 'd', 'c', 'r')
    and (t.typtype <> 'c' or c.relkind = 'c')
    and t.oid >= 16384
    and n.nspname !~ '^pg_'
order by n.nspname, t.typname;
