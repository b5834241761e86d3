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
    coalesce((select jsonb_agg(t.spcname order by t.spcname) from pg_catalog.pg_tablespace as t), '[]')::text,
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


def drop_roles_made_since(connection: Connection, before: ClusterState) -> None:
    """Drop the roles that ``before`` does not have; the databases that depend on them are gone already."""
    made = connection.execute(
        "select rolname from pg_catalog.pg_roles"
        " where rolname !~ '^pg_' and not (%s::jsonb ? rolname) order by rolname",
        (before.roles,),
    ).fetchall()
    for (name,) in made:
        connection.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))
