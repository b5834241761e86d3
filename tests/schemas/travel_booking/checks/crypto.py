"""Promises about crypto payments: what is due expires, what has been seen on the chain does not."""

from __future__ import annotations

from datetime import datetime, timezone

from pgproof.database import Connection

from ..world import as_server, load

NOON = datetime(2026, 2, 1, 12, tzinfo=timezone.utc)


def maintain(pg: Connection) -> tuple[int, int, int]:
    """What the job does every five minutes: expired, still pending, confirming."""
    with as_server(pg):
        return pg.execute("select * from public.maintain_crypto_payments()").fetchone()


def check_only_pending_payments_that_are_due_expire(pg: Connection, clock) -> None:
    """To the microsecond; every other status stays as it is."""
    load(pg, "crypto_payments_around_noon")
    clock.set(NOON)
    assert maintain(pg) == (3, 1, 1)
    assert dict(pg.execute("select substr(id, 5), status from public.crypto_payments").fetchall()) == {
        "LONGDUE0": "expired",
        "JUSTDUE0": "expired",
        "DUENOW00": "expired",
        "NOTYET00": "pending",
        "SEEN0000": "confirming",
        "PAID0000": "confirmed",
        "GONE0000": "expired",
        "BROKEN00": "failed",
        "RETURNED": "refunded",
    }
    assert maintain(pg) == (0, 1, 1)
