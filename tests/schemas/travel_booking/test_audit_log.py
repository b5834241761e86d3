from __future__ import annotations

from datetime import datetime, timezone

import pytest

from pgproof.database import acting_as

from .checks import audit
from .checks.audit import verifies, write_history
from .world import as_server, new_booking, new_payment, new_review, new_user, one


def test_empty_log_verifies(pg):
    assert one(pg, "select count(*) from public.audit_log") == 0
    assert verifies(pg)


def test_untouched_log_verifies_under_any_time_zone_and_style(pg):
    audit.check_untouched_log_verifies_in_every_session(pg)


def test_chain_is_total_and_unforked_within_statements_and_transactions(pg):
    audit.check_chain_is_total_and_unforked(pg)


def test_seals_cover_every_field_as_the_oracle_does(pg):
    write_history(pg)
    with acting_as(pg, "service_role", {"role": "service_role"}):
        pg.execute(
            """select set_config('request.headers', '{"x-forwarded-for": "203.0.113.7, 10.0.0.1"}', true)"""
        )
        pg.execute("update public.payments set payment_method = E'tab\\t \"quote\" \\\\ \\u0001 نقد 🧳'")
    audit.check_seals_are_what_the_oracle_computes(pg)
    assert one(pg, "select host(ip_address) from public.audit_log order by id desc limit 1") == "203.0.113.7"


@pytest.mark.parametrize("check", audit.TAMPERING)
def test_tampering_is_found(pg, check):
    check(pg)


def test_log_is_append_only_for_the_owner_the_server_and_replicas(pg):
    audit.check_append_only_for_everybody(pg)


def test_only_admins_and_the_server_read_and_verify_the_log(pg):
    audit.check_only_admins_read_the_log(pg)


def test_nobody_writes_the_log_by_hand(pg):
    audit.check_nobody_writes_the_log_by_hand(pg)


def test_a_row_that_the_owner_inserts_is_chained_like_any_other(pg):
    write_history(pg)
    pg.execute(
        "insert into public.audit_log"
        " (id, table_name, operation, performed_as, at, previous_hash, current_hash)"
        " values (1, 'x', 'INSERT', 'me', '2001-01-01', 'forged', 'forged')"
    )
    assert verifies(pg)
    assert one(pg, "select at = now() from public.audit_log order by id desc limit 1")
    audit.check_seals_are_what_the_oracle_computes(pg)


def test_travellers_changes_are_recorded_with_who_did_them(pg):
    audit.check_travellers_changes_are_recorded(pg)


def test_the_servers_changes_are_recorded_without_a_user(pg):
    user = new_user(pg)
    with as_server(pg):
        new_payment(pg, user)
    assert pg.execute("select user_id, performed_by, performed_as from public.audit_log").fetchall() == [
        (user, None, "service_role")
    ]


@pytest.mark.parametrize("table", ["payments", "crypto_payments", "booking_outcomes"])
def test_emptying_an_audited_table_leaves_a_row(pg, table):
    new_review(pg, new_user(pg))
    pg.execute(f"truncate public.{table}".encode())
    assert pg.execute(
        "select table_name, operation, user_id, old_data, new_data"
        " from public.audit_log order by id desc limit 1"
    ).fetchone() == (table, "TRUNCATE", None, None, None)
    assert verifies(pg)


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ('{"x-forwarded-for": "2001:db8::1"}', "2001:db8::1"),
        ('{"x-forwarded-for": " 203.0.113.7 ,198.51.100.1"}', "203.0.113.7"),
        ('{"x-forwarded-for": "drop table"}', None),
        ('{"x-forwarded-for": ""}', None),
        ('{"x-forwarded-for": ["203.0.113.7"]}', None),
        ("{}", None),
        ("[]", None),
        ("not json", None),
        ("", None),
    ],
)
def test_no_forwarded_address_stops_a_payment(pg, headers, address):
    pg.execute("select set_config('request.headers', %s, true)", (headers,))
    new_payment(pg, new_user(pg))
    # Without a usable header it is the client's own address, which a connection over a socket does not have.
    expected = address or one(pg, "select host(inet_client_addr())")
    assert one(pg, "select host(ip_address) from public.audit_log") == expected


def test_data_is_recorded_in_utc_whatever_the_session(pg, pg_clock):
    pg_clock.set(datetime(2026, 3, 29, 1, 30, tzinfo=timezone.utc))
    pg.execute("set local timezone = 'Europe/Berlin'")
    new_payment(pg, new_user(pg))
    assert one(pg, "select new_data ->> 'created_at' from public.audit_log") == "2026-03-29T01:30:00+00:00"


def test_a_statement_that_fails_leaves_neither_a_row_nor_a_gap(pg):
    user = new_user(pg)
    new_payment(pg, user)
    with pg.transaction(force_rollback=True):
        new_payment(pg, user)
        new_review(pg, user, booking=new_booking(pg, user))
    new_payment(pg, user)
    assert pg.execute("select id from public.audit_log order by id").fetchall() == [(1,), (2,)]
    assert verifies(pg)


def test_breaks_say_which_row_and_what_is_wrong(pg):
    write_history(pg)
    with audit.tampering(pg):
        pg.execute("update public.audit_log set user_id = null where id = 2")
        pg.execute("delete from public.audit_log where id = 4")
        last = one(pg, "select max(id) from public.audit_log")
        pg.execute(
            "insert into public.audit_log"
            " (id, table_name, operation, performed_as, previous_hash, current_hash)"
            " values (%s, 'x', 'INSERT', 'x', 'x', 'x')",
            (last + 1,),
        )
        assert pg.execute("select id, problem from private.audit_log_breaks()").fetchall() == [
            (2, "edited"),
            (4, "missing"),
            (5, "does not follow the row before"),
            (last + 1, "does not follow the row before"),
            (last + 1, "edited"),
            (last + 1, "smuggled in"),
        ]
