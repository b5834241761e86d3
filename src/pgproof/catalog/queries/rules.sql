-- Rewrite rules, without the ones that make views.
select
    r.ev_class as relation,
    r.oid as id,
    r.rulename as name,
    r.ev_type as event,
    pg_catalog.pg_get_ruledef(r.oid) as definition,
    r.is_instead as instead,
    r.ev_enabled as enabled
from pg_catalog.pg_rewrite as r
where r.rulename <> '_RETURN'
order by r.rulename;
