"""What belongs to the whole server and not to one database: roles, memberships, settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from pgproof.catalog.marks import KEY, PARTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting from ALTER ROLE or ALTER DATABASE; ``here``: it holds only in the database that was read."""

    name: str = field(metadata=KEY)
    here: bool = field(default=False, metadata=KEY)
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """``member`` is in ``role``.

    Before PostgreSQL 16 ``inherit`` is the attribute of the member and ``set`` always true.
    """

    role: str = field(metadata=KEY)
    member: str = field(metadata=KEY)
    grantor: str = field(metadata=KEY)
    admin: bool = False
    inherit: bool = True
    set: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role; PostgreSQL's own (``pg_...``) are not listed. ``connection_limit`` -1 is none."""

    name: str = field(metadata=KEY)
    superuser: bool = False
    inherit: bool = True
    create_role: bool = False
    create_database: bool = False
    login: bool = False
    replication: bool = False
    bypass_row_security: bool = False
    connection_limit: int = -1
    valid_until: str | None = None
    settings: tuple[Setting, ...] = field(default=(), metadata=PARTS)
    comment: str | None = None


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Roles, who is a member of what, and the settings of the database that was read."""

    roles: tuple[Role, ...] = field(default=(), metadata=PARTS)
    memberships: tuple[Membership, ...] = field(default=(), metadata=PARTS)
    settings: tuple[Setting, ...] = field(default=(), metadata=PARTS)

    @cached_property
    def roles_by_name(self) -> dict[str, Role]:
        """Every role under its name."""
        return {role.name: role for role in self.roles}

    def role(self, name: str) -> Role:
        """The role of that name; raises ``KeyError``."""
        return self.roles_by_name[name]

    def inherited_by(self, member: str) -> frozenset[str]:
        """Every role whose privileges ``member`` has without SET ROLE; itself included."""
        found, todo = {member}, [member]
        while todo:
            current = todo.pop()
            direct = {m.role for m in self.memberships if m.member == current and m.inherit} - found
            found |= direct
            todo += direct
        return frozenset(found)

    def roles_of(self, member: str) -> frozenset[str]:
        """Every role that ``member`` is in, directly or through others; itself included."""
        found, todo = {member}, [member]
        while todo:
            current = todo.pop()
            direct = {m.role for m in self.memberships if m.member == current} - found
            found |= direct
            todo += direct
        return frozenset(found)
