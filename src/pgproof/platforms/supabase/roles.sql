-- supabase/roles.sql
-- The roles of a Supabase project. They belong to the cluster, so this runs once per server, not once per
-- database.
-- Needs: a superuser. Creates what is missing, changes nothing that exists, raises where an existing role
-- would falsify a test.

do $roles$
declare
    wanted record;
    found record;
begin
    -- Advisory locks are per database, roles are not: a lock on the shared catalog makes runs from two
    -- databases wait for each other.
    lock table pg_catalog.pg_authid in share row exclusive mode;

    for wanted in
        select r.name, r.attributes
        from (
            values
                -- who the API acts as
                (1, 'anon', 'nologin inherit'),
                (2, 'authenticated', 'nologin inherit'),
                (3, 'service_role', 'nologin inherit bypassrls'),
                (4, 'authenticator', 'login noinherit'),
                -- who owns what
                (5, 'postgres', 'login inherit createdb createrole replication bypassrls'),
                (6, 'supabase_admin', 'login inherit superuser createdb createrole replication bypassrls'),
                (7, 'supabase_auth_admin', 'login noinherit createrole'),
                (8, 'supabase_storage_admin', 'login noinherit createrole'),
                (9, 'supabase_functions_admin', 'login noinherit createrole'),
                (10, 'supabase_realtime_admin', 'nologin noinherit'),
                (11, 'supabase_replication_admin', 'login inherit replication'),
                (12, 'supabase_read_only_user', 'login inherit bypassrls'),
                (13, 'dashboard_user', 'nologin inherit createdb createrole replication'),
                (14, 'pgbouncer', 'login inherit')
        ) as r (place, name, attributes)
        where not exists (select from pg_catalog.pg_roles as known where known.rolname = r.name)
        order by r.place
    loop
        execute pg_catalog.format('create role %I with %s', wanted.name, wanted.attributes);
    end loop;

    -- A member that exists already keeps what it has; a missing membership is added, because it takes nothing
    -- away.
    for wanted in
        select m.member, m.role
        from (
            values
                ('authenticator', 'anon'),
                ('authenticator', 'authenticated'),
                ('authenticator', 'service_role'),
                ('supabase_storage_admin', 'authenticator'),
                ('postgres', 'anon'),
                ('postgres', 'authenticated'),
                ('postgres', 'service_role'),
                ('postgres', 'pg_monitor'),
                ('postgres', 'pg_signal_backend'),
                ('postgres', 'pg_read_all_data'),
                ('supabase_read_only_user', 'pg_read_all_data')
        ) as m (member, role)
        where not exists (
            select
            from pg_catalog.pg_auth_members as known
            where
                known.member = (select oid from pg_catalog.pg_roles where rolname = m.member)
                and known.roleid = (select oid from pg_catalog.pg_roles where rolname = m.role)
        )
        order by m.member, m.role
    loop
        execute pg_catalog.format('grant %I to %I', wanted.role, wanted.member);
    end loop;

    -- Only what an access test can see is compared: the rest differs between releases of Supabase and changes
    -- no outcome.
    for found in
        select r.rolname as name, w.attribute, w.expected, w.observed
        from (
            values
                ('anon', false, false, null::boolean),
                ('authenticated', false, false, null),
                ('service_role', false, true, null),
                ('authenticator', false, false, false),
                ('supabase_auth_admin', false, false, null),
                ('supabase_storage_admin', false, false, null)
        ) as e (name, is_super, bypasses, inherits)
        inner join pg_catalog.pg_roles as r on r.rolname = e.name
        cross join lateral (
            values
                ('superuser', e.is_super, r.rolsuper),
                ('bypassrls', e.bypasses, r.rolbypassrls),
                ('inherit', coalesce(e.inherits, r.rolinherit), r.rolinherit)
        ) as w (attribute, expected, observed)
        where w.expected <> w.observed
        order by r.rolname, w.attribute
    loop
        raise exception 'role "%" exists with % = %, the supabase platform needs %',
            found.name, found.attribute, found.observed, found.expected
            using
                errcode = 'object_not_in_prerequisite_state',
                hint = pg_catalog.format(
                    'run: alter role %I %s%s; or use a server of its own for this project',
                    found.name, case when found.expected then '' else 'no' end, found.attribute
                );
    end loop;

    -- An API role inside another role has that role's rights in every database of the cluster.
    for found in
        select member.rolname as name, role.rolname as inside
        from pg_catalog.pg_auth_members as m
        inner join pg_catalog.pg_roles as member on member.oid = m.member
        inner join pg_catalog.pg_roles as role on role.oid = m.roleid
        where member.rolname in ('anon', 'authenticated', 'service_role')
        order by member.rolname, role.rolname
    loop
        raise exception 'role "%" is a member of "%", the supabase platform needs a member of nothing',
            found.name, found.inside
            using
                errcode = 'object_not_in_prerequisite_state',
                hint = pg_catalog.format(
                    'run: revoke %I from %I; or use a server of its own for this project',
                    found.inside, found.name
                );
    end loop;
end
$roles$;
