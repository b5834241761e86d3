"""Roles and settings belong to the whole cluster: what they are, and whether somebody changed them.

A script that creates a role or alters one changes what every other database of the server sees. Such a project
gets a cluster of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from pgproof.database import Connection, sql

FINGERPRINT = """
select
    coalesce((select jsonb_object_agg(r.rolname, to_jsonb(r) - 'oid' - 'rolpassword')
              from pg_catalog.pg_roles as r where r.rolname !~ '^pg_'), '{}')::text,
    coalesce((select jsonb_agg(jsonb_build_array(m.roleid::regrole, m.member::regrole, m.admin_option)
                               order by m.roleid::regrole::text, m.member::regrole::text)
              from pg_catalog.pg_auth_members as m), '[]')::text,
    coalesce((select jsonb_agg(jsonb_build_array(s.setrole::regrole, s.setconfig) order by s.setrole)
              from pg_catalog.pg_db_role_setting as s where s.setdatabase = 0), '[]')::text,
    coalesce((select jsonb_agg(t.spcname order by t.spcname) from pg_catalog.pg_tablespace as t
              where t.spcname <> 'pgproof_memory'), '[]')::text,
    coalesce((select jsonb_agg(array[c.name, c.setting] order by c.name) from pg_catalog.pg_file_settings as c
              where c.sourcefile like '%postgresql.auto.conf'), '[]')::text
"""


@dataclass(frozen=True, slots=True)
class ClusterState:
    """Roles, memberships, role settings, tablespaces and ``alter system`` settings, each as canonical text."""

    roles: str
    memberships: str
    settings: str
    tablespaces: str
    system: str


def read(connection: Connection) -> ClusterState:
    """The state of the cluster that ``connection`` is in."""
    row = connection.execute(FINGERPRINT).fetchone()
    assert row is not None
    return ClusterState(*row)


def restore(connection: Connection, before: ClusterState) -> ClusterState:
    """Take back what can be taken back: new roles, new memberships, changed settings of roles. Returns what is now.

    The databases that depend on the new roles have to be gone already.
    """
    for name in new_roles(connection, before):
        connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))
    for role, member in new_memberships(connection, before):
        connection.execute(sql.SQL("revoke {} from {}").format(sql.Identifier(role), sql.Identifier(member)))
    now = read(connection)
    if now.settings != before.settings:
        restore_settings(connection, before)
        now = read(connection)
    return now


def new_roles(connection: Connection, before: ClusterState) -> list[str]:
    """Roles that ``before`` does not have."""
    rows = connection.execute(
        "select rolname from pg_catalog.pg_roles"
        " where rolname !~ '^pg_' and not (%s::jsonb ? rolname) order by rolname",
        (before.roles,),
    ).fetchall()
    return [name for (name,) in rows]


def new_memberships(connection: Connection, before: ClusterState) -> list[tuple[str, str]]:
    """Memberships (role, member) that ``before`` does not have."""
    rows = connection.execute(
        "select r.rolname, u.rolname from pg_catalog.pg_auth_members as m"
        " join pg_catalog.pg_roles as r on r.oid = m.roleid join pg_catalog.pg_roles as u on u.oid = m.member"
        " where not (%s::jsonb @> jsonb_build_array(jsonb_build_array(m.roleid::regrole, m.member::regrole,"
        " m.admin_option))) order by 1, 2",
        (before.memberships,),
    ).fetchall()
    return [(role, member) for role, member in rows]


def restore_settings(connection: Connection, before: ClusterState) -> None:
    """Give every role the settings that it had; the catalog holds them just as they are to be again."""
    connection.execute("delete from pg_catalog.pg_db_role_setting where setdatabase = 0")
    connection.execute(
        "insert into pg_catalog.pg_db_role_setting (setdatabase, setrole, setconfig)"
        " select 0, (each -> 0 #>> '{}')::regrole, array(select jsonb_array_elements_text(each -> 1))"
        " from jsonb_array_elements(%s::jsonb) as each",
        (before.settings,),
    )
