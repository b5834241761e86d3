"""Promises about trips."""

from __future__ import annotations

from pgproof.database import Connection

from ..world import accepted, new_trip, new_user, one


def check_a_trip_needs_no_budget(pg: Connection) -> None:
    """The default of a budget is that nobody has said; a default of 0 would break its own check."""
    user = new_user(pg)
    with accepted(pg):
        trip = new_trip(pg, user)
    assert one(pg, "select budget from public.trips where id = %s", (trip,)) is None
