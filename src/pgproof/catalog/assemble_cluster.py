"""Rows -> roles, memberships and settings of the server. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from pgproof.catalog.cluster import Cluster, Membership, Role, Setting
from pgproof.catalog.object_records import MembershipRecord, RoleRecord, RoleSettingsRecord


def cluster(
    roles: Iterable[RoleRecord],
    memberships: Iterable[MembershipRecord],
    settings: Iterable[RoleSettingsRecord],
) -> Cluster:
    """Put the server's roles together."""
    by_role: dict[int | None, list[Setting]] = {}
    for row in settings:
        by_role.setdefault(row.role, []).extend(_settings(row))
    return Cluster(
        roles=tuple(_role(row, _sorted(by_role.get(row.id, []))) for row in roles),
        memberships=tuple(
            Membership(
                role=row.role,
                member=row.member,
                grantor=row.grantor,
                admin=row.admin,
                inherit=row.inherit,
                set=row.settable,
            )
            for row in memberships
        ),
        settings=_sorted(by_role.get(None, [])),
    )


def _role(row: RoleRecord, settings: tuple[Setting, ...]) -> Role:
    return Role(
        name=row.name,
        superuser=row.superuser,
        inherit=row.inherit,
        create_role=row.create_role,
        create_database=row.create_database,
        login=row.login,
        replication=row.replication,
        bypass_row_security=row.bypass_row_security,
        connection_limit=row.connection_limit,
        valid_until=row.valid_until,
        settings=settings,
        comment=row.comment,
    )


def _settings(row: RoleSettingsRecord) -> Iterable[Setting]:
    for setting in row.settings:
        name, _, value = setting.partition("=")
        yield Setting(name=name, here=row.here, value=value)


def _sorted(settings: list[Setting]) -> tuple[Setting, ...]:
    return tuple(sorted(settings, key=lambda s: (s.name, s.here)))
