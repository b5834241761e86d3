"""Promises about functions: that calling them works, and gives what they declare."""

from __future__ import annotations

from uuid import UUID

from pgproof.database import Connection

from ..world import accepted, as_server, load, new_crypto_payment, one

CALLS = (
    ("get_hotel_social_proof", "hotel-nile"),
    ("get_user_analytics", "user"),
    ("calculate_traveler_persona", "user"),
    ("calculate_k_factor", "user"),
    ("maintain_crypto_payments",),
    ("create_monthly_partition",),
    ("refresh_analytics_views",),
    ("verify_audit_log_integrity",),
)


def check_functions_answer_as_declared(pg: Connection, user: UUID) -> None:
    """Each is called where it has something to answer; a wrong return type shows only then."""
    if not one(
        pg, "select exists (select from public.social_proof_cache where hotel_identifier = 'hotel-nile')"
    ):
        load(pg, "hotel_with_three_personas")
    new_crypto_payment(pg, user)
    for name, *arguments in CALLS:
        values = [user if each == "user" else each for each in arguments]
        query = f"select * from public.{name}({', '.join(['%s'] * len(values))})"
        with accepted(pg), as_server(pg):
            rows = pg.execute(query.encode(), values).fetchall()
        assert len(rows) == 1, name
