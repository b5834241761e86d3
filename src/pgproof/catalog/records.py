"""The rows that the queries return, one named tuple per ``queries/<name>.sql``, in the order of its columns.

OIDs (``id``, ``relation``, ``type`` ...) live here and in ``assemble`` only: they join rows,
then they are gone.
"""

from __future__ import annotations

from typing import NamedTuple


class SettingsRecord(NamedTuple):
    """settings.sql."""

    version_num: int
    has_jobs: bool
    has_others: bool


class CommentRecord(NamedTuple):
    """comments.sql."""

    catalog: str
    id: int
    part: int
    comment: str


class MemberRecord(NamedTuple):
    """members.sql."""

    catalog: str
    id: int
    extension: str


class TypeRecord(NamedTuple):
    """types.sql."""

    id: int
    schema: str
    name: str
    kind: str
    element: int | None
    text: str


class SchemaRecord(NamedTuple):
    """schemas.sql."""

    id: int
    name: str
    owner: str
    acl: list[str]


class ExtensionRecord(NamedTuple):
    """extensions.sql."""

    id: int
    name: str
    schema: str
    version: str
    owner: str


class RelationRecord(NamedTuple):
    """relations.sql."""

    id: int
    schema: str
    name: str
    kind: str
    owner: str
    acl: list[str]
    options: list[str] | None
    persistence: str
    row_security: bool
    force_row_security: bool
    replica_identity: str
    access_method: str | None
    tablespace: str | None
    of_type: int | None
    partition_bound: str | None
    parents: list[int] | None
    partition_strategy: str | None
    partition_columns: list[int] | None
    partition_key: str | None
    server: str | None
    server_options: list[str] | None
    definition: str | None
    writable: int | None
    populated: bool


class ColumnRecord(NamedTuple):
    """columns.sql."""

    relation: int
    number: int
    name: str
    type: int
    modifier: int
    dims: int
    type_text: str | None
    not_null: bool
    expression: str | None
    identity: str
    generated: str
    collation: str | None
    acl: list[str] | None
    inherited: bool
    storage: str | None
    compression: str
    statistics: int | None
    options: list[str] | None
    writable: bool


class ConstraintRecord(NamedTuple):
    """constraints.sql."""

    relation: int
    domain: int
    id: int
    name: str
    kind: str
    definition: str
    columns: list[int] | None
    expression: str | None
    operators: list[str] | None
    is_deferrable: bool
    is_deferred: bool
    validated: bool
    enforced: bool
    period: bool
    no_inherit: bool
    inherited: bool
    index_id: int
    referenced: int
    referenced_columns: list[int] | None
    match: str
    on_update: str
    on_delete: str
    on_delete_columns: list[int] | None


class IndexRecord(NamedTuple):
    """indexes.sql."""

    relation: int
    id: int
    name: str
    method: str
    definition: str
    keys: list[int]
    key_count: int
    expressions: list[str] | None
    predicate: str | None
    is_unique: bool
    nulls_not_distinct: bool
    is_primary: bool
    valid: bool
    clustered: bool
    replica_identity: bool
    options: list[str] | None
    parent: int | None


class TriggerRecord(NamedTuple):
    """triggers.sql."""

    relation: int
    id: int
    name: str
    bits: int
    function_schema: str
    function_name: str
    definition: str
    arguments: bytes
    columns: list[int]
    enabled: str
    is_constraint: bool
    is_deferrable: bool
    is_deferred: bool
    old_table: str | None
    new_table: str | None
    inherited: bool


class PolicyRecord(NamedTuple):
    """policies.sql."""

    relation: int
    id: int
    name: str
    command: str
    permissive: bool
    roles: list[str]
    using_condition: str | None
    check_condition: str | None


class RuleRecord(NamedTuple):
    """rules.sql."""

    relation: int
    id: int
    name: str
    event: str
    definition: str
    instead: bool
    enabled: str
