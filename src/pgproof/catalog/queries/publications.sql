-- Publications for logical replication.
-- A column that this server's catalog lacks is found one level further out, in older_server.
select
    p.oid as id,
    p.pubname as name,
    pg_catalog.pg_get_userbyid(p.pubowner) as owner,
    p.puballtables as all_tables,
    p.pubinsert as publishes_insert,
    p.pubupdate as publishes_update,
    p.pubdelete as publishes_delete,
    p.pubtruncate as publishes_truncate,
    p.pubviaroot as via_root,
    (select pubgencols from (select p.*) as this_server) as generated_columns,
    array(
        select n.nspname
        from pg_catalog.pg_publication_namespace as pn
        inner join pg_catalog.pg_namespace as n on pn.pnnspid = n.oid
        where pn.pnpubid = p.oid
        order by n.nspname
    ) as schemas
from pg_catalog.pg_publication as p
cross join (select 'n'::char as pubgencols) as older_server
order by p.pubname;
