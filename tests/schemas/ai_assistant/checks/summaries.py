"""Promises about the summaries: what they count, that they can be refreshed, and to whom they show what."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timezone

import psycopg

from pgproof.database import Connection
from pgproof.harness import OwnDatabase
from pgproof.platforms.clock import Clock

from ...outcomes import accepted, refused
from .. import oracle
from ..oracle import Request, Usage
from ..world import (
    as_member,
    as_service,
    as_visitor,
    increment,
    new_company,
    new_conversation,
    new_feedback,
    new_member,
    new_message,
    refresh,
    touched_or_refused,
)
from .usage import SOME, bill, settle

SUMMARIES = ("message_feedback_summary", "monthly_usage_summary")


def check_feedback_summary(pg: Connection, ratings: Sequence[Sequence[int]]) -> None:
    """After any ratings and a refresh, the summary is what the oracle says."""
    crowd = [new_member(pg)]
    crowd += [new_member(pg, crowd[0].tenant) for _ in range(max(map(len, ratings), default=0))]
    conversation = new_conversation(pg, crowd[0])
    given = {}
    for each in ratings:
        message = new_message(pg, conversation, role="assistant")
        given[message] = list(each)
        for author, rating in zip(crowd, each, strict=False):
            new_feedback(pg, message, author, rating)
    refresh(pg)
    found = {
        row[0]: row[1:]
        for row in pg.execute(
            "select message_id, total_feedback, thumbs_up, thumbs_down, avg_rating"
            " from public.message_feedback_summary where conversation_id = %s and tenant_id = %s",
            (conversation, crowd[0].tenant),
        )
    }
    assert found == oracle.feedback_summary(given)


def check_a_message_without_feedback_has_none(pg: Connection) -> None:
    """Zero and not one, beside messages with one, two and three opinions."""
    check_feedback_summary(pg, [[], [1], [-1, 1], [1, 1, -1]])


def check_monthly_summary(pg: Connection, requests: Sequence[Request]) -> None:
    """After any requests and a refresh, the summary is what the oracle says."""
    settled = settle(pg, requests)
    bill(pg, settled)
    refresh(pg)
    found = {}
    for *key, prompt, completion, total, count, cost, days in pg.execute(
        "select tenant_id, user_id, month, total_prompt_tokens, total_completion_tokens, total_tokens,"
        " total_requests, total_cost, active_days from public.monthly_usage_summary"
    ):
        found[tuple(key)] = Usage(prompt, completion, count, cost), days
        assert total == prompt + completion
    assert found == oracle.monthly_usage(settled)


def check_a_month_adds_up(pg: Connection) -> None:
    """Sums and active days of members and of the tenant as a whole."""
    check_monthly_summary(pg, SOME)


def check_summaries_refresh_as_printed(pg: Connection) -> None:
    """Both statements of the operators' page, twice, for members and for none; names mean what they meant."""
    company = new_company(pg)
    path = pg.execute("show search_path").fetchone()
    with accepted("the summaries refresh concurrently"):
        for _ in range(2):
            increment(pg, company.ana.tenant, None)
            new_message(pg, company.conversation)
            pg.execute("REFRESH MATERIALIZED VIEW CONCURRENTLY message_feedback_summary")
            pg.execute("REFRESH MATERIALIZED VIEW CONCURRENTLY monthly_usage_summary")
    assert pg.execute("show search_path").fetchone() == path
    view = pg.execute("select 'message_feedback_summary'::regclass::oid").fetchone()
    assert view == pg.execute("select 'public.message_feedback_summary'::regclass::oid").fetchone()


def check_summaries_show_members_their_tenant_only(pg: Connection) -> None:
    """Through the views of the API; the materialized ones are out of reach, with their statistics."""
    ours, theirs = new_company(pg), new_company(pg)
    refresh(pg)
    pg.execute("analyze analytics.message_feedback_summary, analytics.monthly_usage_summary")
    for view in (*SUMMARIES, "current_day_usage"):
        query = f"select tenant_id from public.{view}".encode()
        with as_member(pg, ours.ana), accepted(f"a member reads {view}"):
            assert {row[0] for row in pg.execute(query)} == {ours.ana.tenant}, view
        with as_service(pg), accepted(f"the service role reads {view}"):
            assert {row[0] for row in pg.execute(query)} == {ours.ana.tenant, theirs.ana.tenant}, view
        with refused(pg, "42501"), as_visitor(pg):
            pg.execute(query)
    for summary in SUMMARIES:
        with refused(pg, "42501"), as_member(pg, ours.ana):
            pg.execute(f"select from analytics.{summary}".encode())
    with as_member(pg, ours.ana):
        leaked = pg.execute(
            "select tablename, attname from pg_stats where schemaname = 'analytics'"
        ).fetchall()
    assert leaked == [], f"pg_stats shows members values of all tenants: {leaked}"


def check_a_leaky_condition_learns_nothing(pg: Connection) -> None:
    """A condition that tells what it was asked about is asked about rows of the own tenant only."""
    ours, theirs = new_company(pg), new_company(pg)
    refresh(pg)
    for plan in (
        "indexscan",
        "bitmapscan",
        "indexonlyscan",
    ):  # which would ask the index first, as a large table might not
        pg.execute(f"set local enable_{plan} = off".encode())
    pg.execute("create schema spy")
    pg.execute("grant usage on schema spy to authenticated")
    pg.execute(
        "create function spy.tell(t uuid) returns boolean language plpgsql cost 0.0000001 as"
        " $$begin raise notice '%', t; return true; end$$"
    )
    for view in (*SUMMARIES, "current_day_usage"):
        told: list[str] = []

        def listen(diagnostic: psycopg.errors.Diagnostic, told: list[str] = told) -> None:
            told.append(diagnostic.message_primary or "")

        pg.add_notice_handler(listen)
        try:
            with as_member(pg, ours.ana):
                pg.execute(f"select from public.{view} where spy.tell(tenant_id)".encode())
        finally:
            pg.remove_notice_handler(listen)
        assert set(told) == {str(ours.ana.tenant)}, (view, theirs.ana.tenant)


def check_today_is_the_day_in_utc(pg: Connection) -> None:
    """The rows of today and no others, whatever time zone the reader is in and whatever time it is."""
    company = new_company(pg)
    pg.execute("delete from public.usage_metrics")
    clock = Clock(pg)
    for at in (
        datetime(2026, 2, 28, 23, 59, 59, tzinfo=timezone.utc),
        datetime(2026, 3, 1, 0, 0, tzinfo=timezone.utc),
    ):
        clock.set(at)
        increment(pg, company.ana.tenant, company.ana.user, at.date())
        for zone in ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"):
            pg.execute("select set_config('timezone', %s, true)", (zone,))
            found = pg.execute("select date, total_tokens from public.current_day_usage").fetchall()
            assert found == [(at.date(), 15)], (at, zone)
    clock.reset()


def check_no_row_stops_a_summary(pg: Connection) -> None:
    """A row that the table takes can be summed up; what no sum can be made of, it does not take."""
    company = new_company(pg)
    for column, value in (
        ("date", "4713-12-31 BC"),
        ("date", "5874897-12-31"),
        ("date", "infinity"),
        ("date", "-infinity"),
        ("estimated_cost", "NaN"),
        ("prompt_tokens", "9223372036854775807"),
    ):
        touched_or_refused(
            pg,
            f"insert into public.usage_metrics (tenant_id, {column}) values (%s, %s)",
            (company.ana.tenant, value),
        )
        refresh(pg)
        row = pg.execute("select sum(total_cost) < 'NaN' from public.monthly_usage_summary").fetchone()
        assert row == (True,), f"{column} = {value} is in every sum"


class Background:
    """Work that is done over and over in a connection of its own, until it is stopped."""

    def __init__(self, own: OwnDatabase, work: Callable[[Connection], object]) -> None:
        self.failure: Exception | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, args=(own.connect(), work))
        self._thread.start()

    def _loop(self, connection: Connection, work: Callable[[Connection], object]) -> None:
        try:
            while not self._stop.is_set():
                work(connection)
        except psycopg.Error as error:
            self.failure = error

    def stop(self) -> None:
        """Wait for the last round; raises ``AssertionError`` if a round failed."""
        self._stop.set()
        self._thread.join()
        assert self.failure is None, self.failure


def check_summaries_refresh_while_they_are_written_to_and_read(own: OwnDatabase) -> None:
    """Nobody fails meanwhile, and the last refresh equals what the tables say."""
    pg = own.connect()
    company = new_company(pg)

    def write(connection: Connection) -> None:
        new_feedback(connection, new_message(connection, company.conversation), company.bo)
        increment(connection, company.ana.tenant, None)

    def read(connection: Connection) -> None:
        for view in SUMMARIES:
            connection.execute(f"select tenant_id from public.{view}".encode()).fetchall()

    others = [Background(own, work) for work in (write, write, read)]
    for _ in range(10):
        refresh(pg)
    for each in others:
        each.stop()
    refresh(pg)
    for view in SUMMARIES:
        check_equals_a_fresh_computation(pg, view)


def check_equals_a_fresh_computation(pg: Connection, view: str) -> None:
    """What a materialized view has stored is what its query gives now, and is something."""
    row = pg.execute("select pg_get_viewdef(%s::regclass)", (f"analytics.{view}",)).fetchone()
    assert row is not None
    fresh, stored = row[0].rstrip(";"), f"select * from analytics.{view}"
    differences = f"(({stored}) except all ({fresh})) union all (({fresh}) except all ({stored}))"
    assert pg.execute(differences.encode()).fetchall() == []
    assert pg.execute(stored.encode()).fetchone() is not None
