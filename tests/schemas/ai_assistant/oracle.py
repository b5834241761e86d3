"""What ai_assistant must answer, computed in plain Python from lists of what happened.

Nothing here knows SQL; the rules are those of the schema's specification, written a second time.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

TENTHS_OF_A_MILLE = Decimal("0.0001")


@dataclass(frozen=True)
class Request:
    """One call of ``increment_usage_metrics``; ``user`` is None for the tenant as a whole."""

    tenant: Hashable
    user: Hashable | None
    day: date
    prompt: int
    completion: int
    cost: Decimal


@dataclass(frozen=True)
class Usage:
    """A row of usage_metrics, or a sum of such rows, without its key."""

    prompt: int = 0
    completion: int = 0
    requests: int = 0
    cost: Decimal = Decimal(0)

    @property
    def total(self) -> int:
        """All tokens."""
        return self.prompt + self.completion

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt + other.prompt,
            self.completion + other.completion,
            self.requests + other.requests,
            self.cost + other.cost,
        )


def daily_usage(requests: Iterable[Request]) -> dict[tuple[Hashable, Hashable | None, date], Usage]:
    """One row per tenant, user and day; a cost counts to the fourth place, a half up."""
    rows: dict[tuple[Hashable, Hashable | None, date], Usage] = {}
    for each in requests:
        key = each.tenant, each.user, each.day
        cost = each.cost.quantize(TENTHS_OF_A_MILLE, ROUND_HALF_UP)
        rows[key] = rows.get(key, Usage()) + Usage(each.prompt, each.completion, 1, cost)
    return rows


def monthly_usage(
    requests: Iterable[Request],
) -> dict[tuple[Hashable, Hashable | None, date], tuple[Usage, int]]:
    """Sums and the number of days by tenant, user and first day of the month."""
    months: dict[tuple[Hashable, Hashable | None, date], tuple[Usage, int]] = {}
    for (tenant, user, day), usage in daily_usage(requests).items():
        key = tenant, user, day.replace(day=1)
        before, days = months.get(key, (Usage(), 0))
        months[key] = before + usage, days + 1
    return months


def feedback_summary(
    ratings: Mapping[Hashable, Sequence[int]],
) -> dict[Hashable, tuple[int, int, int, Decimal]]:
    """For each message: how much feedback, thumbs up, thumbs down, the average to two places (0 for none)."""
    return {
        message: (len(given), given.count(1), given.count(-1), average(given))
        for message, given in ratings.items()
    }


def average(ratings: Sequence[int]) -> Decimal:
    """The average to two places, a half away from zero; 0 of nothing."""
    if not ratings:
        return Decimal(0)
    exact = Fraction(sum(ratings), len(ratings)) * 100
    whole, rest = divmod(abs(exact.numerator), exact.denominator)
    rounded = whole + (2 * rest >= exact.denominator)
    return Decimal(rounded if exact >= 0 else -rounded) / 100
