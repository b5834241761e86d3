"""Rows that break one constraint and that the strategies do not find, each with the reason why it is written by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pgproof.rows.strategies import Population, SchemaPlan, populations

from .boundary import Row
from .trial import draws

Case = tuple[Population, Row]


def _but_for(table: str, **values: Any) -> Callable[[SchemaPlan], Case]:
    """A valid row with other values in some columns."""

    def case(plan: SchemaPlan) -> Case:
        (world,) = draws(populations(plan, {table: 1}), 1)
        *before, row = world[table]
        return Population({**world.rows, table: before}, world.deferred), {**row, **values}

    return case


BY_HAND: dict[tuple[str, str], Callable[[SchemaPlan], Case]] = {
    # The default partition takes in rows without a date, and refuses them then.
    ("travel_booking", "public.user_behavior_log.created_at"): _but_for(
        "public.user_behavior_log", created_at=None
    ),
}
