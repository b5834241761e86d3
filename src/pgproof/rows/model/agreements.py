"""Which paths of foreign keys must lead to the same row: the tenant of a message's user and conversation.

A *label* is an ancestor by the name of the column that points at it: ``tenant_id`` of ``public.tenants``.
Paths that arrive at the same label agree, unless the column names a part somebody plays (``author_id``,
``created_by``) or the table is where people meet (``comments``). A tenant agrees by whatever name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pgproof.rows.model.tables import Agreement, Path, ReferenceModel, TableModel, TableName

_TENANTS = re.compile(
    r"^(tenants?|organi[sz]ations?|orgs?|accounts?|workspaces?|compan(y|ies)|teams?|customers?_accounts?"
    r"|famil(y|ies)|households?|schools?|clinics?|stores?|shops?|projects?)(_v\d+)?$"
)
_PARTS = re.compile(
    r"(_by|^(author|sender|recipient|receiver|reviewer|assignee|assigned_to|creator|editor|approver|inviter"
    r"|invitee|referrer|referred|follower|following|friend|mentor|seller|buyer|actor|from|to|source|target)"
    r"(_.*)?)(_id)?$"
)
_ENCOUNTERS = re.compile(
    r"(^|_)(comments?|likes?|reactions?|votes?|reviews?|favou?rites?|bookmarks?|participants?|members?"
    r"|memberships?|attendees?|attendances?|followers?|views?|shares?|invitations?|enrollments?)$"
)
_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Reach:
    """An ancestor that a row has: by which path, and under which label."""

    label: str
    target: TableName
    path: Path


def with_agreements(tables: Sequence[TableModel]) -> tuple[TableModel, ...]:
    """The tables, parents first, each with what its paths agree on."""
    reached: dict[TableName, tuple[Reach, ...]] = {}
    found: list[TableModel] = []
    for table in tables:
        reaches = reaches_of(table, reached)
        reached[table.name] = reaches
        found.append(replace(table, agreements=(*forced(table), *meant(table, reaches))))
    return tuple(found)


def reaches_of(table: TableModel, known: Mapping[TableName, Sequence[Reach]]) -> tuple[Reach, ...]:
    """Every ancestor of a row: its own foreign keys, then those of its parents, one path per foreign key.

    One is enough: what leads to an ancestor in two ways from a parent was made to agree there.
    """
    found: dict[tuple[str, str, TableName], Reach] = {}
    for reference in forward(table):
        reach = Reach(label_of(table, reference), reference.target, _to_key(reference))
        found[reference.name, reach.label, reach.target] = reach
    for reference in forward(table):
        for each in known.get(reference.target, ()):
            if len(each.path.hops) < _DEPTH:
                path = Path((reference.name, *each.path.hops), each.path.column)
                reach = Reach(each.label, each.target, path)
                found.setdefault((reference.name, each.label, each.target), reach)
    return tuple(found.values())


def forward(table: TableModel) -> tuple[ReferenceModel, ...]:
    """The foreign keys to tables that fill earlier."""
    return tuple(r for r in table.references if not r.breaking and r.target != table.name)


def label_of(table: TableModel, reference: ReferenceModel) -> str:
    """The column that is this foreign key's own, not one it shares with others: it names the ancestor."""
    shared = {c for other in table.references if other is not reference for c in other.columns}
    own = [column for column in reference.columns if column not in shared]
    return (own or list(reference.columns))[-1]


def meant(table: TableModel, reaches: Sequence[Reach]) -> tuple[Agreement, ...]:
    """What an application means: the same label is the same row, and there is one tenant."""
    groups: dict[tuple[str, TableName], list[Reach]] = {}
    for reach in reaches:
        if is_owner(reach.target, table, reaches):
            groups.setdefault(("", reach.target), []).append(reach)
        elif not _PARTS.search(reach.label) and not _ENCOUNTERS.search(table.name.name):
            groups.setdefault((reach.label, reach.target), []).append(reach)
    found = []
    for (label, target), members in groups.items():
        paths = _without_siblings(table, members) if label else [member.path for member in members]
        if len(paths) > 1 and not (label and _meet(table, paths)):
            found.append(Agreement(target, tuple(paths)))
    return tuple(found)


def is_owner(target: TableName, table: TableModel, reaches: Sequence[Reach]) -> bool:
    """Whether ``target`` owns everything below it, so that all ways up from a row end in one row of it."""
    if not _TENANTS.match(target.name) or target == table.name:
        return False
    return sum(r.target == target and len(r.path.hops) == 1 for r in reaches) < 2


def forced(table: TableModel) -> tuple[Agreement, ...]:
    """What composite foreign keys make true: a column that several of them share has one value."""
    found = []
    for column in dict.fromkeys(c for r in forward(table) for c in r.columns):
        users = [r for r in forward(table) if column in r.columns]
        if len(users) < 2:
            continue
        paths = [Path((r.name,), r.target_columns[r.columns.index(column)]) for r in users]
        found.append(Agreement(users[0].target, tuple(paths), forced=True))
    return tuple(found)


def _without_siblings(table: TableModel, members: Sequence[Reach]) -> list[Path]:
    """Leave out what comes through two foreign keys to one table: sender and recipient are two people."""
    target = {reference.name: reference.target for reference in table.references}
    counts: dict[TableName, set[str]] = {}
    for member in members:
        if len(member.path.hops) > 1:
            counts.setdefault(target[member.path.hops[0]], set()).add(member.path.hops[0])
    return [
        member.path
        for member in members
        if len(member.path.hops) == 1 or len(counts[target[member.path.hops[0]]]) == 1
    ]


def _meet(table: TableModel, paths: Sequence[Path]) -> bool:
    """Whether a key says that these foreign keys are combined freely: one row per message and user."""
    columns = {label_of(table, table.reference(path.hops[0])) for path in paths}
    return any(len(columns & set(key.columns)) > 1 for key in table.uniques)


def _to_key(reference: ReferenceModel) -> Path:
    return Path((reference.name,), reference.target_columns[-1])
