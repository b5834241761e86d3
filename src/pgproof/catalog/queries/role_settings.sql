-- Settings of roles and of this database; those of other databases are not ours to judge.
select
    nullif(s.setrole, 0) as role,
    s.setdatabase <> 0 as here,
    s.setconfig as settings
from pg_catalog.pg_db_role_setting as s
where s.setdatabase in (
    0,
    (
        select d.oid from pg_catalog.pg_database as d
        where d.datname = pg_catalog.current_database()
    )
);
