"""Promises about what expires: invisible at once, removed by a job, and never before its time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from psycopg import sql

from pgproof.database import Connection
from pgproof.platforms.clock import Clock

from ...outcomes import refused
from ..world import TABLES, Family, add, as_person, keys_of, new_family, one

# What expires, the function that removes it, and how long a row lives that does not say.
EXPIRING = {
    "account_session": "private.remove_expired_account_sessions",
    "chat_session_v2": "private.remove_expired_chat_memory",
    "memory_fragment": "private.remove_expired_chat_memory",
    "memory_embedding": "private.remove_expired_chat_memory",
}
LIFETIMES = {
    "chat_session_v2": "30 days",
    "memory_fragment": "24 hours",
    "memory_embedding": "1 year",
}
JOBS = {
    "remove-expired-account-sessions": "*/5 * * * *",
    "remove-expired-chat-memory": "*/5 * * * *",
    "clear-expired-signed-urls": "*/15 * * * *",
}
START = datetime(2026, 12, 1, 12, 2, tzinfo=timezone.utc)
LONG_AGO = START - timedelta(days=9_000)


def expiring_row(pg: Connection, table: str, family: Family, expires: datetime) -> UUID:
    """One more row of ``table`` that lives until ``expires``."""
    return add(pg, table, family, expires_at=expires, created_at=LONG_AGO)


def all_keys(pg: Connection, table: str) -> set[UUID]:
    """The keys that are really there, seen as superuser."""
    return keys_of(pg, table)


def check_expired_rows_are_invisible_at_once(pg: Connection) -> None:
    """At the very moment, without any job: one microsecond earlier the owner still sees the row."""
    clock = Clock(pg)
    clock.set(START)
    family = new_family(pg)
    for table in EXPIRING:
        clock.set(LONG_AGO)
        key = expiring_row(pg, table, family, START)
        for moment, visible in (
            (START - timedelta(microseconds=1), True),
            (START, False),
            (START + timedelta(days=1), False),
        ):
            clock.set(moment)
            with as_person(pg, family):
                assert (key in keys_of(pg, table)) == visible, (table, moment)
        assert key in all_keys(pg, table), (
            f"{table}: invisible because it is gone, not because it has expired"
        )


def check_expired_rows_cannot_be_brought_back(pg: Connection) -> None:
    """What owners do not see they cannot prolong, change or delete; nor make a row that is dead already."""
    Clock(pg).set(START)
    family = new_family(pg)
    for table, column in (
        ("memory_fragment", "expires_at"), ("memory_embedding", "expires_at"), ("chat_session_v2", "metadata")
    ):  # fmt: skip
        pg.execute(f"update public.{table} set expires_at = %s, created_at = %s".encode(), (START, LONG_AGO))
        change = sql.SQL("update public.{} set {} = {}").format(
            sql.Identifier(table), sql.Identifier(column),
            sql.SQL("'infinity'" if column == "expires_at" else "'{}'"),
        )  # fmt: skip
        with as_person(pg, family):
            assert pg.execute(change).rowcount == 0, table
            assert pg.execute(f"delete from public.{table}".encode()).rowcount == 0, table
        with refused(pg, "42501"), as_person(pg, family):
            expiring_row(pg, table, family, START)


def check_messages_expire_with_their_session(pg: Connection) -> None:
    """Nobody reads, adds or takes back a message of a conversation that is over."""
    clock = Clock(pg)
    clock.set(START)
    family = new_family(pg)
    session = expiring_row(pg, "chat_session_v2", family, START)
    message = add(pg, "chat_message_v2", family, session_id=session)
    clock.set(START - timedelta(seconds=1))
    with as_person(pg, family):
        assert message in keys_of(pg, "chat_message_v2")
    clock.set(START)
    with as_person(pg, family):
        assert message not in keys_of(pg, "chat_message_v2")
        gone = pg.execute("delete from public.chat_message_v2 where session_id = %s", (session,))
        assert gone.rowcount == 0
    with refused(pg, "42501"), as_person(pg, family):
        add(pg, "chat_message_v2", family, session_id=session)


def check_a_row_lives_as_long_as_promised(pg: Connection) -> None:
    """Without a word about it: 30 days a conversation, 24 hours a fragment, a year an embedding."""
    family = new_family(pg)
    for table, lifetime in LIFETIMES.items():
        kept = f"select expires_at - now() = %s::interval from public.{table} where account_id = %s"
        if table == "memory_embedding":
            kept = f"select expires_at = now() + %s::interval from public.{table} where account_id = %s"
        assert one(pg, kept, (lifetime, family.account)), table
    with refused(pg, "23502"):
        pg.execute("update public.account_session set expires_at = null")


def check_cleanup_removes_what_has_expired_and_nothing_else(pg: Connection) -> None:
    """Whatever the size of a batch; a conversation takes its messages along, its analytics outlive it."""
    clock = Clock(pg)
    clock.set(START)
    family = new_family(pg)
    for batch in (1, 2, 1000):
        for table, function in EXPIRING.items():
            expired = {expiring_row(pg, table, family, START - timedelta(hours=n)) for n in range(5)}
            alive = {expiring_row(pg, table, family, START + timedelta(microseconds=1))}
            alive |= {expiring_row(pg, table, family, datetime.max.replace(tzinfo=timezone.utc))}
            before = all_keys(pg, table)
            pg.execute(sql.SQL("select {}(%s)").format(sql.SQL(function)), (batch,))
            assert all_keys(pg, table) == before - expired, (table, batch)
            assert alive <= all_keys(pg, table)


def check_analytics_outlive_the_conversation(pg: Connection) -> None:
    """The event stays, without the conversation that it was about; so does what was remembered of it."""
    Clock(pg).set(START)
    family = new_family(pg)
    pg.execute("update public.chat_session_v2 set expires_at = %s, created_at = %s", (START, LONG_AGO))
    pg.execute("select private.remove_expired_chat_memory()")
    assert one(pg, "select count(*) from public.chat_message_v2") == 0
    for table in ("chat_analytics", "memory_fragment"):
        left = f"select session_id from public.{table} where {TABLES[table]} = %s"
        assert one(pg, left, (family.keys[table],)) is None, table


def check_signed_addresses_are_cleared(pg: Connection) -> None:
    """Once an address opens nothing any more it is forgotten; the asset stays."""
    Clock(pg).set(START)
    family = new_family(pg)
    for ends in (START, START + timedelta(seconds=1)):
        add(pg, "media_asset", family, signed_url="https://s/1", signed_url_expires_at=ends)
    assert one(pg, "select private.clear_expired_signed_urls(1)") == 1
    left = pg.execute("select signed_url_expires_at from public.media_asset where signed_url is not null")
    assert left.fetchall() == [(START + timedelta(seconds=1),)]


def check_jobs_are_scheduled(pg: Connection) -> None:
    """Every cleanup has a job that is active."""
    jobs = dict(pg.execute("select jobname, schedule from cron.job where active").fetchall())
    assert jobs == JOBS


def check_jobs_keep_up(pg: Connection, days: int = 2) -> None:
    """Day after day, every job runs without failing and everything is gone five minutes after it expired."""
    clock = Clock(pg)
    clock.set(START)
    family = new_family(pg)
    pg.execute("delete from cron.job where jobname = 'clear-expired-signed-urls'")
    rows = {
        (table, day): expiring_row(pg, table, family, START + timedelta(days=day))
        for table in EXPIRING
        for day in range(days)
    }
    for day in range(days):
        runs = clock.run_jobs(START + timedelta(days=day - 1), START + timedelta(days=day, minutes=-1))
        assert {run.status for run in runs} == {"succeeded"}, [
            run for run in runs if run.status != "succeeded"
        ][:1]
        _assert_left(pg, rows, range(day, days))
        clock.run_jobs(START + timedelta(days=day, minutes=-1), START + timedelta(days=day, minutes=4))
        _assert_left(pg, rows, range(day + 1, days))


def _assert_left(pg: Connection, rows: dict[tuple[str, int], UUID], days: Iterable[int]) -> None:
    for table in EXPIRING:
        expected = {rows[table, day] for day in days}
        ours = {key for (of, _), key in rows.items() if of == table}
        assert all_keys(pg, table) & ours == expected, table


def check_cleanup_waits_for_nobody(own: Any) -> None:
    """Rows that writers hold are passed over and removed by the next run; the writers never notice."""
    setup = own.connect()
    family = new_family(setup)
    past = datetime(2020, 1, 1, tzinfo=timezone.utc)
    for table, function in EXPIRING.items():
        held, free = (add(setup, table, family, created_at=past, expires_at=past) for _ in range(2))
        writer, job = own.connect(autocommit=False), own.connect()
        hold = f"select from public.{table} where {TABLES[table]} = %s for key share"
        writer.execute(hold.encode(), (held,))
        job.execute("set lock_timeout = '2s'")
        job.execute(f"select {function}(1)".encode())
        assert {held, free} & keys_of(setup, table) == {held}, table
        writer.rollback()
        job.execute(f"select {function}(1)".encode())
        assert held not in keys_of(setup, table), table
