"""What became of rows, by what a superuser finds afterwards. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pgproof.access.attempts.perform import Changes, Outcome, Seen
from pgproof.access.attempts.statements import Row


@dataclass(frozen=True)
class Effects:
    """What became of a relation's rows: keys that are gone, rows that lie elsewhere, rows that are new."""

    gone: frozenset[str]
    changed: tuple[Seen, ...]
    new: tuple[Seen, ...]

    @property
    def touched(self) -> frozenset[str]:
        """The rows of before that are not as they were."""
        return self.gone | {each.key for each in self.changed}


def done_by(outcome: Outcome, before: Sequence[Row]) -> Effects:
    """What an outcome did to the relation that was acted upon, without what was prepared for it."""
    attempt = outcome.attempt
    if not outcome.ran:
        return NOTHING
    done = effects(before, outcome.changes.get(attempt.relation))
    if attempt.variant == "again":  # the row was taken away beforehand, so what is there is new
        return Effects(done.gone - {attempt.aim}, (), (*done.changed, *done.new))
    if attempt.prepare and attempt.aim:  # the others were taken away beforehand
        return Effects(done.gone & {attempt.aim}, done.changed, done.new)
    return done


NOTHING = Effects(frozenset(), (), ())


def effects(before: Sequence[Row], changes: Changes | None) -> Effects:
    """What became of the rows of before; None says that all of them are as they were."""
    if changes is None:
        return NOTHING
    keys = {row.key for row in before}
    there = {row.key for row in before if row.place in changes.kept} | {each.key for each in changes.written}
    return Effects(
        gone=frozenset(keys - there),
        changed=tuple(each for each in changes.written if each.key in keys),
        new=tuple(each for each in changes.written if each.key not in keys),
    )
