"""``Answers``: what the queries returned, as records. The table of which query fills which record is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from pgproof.catalog import object_records as objects
from pgproof.catalog import records

#: Read for every catalog, ``queries/<name>.sql`` each.
CATALOG: Mapping[type[Any], str] = {
    records.SettingsRecord: "settings",
    records.CommentRecord: "comments",
    records.MemberRecord: "members",
    records.TypeRecord: "types",
    records.SchemaRecord: "schemas",
    records.ExtensionRecord: "extensions",
    records.RelationRecord: "relations",
    records.ColumnRecord: "columns",
    records.ConstraintRecord: "constraints",
    records.IndexRecord: "indexes",
    records.TriggerRecord: "triggers",
    records.PolicyRecord: "policies",
    records.RuleRecord: "rules",
    objects.SequenceRecord: "sequences",
    objects.RoutineRecord: "routines",
    objects.AggregateRecord: "aggregates",
    objects.UserTypeRecord: "user_types",
    objects.EventTriggerRecord: "event_triggers",
    objects.DefaultPrivilegesRecord: "default_privileges",
    objects.PublicationRecord: "publications",
    objects.PublishedTableRecord: "published_tables",
    objects.ForeignServerRecord: "foreign_servers",
}
#: Read only where pg_cron, or a stand-in for it, is installed.
JOBS: Mapping[type[Any], str] = {objects.JobRecord: "jobs"}
#: Read only where something of a rarer kind was created.
OTHERS: Mapping[type[Any], str] = {objects.OtherRecord: "others"}
#: Read for the roles of the server.
CLUSTER: Mapping[type[Any], str] = {
    objects.RoleRecord: "roles",
    objects.MembershipRecord: "memberships",
    objects.RoleSettingsRecord: "role_settings",
}

_Record = TypeVar("_Record")


@cache
def sql(name: str) -> str:
    """The text of ``queries/<name>.sql``."""
    return files("pgproof.catalog").joinpath(f"queries/{name}.sql").read_text("utf-8")


@dataclass(frozen=True)
class Answers:
    """Rows by the record that they become; a query that was not asked has none."""

    rows: Mapping[type[Any], Sequence[tuple[Any, ...]]]

    def of(self, record: type[_Record]) -> list[_Record]:
        """The rows of one query as records."""
        return [record(*row) for row in self.rows.get(record, ())]
