-- What CREATE AGGREGATE was given, beyond what every routine has.
select
    a.aggfnoid::oid as id,
    array(
        select format('%s=%s', given.name, given.value)
        from (
            values
            ('kind', nullif(a.aggkind::text, 'n')),
            ('sfunc', a.aggtransfn::text),
            ('stype', pg_catalog.format_type(a.aggtranstype, null)),
            ('sspace', nullif(a.aggtransspace, 0)::text),
            ('finalfunc', nullif(a.aggfinalfn::text, '-')),
            ('finalfunc_extra', nullif(a.aggfinalextra, false)::text),
            ('finalfunc_modify', nullif(a.aggfinalmodify::text, 'r')),
            ('combinefunc', nullif(a.aggcombinefn::text, '-')),
            ('serialfunc', nullif(a.aggserialfn::text, '-')),
            ('deserialfunc', nullif(a.aggdeserialfn::text, '-')),
            ('initcond', a.agginitval),
            ('msfunc', nullif(a.aggmtransfn::text, '-')),
            ('minvfunc', nullif(a.aggminvtransfn::text, '-')),
            ('mstype', case when a.aggmtranstype <> 0 then pg_catalog.format_type(a.aggmtranstype, null) end),
            ('mfinalfunc', nullif(a.aggmfinalfn::text, '-')),
            ('minitcond', a.aggminitval),
            ('sortop', case when a.aggsortop <> 0 then a.aggsortop::pg_catalog.regoperator::text end),
            ('direct_arguments', nullif(a.aggnumdirectargs, 0)::text)
        ) as given (name, value)
        where given.value is not null
        order by given.name collate "C"
    ) as details
from pg_catalog.pg_aggregate as a
inner join pg_catalog.pg_proc as p on a.aggfnoid = p.oid
inner join pg_catalog.pg_namespace as n on p.pronamespace = n.oid
where
    p.oid >= 16384
    and n.nspname !~ '^pg_';
