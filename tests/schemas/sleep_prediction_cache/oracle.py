"""What sleep_prediction_cache must answer, in plain Python: a model of the cache that knows no SQL.

The model is told what happens, step by step; the rules are those of the schema's specification, written again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from .world import Sleep


@dataclass
class Context:
    """What a prediction rests on: the sessions, from the first one's start on."""

    child: UUID
    hash: str
    sessions: frozenset[UUID]
    first: int
    current: bool = True


@dataclass
class Prediction:
    """A prediction, whether it may be served, and for each time it was served whether from the cache."""

    context: UUID
    active: bool
    served: dict[UUID, bool] = field(default_factory=dict)


@dataclass
class Cache:
    """Everything that the tables should hold."""

    children: dict[UUID, UUID] = field(default_factory=dict)
    sessions: dict[UUID, Sleep] = field(default_factory=dict)
    contexts: dict[UUID, Context] = field(default_factory=dict)
    predictions: dict[UUID, Prediction] = field(default_factory=dict)

    def sleep_of(self, child: UUID) -> dict[UUID, Sleep]:
        """The sessions of a child."""
        return {key: sleep for key, sleep in self.sessions.items() if sleep.child == child}

    def change(self, after: Mapping[UUID, Sleep]) -> None:
        """The sessions are now these; what no longer describes a child's sleep is retired."""
        before = {child: self.sleep_of(child) for child in self.children}
        self.sessions = dict(after)
        for key, context in self.contexts.items():
            if context.current and not still_describes(
                context, before[context.child], self.sleep_of(context.child)
            ):
                context.current = False
                for prediction in self.predictions.values():
                    prediction.active = prediction.active and prediction.context != key

    def lacks(self, child: UUID, sessions: Iterable[UUID]) -> bool:
        """Whether a context of these sessions would leave out finished sleep since the first of them."""
        listed = set(sessions)
        first = min(self.sessions[key].since for key in listed)
        return any(
            key not in listed and sleep.until is not None and sleep.counts and sleep.since >= first
            for key, sleep in self.sleep_of(child).items()
        )

    def describe(self, key: UUID, child: UUID, hash_: str, sessions: Iterable[UUID]) -> None:
        """A context was created; one with the same child and hash is taken up again if it was retired."""
        known = self.contexts.get(key)
        if known is None or not known.current:
            listed = frozenset(sessions)
            self.contexts[key] = Context(
                child, hash_, listed, min(self.sessions[each].since for each in listed)
            )

    def active_in(self, context: UUID) -> UUID | None:
        """The prediction that may be served for a context."""
        active = [key for key, each in self.predictions.items() if each.context == context and each.active]
        assert len(active) <= 1
        return active[0] if active else None

    def context_for(self, child: UUID, hash_: str) -> UUID | None:
        """The context of a child with this hash."""
        return next(
            (key for key, each in self.contexts.items() if (each.child, each.hash) == (child, hash_)), None
        )

    def remove_child(self, child: UUID) -> None:
        """A child is gone, with everything that is about it."""
        self.children.pop(child)
        self.sessions = {key: each for key, each in self.sessions.items() if each.child != child}
        self.contexts = {key: each for key, each in self.contexts.items() if each.child != child}
        self.predictions = {
            key: each for key, each in self.predictions.items() if each.context in self.contexts
        }

    def stats(self, child: UUID) -> tuple[int, int, int, int, int, Decimal | None]:
        """Predictions, active ones, usages, hits, misses, and hits in per cent (None of nothing)."""
        predictions = [
            each for each in self.predictions.values() if self.contexts[each.context].child == child
        ]
        served = [from_cache for each in predictions for from_cache in each.served.values()]
        hits = sum(served)
        return (
            len(predictions),
            sum(each.active for each in predictions),
            len(served),
            hits,
            len(served) - hits,
            percentage(hits, len(served)),
        )


def still_describes(context: Context, before: Mapping[UUID, Sleep], after: Mapping[UUID, Sleep]) -> bool:
    """Whether nothing came to the child, and its sleep since the context's first session is what it was."""
    came = after.keys() - before.keys()
    return not came and concerned(context, before) == concerned(context, after)


def concerned(context: Context, sessions: Mapping[UUID, Sleep]) -> dict[UUID, Sleep]:
    """The sessions that a context is about: its own, and all since the first of them."""
    return {
        key: sleep
        for key, sleep in sessions.items()
        if key in context.sessions or sleep.since >= context.first
    }


def percentage(part: int, whole: int) -> Decimal | None:
    """To two places, a half up; None of nothing."""
    if not whole:
        return None
    return (Decimal(100 * part) / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)


def months_old(born: date, on: date) -> int:
    """How many monthly birthdays a child has had; a child born on the 31st has them on the 31st or the day after."""
    count = 0
    while monthly_birthday(born, count + 1) <= (on.year, on.month, on.day):
        count += 1
    return count


def monthly_birthday(born: date, number: int) -> tuple[int, int, int]:
    """Year, month and day; the day may lie beyond the month's end."""
    years, month = divmod(born.month - 1 + number, 12)
    return born.year + years, month + 1, born.day
