-- Functions, procedures, aggregates and window functions, without the ones that make values of a range type.
select
    p.oid as id,
    n.nspname as schema,
    p.proname as name,
    pg_catalog.pg_get_userbyid(p.proowner) as owner,
    coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))::text[] as acl,
    p.prokind as kind,
    l.lanname as language,
    coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc) as source,
    p.proargtypes::oid[] as input_types,
    p.proallargtypes as argument_types,
    p.proargnames as argument_names,
    p.proargmodes::text[] as argument_modes,
    case
        when p.pronargdefaults > 0
            then array(
                select pg_catalog.pg_get_function_arg_default(p.oid, place)
                from generate_series(1, coalesce(array_length(p.proallargtypes, 1), p.pronargs)) as place
                order by place
            )
    end as argument_defaults,
    p.prorettype as returns,
    p.proretset as returns_set,
    pg_catalog.pg_get_function_result(p.oid) as result,
    p.provolatile as volatility,
    p.prosecdef as security_definer,
    p.proleakproof as leakproof,
    p.proisstrict as strict,
    p.proparallel as parallel,
    p.procost as cost,
    p.prorows as rows,
    p.proconfig as config,
    p.probin as library,
    case when p.prosupport <> 0 then p.prosupport::pg_catalog.regproc::text end as support
from pg_catalog.pg_proc as p
inner join pg_catalog.pg_namespace as n on p.pronamespace = n.oid
inner join pg_catalog.pg_language as l on p.prolang = l.oid
where
    p.oid >= 16384
    and not exists (
        select
        from pg_catalog.pg_depend as d
        where
            d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
            and d.objid = p.oid
            and d.deptype = 'i'
    )
    and n.nspname !~ '^pg_'
order by n.nspname, p.proname;
