-- The tables that publications list one by one.
select
    r.prpubid as publication,
    r.prrelid as relation,
    r.prattrs::smallint[] as columns,
    pg_catalog.pg_get_expr(r.prqual, r.prrelid) as condition
from pg_catalog.pg_publication_rel as r;
