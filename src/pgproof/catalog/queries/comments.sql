-- Every comment on an object that somebody created, and on schemas and extensions.
select
    d.classoid::pg_catalog.regclass::text as catalog,
    d.objoid as id,
    d.objsubid as part,
    d.description as comment
from pg_catalog.pg_description as d
where
    d.objoid >= 16384
    or d.classoid in (
        'pg_catalog.pg_namespace'::pg_catalog.regclass, 'pg_catalog.pg_extension'::pg_catalog.regclass
    );
