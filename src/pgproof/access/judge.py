"""Outcomes held against the contract. Pure: what was expected, what was seen, and the verdict as values.

The rows that an actor reached are those that a superuser finds changed or gone; the actor's own row count proves
nothing. A lock-out is as wrong as a leak.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pgproof.access.attempts import Row
from pgproof.access.contract import Cell
from pgproof.access.perform import Outcome, canonical

Rule = Literal["leak", "locked-out", "access-error"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One difference between contract and database: ``keys`` are the rows it is about."""

    rule: Rule
    cell: Cell
    outcome: Outcome
    keys: tuple[str, ...]


def judge(
    outcome: Outcome, cell: Cell, expected: frozenset[str], rows: Sequence[Row], control: Outcome | None
) -> Verdict | None:
    """The verdict on one outcome, ``None`` if it is as the contract says.

    ``expected`` are the keys of the rows that the actor may reach with this command; ``control`` is what the same
    statement did as superuser, for attempts whose result nobody knows beforehand.
    """
    attempt = outcome.attempt
    if attempt.variant == "read":
        return _read(outcome, cell, expected)
    if attempt.variant in ("blind", "filtered"):
        return _reached(outcome, cell, expected, rows)
    if attempt.variant == "one row":
        return _one_row(outcome, cell, rows, control)
    if attempt.variant == "truncate":
        return Verdict("leak", cell, outcome, ()) if outcome.ran else None
    return _written(outcome, cell, expected, rows, control)


def _read(outcome: Outcome, cell: Cell, expected: frozenset[str]) -> Verdict | None:
    if outcome.ran:
        seen = frozenset(map(canonical, outcome.returned or ()))
        return _difference(outcome, cell, seen - expected, expected - seen)
    if outcome.refused:
        return _difference(outcome, cell, frozenset(), expected)
    return Verdict("access-error", cell, outcome, tuple(sorted(expected)))


def _reached(outcome: Outcome, cell: Cell, expected: frozenset[str], rows: Sequence[Row]) -> Verdict | None:
    if outcome.ran:
        touched = _touched(outcome, rows)
        # Deleting everything may stop at a foreign key, so only single rows show a lock-out from deleting.
        missing = expected - touched if cell.command == "update" else frozenset()
        return _difference(outcome, cell, touched - expected, missing)
    if outcome.refused:
        missing = expected if cell.command == "update" else frozenset()
        return _difference(outcome, cell, frozenset(), missing)
    if outcome.sqlstate.startswith("23") and not expected:
        return Verdict("leak", cell, outcome, ())  # a constraint spoke, so rows were within reach
    if outcome.sqlstate.startswith("23") or not expected:
        return None
    return Verdict("access-error", cell, outcome, tuple(sorted(expected)))


def _one_row(outcome: Outcome, cell: Cell, rows: Sequence[Row], control: Outcome | None) -> Verdict | None:
    aim = outcome.attempt.aim
    if control is None or aim not in _touched(control, rows) or aim in _touched(outcome, rows):
        return None
    return Verdict("locked-out", cell, outcome, (aim,))


def _written(
    outcome: Outcome, cell: Cell, expected: frozenset[str], rows: Sequence[Row], control: Outcome | None
) -> Verdict | None:
    wrong = [key for key, verdict in _changed(outcome, rows) if not verdict]
    if wrong:
        return Verdict("leak", cell, outcome, tuple(sorted(wrong)))
    if control is None or outcome.attempt.variant == "move all":
        return None
    meant = [key for key, verdict in _changed(control, rows) if verdict]
    if not meant or _changed(outcome, rows):
        return None
    if outcome.attempt.variant == "move" and outcome.attempt.aim not in expected:
        return None
    return Verdict("locked-out", cell, outcome, tuple(sorted(meant)))


def _changed(outcome: Outcome, rows: Sequence[Row]) -> list[tuple[str, bool | None]]:
    before = {(row.key, row.place) for row in rows}
    return (
        [(key, verdict) for key, place, verdict in outcome.observed if (key, place) not in before]
        if outcome.ran
        else []
    )


def _touched(outcome: Outcome, rows: Sequence[Row]) -> frozenset[str]:
    if not outcome.ran:
        return frozenset()
    after = {(key, place) for key, place, _ in outcome.observed}
    return frozenset(row.key for row in rows if (row.key, row.place) not in after)


def _difference(
    outcome: Outcome, cell: Cell, too_many: frozenset[str], too_few: frozenset[str]
) -> Verdict | None:
    if too_many:
        return Verdict("leak", cell, outcome, tuple(sorted(too_many)))
    if too_few:
        return Verdict("locked-out", cell, outcome, tuple(sorted(too_few)))
    return None


def not_exercised(
    cell: Cell, expected: Mapping[str, frozenset[str]], rows: Sequence[Row]
) -> Literal["no row must succeed", "no row must fail"] | None:
    """Why a cell was not put to the test both ways; ``expected`` holds, per actor, the keys that must succeed."""
    if cell.condition and not any(expected.values()):
        return "no row must succeed"
    if cell.condition.strip().lower() != "true" and all(len(keys) == len(rows) for keys in expected.values()):
        return "no row must fail"
    return None
