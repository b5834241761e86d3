-- Constraints of tables and domains.
-- Left out: constraint triggers (they are triggers) and the copies of a foreign key that PostgreSQL keeps for
-- each partition of the table that it points to.
-- A column that this server's catalog lacks is found one level further out, in older_server.
select
    con.conrelid as relation,
    con.contypid as domain,
    con.oid as id,
    con.conname as name,
    con.contype as kind,
    pg_catalog.pg_get_constraintdef(con.oid) as definition,
    con.conkey as columns,
    case when con.contype = 'c' then pg_catalog.pg_get_expr(con.conbin, con.conrelid) end as expression,
    case
        when con.contype = 'x'
            then array(
                select op.operator::pg_catalog.regoperator::text
                from unnest(con.conexclop) with ordinality as op (operator, place)
                order by op.place
            )
    end as operators,
    con.condeferrable as is_deferrable,
    con.condeferred as is_deferred,
    con.convalidated as validated,
    (select conenforced from (select con.*) as this_server) as enforced,
    (select conperiod from (select con.*) as this_server) as period,
    con.connoinherit as no_inherit,
    not con.conislocal as inherited,
    con.conindid as index_id,
    con.confrelid as referenced,
    con.confkey as referenced_columns,
    con.confmatchtype as match,
    con.confupdtype as on_update,
    con.confdeltype as on_delete,
    con.confdelsetcols as on_delete_columns
from pg_catalog.pg_constraint as con
inner join pg_catalog.pg_namespace as n on con.connamespace = n.oid
left join pg_catalog.pg_constraint as parent on con.conparentid = parent.oid
cross join (
    select
        true as conenforced,
        false as conperiod
) as older_server
where
    con.contype in ('p', 'u', 'c', 'f', 'x', 'n')
    and (con.contype <> 'f' or parent.conrelid is distinct from con.conrelid)
    and con.oid >= 16384
    and n.nspname !~ '^pg_'
order by con.conname;
