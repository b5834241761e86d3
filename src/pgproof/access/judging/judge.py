"""Outcomes held against the contract. Pure: what was expected, what was seen, and the verdict as values.

The rows that an actor reached are those that a superuser finds changed or gone; the actor's own row count proves
nothing. A lock-out is as wrong as a leak. Only a refusal counts as a refusal: an error is a third outcome.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pgproof.access.attempts.perform import Outcome, Seen, canonical
from pgproof.access.attempts.setting import had
from pgproof.access.attempts.statements import Attempt, Row
from pgproof.access.contract.model import Cell, Command
from pgproof.access.judging.effects import done_by, effects
from pgproof.access.world.expect import Expectation

Rule = Literal["leak", "locked-out", "access-error"]
Why = Literal["no row must succeed", "no row must fail"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One difference between contract and database: ``keys`` are the rows of ``relation`` that it is about.

    ``way`` is set where the way matters more than the command: ``column``, ``cascade``.
    """

    rule: Rule
    cell: Cell
    outcome: Outcome
    keys: tuple[str, ...] = ()
    way: str = ""
    relation: str = ""

    @property
    def name(self) -> str:
        """The rule that a finding is given: ``leak-update``, ``leak-cascade``, ``access-error``."""
        return self.rule if self.rule == "access-error" else f"{self.rule}-{self.way or self.cell.command}"


def judge(
    outcome: Outcome, expected: Expectation, rows: Sequence[Row], control: Outcome | None = None
) -> list[Verdict]:
    """What one outcome says against the contract, nothing if all is as it says.

    ``control`` is what the same statement did as superuser, for attempts whose result nobody knows beforehand.
    """
    variant = outcome.attempt.variant
    if variant in ("read", "as prepared by another", "after another") or _is_read_later(outcome):
        return _read(outcome, expected)
    if variant in ("count", "explained"):
        more = outcome.ran and outcome.returned > len(expected.reach["select"])
        return [Verdict("leak", expected.cells["select"], outcome)] if more else []
    if variant in ("through a leaky function", "copied out"):
        return [each for each in _read(outcome, expected) if each.rule == "leak"]
    if variant == "read column":
        return [Verdict("leak", expected.cells["select"], outcome, way="column")] if outcome.returned else []
    if variant == "truncate":
        return [Verdict("leak", expected.cells["delete"], outcome)] if outcome.ran else []
    if variant in ("set column", "set allowed column"):
        return _setting(outcome, expected, rows, control)
    found = _leaks(outcome, expected, rows) or _shown(outcome, expected)
    return found or _locked_out(outcome, expected, rows, control)


def _is_read_later(outcome: Outcome) -> bool:
    return outcome.attempt.variant == "after a change" and outcome.attempt.reads


def _read(outcome: Outcome, expected: Expectation) -> list[Verdict]:
    cell, allowed = expected.cells["select"], expected.reach["select"]
    if not outcome.ran and not outcome.refused:
        return [Verdict("access-error", cell, outcome, tuple(sorted(allowed)))]
    seen = frozenset(map(canonical, outcome.returned or ())) if outcome.ran else frozenset[str]()
    return _verdict("leak", cell, outcome, seen - allowed) or _verdict(
        "locked-out", cell, outcome, allowed - seen
    )


def _leaks(outcome: Outcome, expected: Expectation, rows: Sequence[Row]) -> list[Verdict]:
    attempt, cells, reach = outcome.attempt, expected.cells, expected.reach
    if not outcome.ran:
        everything = (
            attempt.variant in ("blind", "filtered", "shown") and not reach[_on_rows(attempt.command)]
        )
        return (
            [Verdict("leak", cells[attempt.command], outcome)] if outcome.constrained and everything else []
        )
    done = done_by(outcome, rows)
    if attempt.command == "delete":
        passed_on = frozenset(each.key for each in done.changed) - reach["delete"] - expected.cascade
        return _verdict("leak", cells["delete"], outcome, done.gone - reach["delete"]) or _verdict(
            "leak", cells["delete"], outcome, passed_on, "cascade", attempt.relation
        )
    if attempt.command in ("update", "becomes"):
        became = _failing((*done.changed, *done.new), "may_become")
        return _verdict("leak", cells["update"], outcome, done.touched - reach["update"]) or _verdict(
            "leak", cells["becomes"], outcome, became
        )
    return (
        _verdict("leak", cells["insert"], outcome, _failing(done.new, "may_insert"))
        or _verdict("leak", cells["update"], outcome, done.touched - reach["update"])
        or _verdict("leak", cells["becomes"], outcome, _failing(done.changed, "may_become"))
    )


def _setting(
    outcome: Outcome, expected: Expectation, rows: Sequence[Row], control: Outcome | None
) -> list[Verdict]:
    """Columns that were set and may not be, or may be and were not; what a row had before does not count as set."""
    attempt, cell = outcome.attempt, expected.cells["update"]
    (column,) = attempt.row or ("",)
    may = expected.may_set(column)
    if attempt.variant == "set column":
        way = (
            "column" if cell.parts or cell.columns is not None else ""
        )  # where all may be set, it is about the rows
        if not outcome.ran:
            return [Verdict("leak", cell, outcome, way=way)] if outcome.checked and not may else []
        before = {row.key: row.content for row in rows}
        done = done_by(outcome, rows)
        written = (
            *done.changed,
            *(() if may else done.new),
        )  # without a key a row that was changed is a new one
        changed = [each for each in written if not had(before.get(each.key), attempt.row or {})]
        return _verdict("leak", cell, outcome, _failing(changed, "may_become") - may, way)
    if control is None or attempt.aim not in may & expected.reach["select"]:
        return []
    possible = {each.key for each in done_by(control, rows).changed if not each.may_become}
    if outcome.refused and control.refused:  # by a trigger, which is no constraint on the value
        possible = {attempt.aim}
    reached = {each.key for each in done_by(outcome, rows).changed if not each.may_become}
    return _verdict("locked-out", cell, outcome, possible - reached, "column")


def _shown(outcome: Outcome, expected: Expectation) -> list[Verdict]:
    """What RETURNING showed of rows that a SELECT would not; of rows without a key, how many too many."""
    if outcome.attempt.variant != "shown" or not outcome.ran:
        return []
    cell, allowed = expected.cells["select"], expected.reach["select"]
    seen = [canonical(each) for each in outcome.returned or ()]
    if all(each.startswith("[") for each in seen):
        return _verdict("leak", cell, outcome, frozenset(seen) - allowed, "returning")
    return [Verdict("leak", cell, outcome, way="returning")] if len(seen) > len(allowed) else []


def _locked_out(
    outcome: Outcome, expected: Expectation, rows: Sequence[Row], control: Outcome | None
) -> list[Verdict]:
    attempt = outcome.attempt
    cell = expected.cells[attempt.command]
    must = _must_reach(outcome, expected, rows, control)
    same = control is not None and not outcome.ran and control.sqlstate == outcome.sqlstate
    if not must or (same and not outcome.refused):
        return []  # nobody could have done it; of a superuser only triggers say that they may not
    if not outcome.ran and not outcome.refused and not outcome.constrained:
        return [Verdict("access-error", cell, outcome, tuple(sorted(must)))]
    if outcome.constrained and attempt.variant in ("blind", "filtered", "shown"):
        return []  # one row that may not be so stops the others, which is nobody's refusal
    done = done_by(outcome, rows)
    if attempt.variant in ("copy", "returning", "again", "do nothing", "merge in") and done.new:
        return []  # a key that the database draws is another one each time
    reached = done.touched | {each.key for each in done.new}
    if attempt.variant == "shown" and not outcome.ran:
        return _verdict("locked-out", cell, outcome, must, "returning")
    return _verdict("locked-out", cell, outcome, must - reached)


def _must_reach(
    outcome: Outcome, expected: Expectation, rows: Sequence[Row], control: Outcome | None
) -> frozenset[str]:
    """The rows that the attempt must change, as far as contract and control tell."""
    attempt, reach = outcome.attempt, expected.reach
    if attempt.command == "update" and expected.everywhere == ():
        return frozenset()  # no column may be set on all of them, so each is tried on rows of its own
    if attempt.variant in ("blind", "filtered", "shown") and _refused_as_a_whole(control, expected, rows):
        return frozenset()
    if attempt.variant == "blind":
        return reach[_on_rows(attempt.command)]
    if attempt.variant in (
        "filtered",
        "shown",
        "one row",
    ):  # reads columns, so only rows that may be seen can be reached
        wanted = reach[_on_rows(attempt.command)] & reach["select"]
        if not attempt.aim:
            return wanted
        possible = control is None or (
            attempt.aim in _touched(control, rows) and not _refused_as_a_whole(control, expected, rows)
        )
        return wanted & {attempt.aim} if possible else frozenset()
    return (
        _must_make(attempt, expected, rows, control) if control is not None and control.ran else frozenset()
    )


def _must_make(
    attempt: Attempt, expected: Expectation, rows: Sequence[Row], control: Outcome
) -> frozenset[str]:
    """The rows that an attempt must make or move, by what ``control`` did with the same statement as superuser."""
    reach = expected.reach
    if attempt.variant == "upsert":
        may = reach["update"] & reach["select"] & {attempt.aim}
        changed = effects(rows, control.changes.get(attempt.relation)).changed
        return may & {each.key for each in changed if each.may_insert and each.may_become}
    if attempt.variant not in ("move", "copy", "returning", "again", "do nothing", "merge in"):
        return frozenset()
    done = done_by(control, rows)
    if attempt.variant == "move":
        ok = {each.key for each in (*done.changed, *done.new) if each.may_become and each.may_select}
        return frozenset(ok) if attempt.aim in reach["update"] & reach["select"] else frozenset()
    needs_sight = attempt.variant == "returning"
    return frozenset(
        each.key for each in done.new if each.may_insert and (each.may_select or not needs_sight)
    )


def _refused_as_a_whole(control: Outcome | None, expected: Expectation, rows: Sequence[Row]) -> bool:
    """Whether a statement makes of a row that may be changed one that it may not become: then no row is changed."""
    if control is None or not control.ran or control.attempt.command != "update":
        return False
    changed = effects(rows, control.changes.get(control.attempt.relation)).changed
    return any(each.key in expected.reach["update"] and not each.may_become for each in changed)


def judge_behind(
    outcome: Outcome, relation: str, expected: Expectation, rows: Sequence[Row], *, direct: bool
) -> list[Verdict]:
    """What an attempt did to another relation: ``direct`` through a view or function, else as a consequence."""
    if not outcome.ran or relation not in outcome.changes:
        return []
    done, cells, reach = effects(rows, outcome.changes[relation]), expected.cells, expected.reach
    if not direct:
        return _verdict(
            "leak", cells["delete"], outcome, done.touched - expected.cascade, "cascade", relation
        )
    changed = frozenset(each.key for each in done.changed)
    return (
        _verdict("leak", cells["delete"], outcome, done.gone - reach["delete"], "", relation)
        or _verdict("leak", cells["update"], outcome, changed - reach["update"], "", relation)
        or _verdict("leak", cells["becomes"], outcome, _failing(done.changed, "may_become"), "", relation)
        or _verdict("leak", cells["insert"], outcome, _failing(done.new, "may_insert"), "", relation)
    )


def _touched(outcome: Outcome, rows: Sequence[Row]) -> frozenset[str]:
    return (
        effects(rows, outcome.changes.get(outcome.attempt.relation)).touched if outcome.ran else frozenset()
    )


def _verdict(
    rule: Rule, cell: Cell, outcome: Outcome, keys: Collection[str], way: str = "", relation: str = ""
) -> list[Verdict]:
    return [Verdict(rule, cell, outcome, tuple(sorted(keys)), way, relation)] if keys else []


def _failing(rows: Iterable[Seen], may: str) -> frozenset[str]:
    return frozenset(each.key for each in rows if not getattr(each, may))


def _on_rows(command: Command) -> Command:
    return "update" if command in ("becomes", "insert") else command


def not_exercised(cell: Cell, expected: Mapping[str, frozenset[str]], rows: Sequence[Row]) -> Why | None:
    """Why a cell was not put to the test both ways; ``expected`` holds, per actor, the keys that must succeed."""
    if cell.condition and not any(expected.values()):
        return "no row must succeed"
    if cell.condition.strip().lower() != "true" and all(len(keys) == len(rows) for keys in expected.values()):
        return "no row must fail"
    return None
