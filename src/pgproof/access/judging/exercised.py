"""Which cells were not put to the test both ways: zero attempts look like success."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from pgproof.access.attempts.perform import Outcome, Seen
from pgproof.access.contract.model import SERVICE, Cell, Command
from pgproof.access.judging.effects import done_by
from pgproof.access.judging.judge import Why, not_exercised
from pgproof.access.world.expect import INTO, ON_ROWS
from pgproof.access.world.survey import Survey, mentioned
from pgproof.access.world.world import World

ONE_COLUMN = (
    "set column",
    "set allowed column",
)  # of these it is observed what the column became, not the row
MADE = {"insert": ("insert",), "becomes": ("update", "becomes")}


def unexercised(
    world: World, surveyed: Survey, outcomes: Sequence[Outcome], controls: Mapping[int, Outcome]
) -> list[tuple[Cell, Why]]:
    """The cells of a relation for which a row was missing, and which; ``controls`` are told by their attempt's id."""
    subject, found = surveyed.subject, list[tuple[Cell, Why]]()
    if subject.is_part:
        return found
    for kind in sorted({each.kind for each in world.actors if each.kind != SERVICE}):
        own = [each for each in world.actors if each.kind == kind]
        for command in ON_ROWS if subject.is_table else ON_ROWS[:1]:
            cell = world.contract.cell(subject.label, command, kind)
            expected = {each.label: world.expected(each, subject.label).reach[command] for each in own}
            why = not_exercised(cell, expected, surveyed.rows)
            found += [(cell, why)] if why else []
        told = [each for each in outcomes if each.attempt.actor in own]
        for command in INTO if subject.is_table else ():
            cell = world.contract.cell(subject.label, command, kind)
            why = not_made(cell, made(surveyed, command, told, controls), fails=_can_fail(surveyed, cell))
            found += [(cell, why)] if why else []
    return found


def not_made(cell: Cell, rows: Collection[bool], *, fails: bool) -> Why | None:
    """Why the rows that came of attempts do not put a cell to the test: ``rows`` holds what the contract says of each.

    ``fails`` tells whether a row can be made at all that the contract forbids.
    """
    if cell.condition and True not in rows:
        return "no row must succeed"
    if cell.condition and cell.condition.strip().lower() != "true" and fails and False not in rows:
        return "no row must fail"
    return None


def made(
    surveyed: Survey, command: Command, outcomes: Iterable[Outcome], controls: Mapping[int, Outcome]
) -> set[bool]:
    """What the contract says of the rows that attempts made, or would have made if nobody had objected.

    A row that not even a superuser can make, since a constraint forbids it, counts as one that must fail.
    """
    may = "may_insert" if command == "insert" else "may_become"
    tried = [
        each
        for each in outcomes
        if each.attempt.command in MADE[command] and each.attempt.variant not in ONE_COLUMN
    ]
    shown = [*tried, *(controls[id(each.attempt)] for each in tried if id(each.attempt) in controls)]
    seen = {bool(getattr(row, may)) for each in shown for row in _rows(surveyed, command, each)}
    constrained = any(each.constrained for each in shown[len(tried) :])
    return {*seen, False} if constrained else seen


def _rows(surveyed: Survey, command: Command, outcome: Outcome) -> Sequence[Seen]:
    done = done_by(outcome, surveyed.rows)
    return (*done.new, *done.changed) if command == "becomes" else done.new


def _can_fail(surveyed: Survey, cell: Cell) -> bool:
    """Whether a column that the condition speaks of may be set at all."""
    subject = surveyed.subject
    settable = subject.writable if cell.columns is None else cell.columns
    return bool(mentioned(cell.condition) & {*settable} & {*subject.deciding})
