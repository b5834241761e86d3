"""Rows that break one constraint and that the strategies do not find, each with the reason why it is written by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pgproof.rows.strategies import Population, SchemaPlan, populations, rows

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


def _of_somebody_without_profile(table: str) -> Callable[[SchemaPlan], Case]:
    """A booking belongs to an account, and an account need not have a profile in public.users."""

    def case(plan: SchemaPlan) -> Case:
        (world,) = draws(populations(plan, {"public.bookings": 1}), 1)
        (booking,) = world["public.bookings"]
        owner = {"user_id": booking["user_id"], "booking_id": booking["id"]}
        return world, draws(rows(plan, table, **owner), 1)[0]

    return case


BY_HAND: dict[tuple[str, str], Callable[[SchemaPlan], Case]] = {
    # Hypothesis does not draw 5001 letters one by one.
    ("ai_assistant", "public.feedback.feedback_comment_has_at_most_5000_characters"): _but_for(
        "public.feedback", comment="x" * 5001
    ),
    # The default partition takes in rows without a date, and refuses them then.
    ("travel_booking", "public.user_behavior_log.created_at"): _but_for(
        "public.user_behavior_log", created_at=None
    ),
    # The strategies take it that whoever has a booking has a profile.
    ("travel_booking", "public.booking_outcomes.booking_outcomes_user_id_fkey"): _of_somebody_without_profile(
        "public.booking_outcomes"
    ),
    (
        "travel_booking",
        "public.outcome_predictions.outcome_predictions_user_id_fkey",
    ): _of_somebody_without_profile("public.outcome_predictions"),
}
