"""Who has what: the privileges of the API roles on one object, as sets that compare."""

from __future__ import annotations

API = ("anon", "authenticated", "service_role")
TABLE = ("select", "insert", "update", "delete", "truncate", "references", "trigger")


def privileges(pg, kind, name, wanted):
    return {
        (role, privilege)
        for role in API
        for privilege in wanted
        if pg.execute(f"select has_{kind}_privilege(%s, %s, %s)", (role, name, privilege)).fetchone()
        == (True,)
    }


def every(wanted):
    return {(role, privilege) for role in API for privilege in wanted}
