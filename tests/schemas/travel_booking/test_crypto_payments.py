from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from ..concurrency import all_at_once
from .checks import crypto
from .checks.crypto import NOON, maintain
from .world import as_user, as_visitor, new_admin, new_crypto_payment, new_user, one, refused

STATUSES = ("pending", "confirming", "confirmed", "expired", "failed", "refunded")


def statuses(pg):
    return Counter(status for (status,) in pg.execute("select status from public.crypto_payments"))


def test_only_pending_payments_that_are_due_expire(pg, pg_clock):
    crypto.check_only_pending_payments_that_are_due_expire(pg, pg_clock)


def test_nothing_to_do_is_no_error(pg):
    assert maintain(pg) == (0, 0, 0)


@given(
    payments=st.lists(st.tuples(st.sampled_from(STATUSES), st.integers(-3, 3)), max_size=12),
    hours=st.integers(-4, 4),
)
def test_maintenance_equals_the_oracle(pg, pg_clock, payments, hours):
    user = new_user(pg)
    for status, hour in payments:
        new_crypto_payment(pg, user, status, NOON + timedelta(hours=hour))
    pg_clock.set(NOON + timedelta(hours=hours))
    after = [("expired" if status == "pending" and hour <= hours else status) for status, hour in payments]
    expired = sum(old != new for (old, _), new in zip(payments, after, strict=True))
    assert maintain(pg) == (expired, after.count("pending"), after.count("confirming"))
    assert statuses(pg) == Counter(after)


def test_an_expiry_is_recorded_in_the_audit_log(pg, pg_clock):
    identifier = new_crypto_payment(pg, new_user(pg), "pending", NOON)
    pg_clock.set(NOON)
    maintain(pg)
    assert pg.execute(
        "select new_data ->> 'id', old_data ->> 'status', new_data ->> 'status', performed_by, performed_as"
        " from public.audit_log where operation = 'UPDATE'"
    ).fetchall() == [(identifier, "pending", "expired", None, "service_role")]


def test_identifiers_can_be_quoted_and_do_not_repeat(pg):
    user = new_user(pg)
    identifiers = [new_crypto_payment(pg, user) for _ in range(50)]
    assert len(set(identifiers)) == 50
    assert all(re.fullmatch(r"AMK-[A-HJ-NP-Z2-9]{8}", identifier) for identifier in identifiers)


def test_only_the_server_and_its_jobs_maintain(pg):
    for actor in (as_user(pg, new_admin(pg)), as_visitor(pg)):
        with refused(pg), actor:
            pg.execute("select public.maintain_crypto_payments()")


def test_a_payment_that_is_seen_while_the_job_runs_does_not_expire(pg_clone):
    pg = pg_clone.connect()
    user = new_user(pg)
    identifiers = [new_crypto_payment(pg, user, "pending", NOON) for _ in range(8)]

    def see(identifier):
        return [
            lambda connection: connection.execute(
                "update public.crypto_payments set status = 'confirming'"
                " where id = %s and status = 'pending'",
                (identifier,),
            )
        ]

    all_at_once(pg_clone, [*map(see, identifiers), *([maintain] * 3 for _ in range(4))])

    final = statuses(pg)
    changes = Counter(
        pg.execute(
            "select old_data ->> 'status', new_data ->> 'status'"
            " from public.audit_log where operation = 'UPDATE'"
        ).fetchall()
    )
    assert final.keys() <= {"confirming", "expired"}
    assert changes == {("pending", status): count for status, count in final.items()}
    assert one(pg, "select public.verify_audit_log_integrity()")
