"""Covert channels: errors that tell somebody of rows that they may not see. Reported apart, as warnings.

A unique key or a foreign key looks at every row, whoever asks
(https://www.postgresql.org/docs/current/ddl-rowsecurity.html: "referential integrity checks ... always bypass").
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pgproof.access.attempts.perform import Outcome
from pgproof.access.attempts.statements import Attempt, Row
from pgproof.access.contract.model import SERVICE
from pgproof.access.world.survey import Survey
from pgproof.access.world.world import World
from pgproof.catalog.model import ForeignKey, Table
from pgproof.finding import Finding

UNIQUE, FOREIGN = "23505", "23503"
NOWHERE = {"uuid": str(uuid.UUID(int=0x5F0C)), "integer": 2147483000, "bigint": 9007199254740000}


Pair = tuple[str, Attempt, Attempt]


def pairs_of(world: World, surveyed: Survey, outcomes: Sequence[Outcome]) -> list[Pair]:
    """What is asked of those who could insert a row here: what it is about, and two inserts that should end alike."""
    table = world.catalog.relations_by_name[surveyed.subject.label]
    if not isinstance(table, Table) or surveyed.subject.is_part:
        return []
    return [
        pair
        for base in _one_per_kind(outcomes)
        for pair in (*_collisions(world, surveyed, table, base), *_pointers(world, surveyed, table, base))
    ]


def covert_findings(world: World, pairs: Sequence[Pair], outcomes: Sequence[Outcome]) -> list[Finding]:
    """What errors tell: ``outcomes`` are those of the inserts of ``pairs``, in their order."""
    both = zip(pairs, outcomes[::2], outcomes[1::2], strict=True)
    found = (judge_pair(world, what, foreign, nowhere) for (what, _, _), foreign, nowhere in both)
    return [each for each in found if each is not None]


def _one_per_kind(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The first insert that succeeded, for each kind of actor."""
    first: dict[str, Outcome] = {}
    for each in outcomes:
        attempt = each.attempt
        if (
            each.ran
            and attempt.command == "insert"
            and attempt.row
            and attempt.actor.kind != SERVICE
            and each.changes
        ):
            first.setdefault(attempt.actor.kind, each)
    return list(first.values())


def _collisions(world: World, surveyed: Survey, table: Table, base: Outcome) -> Iterator[Pair]:
    """The insert again with the unique values of a row that cannot be seen, beside the insert as it was."""
    subject = surveyed.subject
    hidden = _hidden(world, surveyed, base)
    for columns in subject.unique:
        guessable = any(subject.columns[each] != "uuid" and not _drawn(table, each) for each in columns)
        if hidden and guessable and not set(columns) & set(subject.deciding):
            changed = {each: hidden[0].content[each] for each in columns}
            yield f"unique ({', '.join(columns)})", _with(surveyed, base, changed), base.attempt


def _drawn(table: Table, column: str) -> bool:
    """Whether the database draws the values of a column: that one is taken tells no more than one's own does."""
    found = table.columns_by_name[column]
    return found.identity is not None or "nextval(" in (found.default or "")


def _pointers(world: World, surveyed: Survey, table: Table, base: Outcome) -> Iterator[Pair]:
    """The insert again, pointing at a row that cannot be seen, and at one that does not exist."""
    for key in table.foreign_keys:
        kind = surveyed.subject.columns[key.columns[0]]
        if len(key.columns) != 1 or key.references not in world.surveyed or kind not in NOWHERE:
            continue
        hidden = _hidden(world, world.surveyed[key.references], base)
        if hidden:
            there = {key.columns[0]: hidden[0].content[key.referenced_columns[0]]}
            nowhere = {key.columns[0]: NOWHERE[kind]}
            yield _said(key), _with(surveyed, base, there), _with(surveyed, base, nowhere)


def _said(key: ForeignKey) -> str:
    return f"foreign key ({', '.join(key.columns)}) to {key.references}"


def _hidden(world: World, surveyed: Survey, base: Outcome) -> list[Row]:
    seen = world.expected(base.attempt.actor, surveyed.subject.label).reach["select"]
    return [row for row in surveyed.rows if row.key not in seen]


def _with(surveyed: Survey, base: Outcome, changed: Mapping[str, Any]) -> Attempt:
    row = {**(base.attempt.row or {}), **changed}
    statement = surveyed.subject.insertion(row)
    return Attempt(
        base.attempt.actor,
        surveyed.subject.label,
        "insert",
        "copy",
        statement,
        change=json.dumps(dict(changed)),
    )


def judge_pair(world: World, what: str, foreign: Outcome, nowhere: Outcome) -> Finding | None:
    """A finding if the two inserts end differently for the sake of a row that the actor may not see."""
    kind = what.split()[0]
    told = foreign.sqlstate == UNIQUE if kind == "unique" else nowhere.sqlstate == FOREIGN != foreign.sqlstate
    if not told:
        return None
    attempt, error = foreign.attempt, foreign if kind == "unique" else nowhere
    detail = f" ({error.detail})" if error.detail else ""
    return Finding(
        rule="covert-unique" if kind == "unique" else "covert-foreign-key",
        subject=f"{attempt.actor.kind} on {attempt.relation} by {what}",
        expected="errors that say the same whether or not a row exists that the actor may not see",
        observed=f"{attempt.actor.label} inserted {attempt.change} and learnt of it: {error.message}{detail}",
        remedy="make the key include who owns the row, or accept it: guessing must be worth it",
        severity="warning" if kind == "unique" else "note",
        path=world.contract.path,
        line=world.contract.relations[world.surveyed[attempt.relation].subject.root],
    )
