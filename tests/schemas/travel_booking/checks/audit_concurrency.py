"""Promises about the audit log when many write at once; each check needs a database of its own."""

from __future__ import annotations

from collections import Counter

from psycopg import IsolationLevel

from ...concurrency import all_at_once, meanwhile
from ..world import new_payment, new_review, new_user, one
from .audit import check_seals_are_what_the_oracle_computes, pay_in_one_statement, verifies

WRITERS = 16
ROUNDS = 3


def check_sixteen_writers_make_one_chain(own, isolation: IsolationLevel | None = None) -> None:
    """Several tables, statements and rows per transaction, all at once: every change is chained, once."""
    pg = own.connect()
    users = [new_user(pg) for _ in range(WRITERS)]

    def works(user):
        def pay(connection):
            pay_in_one_statement(connection, user, 3)
            connection.execute("update public.payments set status = 'completed' where user_id = %s", (user,))

        def review(connection):
            new_review(connection, user)
            new_payment(connection, user)

        return [pay, review] * ROUNDS

    all_at_once(own, [works(user) for user in users], isolation)

    assert verifies(pg)
    check_seals_are_what_the_oracle_computes(pg)
    total = one(pg, "select count(*) from public.audit_log")
    assert one(pg, "select max(id) from public.audit_log") == total
    # Each round: three payments, then an update of all there are, then a review and one more payment.
    updates = sum(4 * n + 3 for n in range(ROUNDS))
    counted = Counter(pg.execute("select user_id, operation, table_name from public.audit_log").fetchall())
    for user in users:
        assert counted[user, "INSERT", "payments"] == 4 * ROUNDS
        assert counted[user, "UPDATE", "payments"] == updates
        assert counted[user, "INSERT", "booking_outcomes"] == ROUNDS
    assert counted.total() == total == WRITERS * (5 * ROUNDS + updates)


def check_two_writers_make_one_chain(own, isolation: IsolationLevel | None = None) -> None:
    """The second writes while the first has written and not committed: it has to wait, or to start again."""
    pg = own.connect()
    users = [new_user(pg), new_user(pg)]
    meanwhile(
        own, *(lambda connection, user=user: new_payment(connection, user) for user in users), isolation
    )

    assert verifies(pg)
    assert [owner for (owner,) in pg.execute("select user_id from public.audit_log order by id")] == users


def check_a_turn_of_another_server_is_nobodys(own) -> None:
    """What a dump has kept of the turns, names a transaction of the server it came from: here, another has its number."""
    restored = own.connect()
    users = [new_user(restored), new_user(restored)]

    def pay_with_the_number_of_another(connection):
        number = one(connection, "select pg_current_xact_id()::text")
        restored.execute("update private.turns set taken_by = %s::xid8, taken_at = '2020-01-01'", (number,))
        new_payment(connection, users[0])

    meanwhile(own, pay_with_the_number_of_another, lambda connection: new_payment(connection, users[1]))
    assert verifies(restored)
    assert [
        owner for (owner,) in restored.execute("select user_id from public.audit_log order by id")
    ] == users
