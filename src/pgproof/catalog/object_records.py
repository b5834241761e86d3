"""The rows of the queries for what is not part of a relation; see ``records``."""

from __future__ import annotations

from typing import NamedTuple


class SequenceRecord(NamedTuple):
    """sequences.sql."""

    id: int
    schema: str
    name: str
    owner: str
    acl: list[str]
    type: str
    start: int
    increment: int
    minimum: int
    maximum: int
    cache: int
    cycle: bool
    persistence: str
    table_id: int | None
    column_number: int | None
    identity: bool


class RoutineRecord(NamedTuple):
    """routines.sql."""

    id: int
    schema: str
    name: str
    owner: str
    acl: list[str]
    kind: str
    language: str
    source: str
    input_types: list[int]
    argument_types: list[int] | None
    argument_names: list[str] | None
    argument_modes: list[str] | None
    argument_defaults: list[str | None] | None
    returns: int
    returns_set: bool
    result: str | None
    volatility: str
    security_definer: bool
    leakproof: bool
    strict: bool
    parallel: str
    cost: float
    rows: float
    config: list[str] | None
    library: str | None
    support: str | None


class AggregateRecord(NamedTuple):
    """aggregates.sql."""

    id: int
    details: list[str]


class UserTypeRecord(NamedTuple):
    """user_types.sql."""

    id: int
    schema: str
    name: str
    owner: str
    acl: list[str]
    kind: str
    labels: list[str] | None
    base: int | None
    modifier: int
    dims: int
    base_text: str | None
    not_null: bool
    default_expression: str | None
    collation: str | None
    relation: int | None
    subtype: int | None
    multirange: int | None
    operator_class: str | None
    range_collation: str | None
    canonical: str | None
    difference: str | None


class EventTriggerRecord(NamedTuple):
    """event_triggers.sql."""

    id: int
    name: str
    event: str
    function_schema: str
    function_name: str
    owner: str
    tags: list[str] | None
    enabled: str


class DefaultPrivilegesRecord(NamedTuple):
    """default_privileges.sql."""

    role: str
    schema: str | None
    objects: str
    acl: list[str]


class PublicationRecord(NamedTuple):
    """publications.sql."""

    id: int
    name: str
    owner: str
    all_tables: bool
    publishes_insert: bool
    publishes_update: bool
    publishes_delete: bool
    publishes_truncate: bool
    via_root: bool
    generated_columns: str
    schemas: list[str]


class PublishedTableRecord(NamedTuple):
    """published_tables.sql."""

    publication: int
    relation: int
    columns: list[int] | None
    condition: str | None


class ForeignServerRecord(NamedTuple):
    """foreign_servers.sql."""

    id: int
    name: str
    wrapper: str
    owner: str
    type: str | None
    version: str | None
    options: list[str] | None
    acl: list[str]


class OtherRecord(NamedTuple):
    """others.sql."""

    catalog: str
    id: int
    kind: str
    name: str
    owner: str | None
    acl: list[str] | None
    definition: list[str | None]


class JobRecord(NamedTuple):
    """jobs.sql."""

    name: str | None
    schedule: str
    command: str
    database: str
    username: str
    active: bool


class RoleRecord(NamedTuple):
    """roles.sql."""

    id: int
    name: str
    superuser: bool
    inherit: bool
    create_role: bool
    create_database: bool
    login: bool
    replication: bool
    bypass_row_security: bool
    connection_limit: int
    valid_until: str | None
    comment: str | None


class MembershipRecord(NamedTuple):
    """memberships.sql."""

    role: str
    member: str
    grantor: str
    admin: bool
    inherit: bool
    settable: bool


class RoleSettingsRecord(NamedTuple):
    """role_settings.sql."""

    role: int | None
    here: bool
    settings: list[str]
