"""The audit log under any history of writes, and under anything that a tamperer does to it."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime, timezone

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pgproof.database import rolled_back

from .checks import audit
from .checks.audit import OTHER_VALUE, SESSIONS, session, tampering, verifies
from .world import as_server, as_user, new_payment, new_review, new_user, one

MOMENTS = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(timezone.utc))
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6)
AMOUNTS = st.decimals("0.01", "9999999999.99", places=2)
COLUMNS = (
    ("id", "bigint"), ("table_name", "text"), ("operation", "text"), ("user_id", "uuid"),
    ("performed_by", "uuid"), ("performed_as", "text"), ("old_data", "jsonb"), ("new_data", "jsonb"),
    ("ip_address", "inet"),
    ("at", "timestamp with time zone"), ("previous_hash", "text"), ("current_hash", "text"),
)  # fmt: skip


class AuditMachine(RuleBasedStateMachine):
    """Writes, failures, other sessions' settings and clocks; after each, tampering that must be found."""

    pg = clock = None  # given by the test

    def __init__(self):
        super().__init__()
        self.undo = ExitStack()
        self.undo.enter_context(rolled_back(self.pg))
        self.user = new_user(self.pg)
        self.written = 0

    def teardown(self):
        self.undo.close()

    @rule(amounts=st.lists(AMOUNTS, min_size=1, max_size=4))
    def pay_in_one_statement(self, amounts):
        self.pg.execute(
            "insert into public.payments (user_id, amount) select %s, a from unnest(%s::numeric[]) as a",
            (self.user, amounts),
        )
        self.written += len(amounts)

    @rule(method=TEXTS)
    def change_all_payments(self, method):
        with as_server(self.pg):
            self.written += self.pg.execute(
                "update public.payments set payment_method = %s", (method,)
            ).rowcount

    @rule(rating=st.integers(1, 5))
    def review_and_take_it_back(self, rating):
        review = new_review(self.pg, self.user, rating=rating)
        with as_user(self.pg, self.user):
            self.pg.execute("delete from public.booking_outcomes where id = %s", (review,))
        self.written += 2

    @rule(amount=AMOUNTS)
    def fail(self, amount):
        with self.pg.transaction(force_rollback=True):
            new_payment(self.pg, self.user, amount)

    @rule(moment=MOMENTS)
    def let_time_pass(self, moment):
        self.clock.set(moment)

    @rule(settings=st.sampled_from(SESSIONS), amount=AMOUNTS)
    def pay_from_elsewhere(self, settings, amount):
        with session(self.pg, settings):
            new_payment(self.pg, self.user, amount)
        self.written += 1

    def some_row(self, data):
        return data.draw(st.integers(1, self.written), label="row")

    @precondition(lambda self: self.written)
    @rule(data=st.data(), column=st.sampled_from(COLUMNS))
    def edit(self, data, column):
        name, type_ = column
        with tampering(self.pg):
            self.pg.execute("alter table public.audit_log drop constraint audit_log_operation_is_known")
            self.pg.execute(
                f"update public.audit_log set {name} = {OTHER_VALUE[type_]} where id = %s".encode(),
                (self.some_row(data),),
            )
            assert not verifies(self.pg)

    @precondition(lambda self: self.written)
    @rule(data=st.data(), microseconds=st.sampled_from([-1, 1]))
    def edit_the_time_by_a_microsecond(self, data, microseconds):
        with tampering(self.pg):
            self.pg.execute(
                "update public.audit_log set at = at + %s * interval '1 microsecond' where id = %s",
                (microseconds, self.some_row(data)),
            )
            assert not verifies(self.pg)

    @precondition(lambda self: self.written)
    @rule(data=st.data())
    def delete(self, data):
        first, last = sorted((self.some_row(data), self.some_row(data)))
        with tampering(self.pg):
            self.pg.execute("delete from public.audit_log where id between %s and %s", (first, last))
            assert not verifies(self.pg)

    @precondition(lambda self: self.written > 1)
    @rule(data=st.data())
    def swap(self, data):
        first = data.draw(st.integers(1, self.written - 1), label="first")
        second = data.draw(st.integers(first + 1, self.written), label="second")
        with tampering(self.pg):
            for old, new in ((first, -1), (second, first), (-1, second)):
                self.pg.execute("update public.audit_log set id = %s where id = %s", (new, old))
            assert not verifies(self.pg)

    @precondition(lambda self: self.written)
    @rule()
    def cut_off_everything(self):
        with tampering(self.pg):
            self.pg.execute("truncate public.audit_log")
            assert not verifies(self.pg)

    @precondition(lambda self: self.written)
    @rule()
    def smuggle_in_a_sound_row(self):
        with tampering(self.pg):
            self.pg.execute(
                "insert into public.audit_log"
                " (id, table_name, operation, performed_as, previous_hash, current_hash)"
                " select id + 1, 'payments', 'INSERT', 'x', current_hash, ''"
                " from public.audit_log order by id desc limit 1"
            )
            self.pg.execute(
                "update public.audit_log as a set current_hash = private.audit_hash(a)"
                " where current_hash = ''"
            )
            assert not verifies(self.pg)

    @precondition(lambda self: self.written)
    @rule(data=st.data())
    def lose_an_anchor(self, data):
        with tampering(self.pg):
            self.pg.execute("delete from private.audit_anchors where id = %s", (self.some_row(data),))
            assert not verifies(self.pg)

    @invariant()
    def untouched_log_is_complete_and_verifies(self):
        assert one(self.pg, "select count(*) from public.audit_log") == self.written
        assert verifies(self.pg)

    @precondition(lambda self: self.written)
    @rule()
    def compare_with_oracle(self):
        audit.check_seals_are_what_the_oracle_computes(self.pg)


def test_any_history_verifies_and_any_tampering_is_found(pg, pg_clock):
    machine = type("Machine", (AuditMachine,), {"pg": pg, "clock": pg_clock})
    run_state_machine_as_test(machine, settings=settings(stateful_step_count=20))
