"""Promises about trips."""

from __future__ import annotations

from pgproof.database import Connection

from ..world import accepted, new_trip, new_user, one, refused


def check_a_trip_needs_no_budget(pg: Connection) -> None:
    """The default of a budget is that nobody has said; a default of 0 would break its own check."""
    user = new_user(pg)
    with accepted(pg):
        trip = new_trip(pg, user)
    assert one(pg, "select budget from public.trips where id = %s", (trip,)) is None


def check_a_trip_begins_and_ends(pg: Connection) -> None:
    """Days cannot be counted to infinity: such a trip would make an error of its traveller's analytics."""
    trip = new_trip(pg, new_user(pg))
    for column, value in (("start_date", "-infinity"), ("end_date", "infinity")):
        with refused(pg, "23514"):
            pg.execute(f"update public.trips set {column} = %s where id = %s".encode(), (value, trip))
