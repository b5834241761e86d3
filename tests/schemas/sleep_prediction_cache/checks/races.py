"""Promises about sixteen clients at once: nothing is lost, nothing is doubled, nothing stale is active."""

from __future__ import annotations

import hashlib
import random
from uuid import UUID

from pgproof.database import Connection
from pgproof.harness import OwnDatabase

from ...concurrency import Work, all_at_once, meanwhile
from ...outcomes import refused
from ..world import (
    active_predictions,
    new_child,
    new_context,
    new_family,
    new_prediction,
    new_session,
    serve,
)

CLIENTS = 16


def check_servings_at_once_are_all_counted(own: OwnDatabase, each: int = 15) -> None:
    """Two predictions, served again and again: the count is the number of usage rows, and that of the servings."""
    pg = own.connect()
    predictions = [new_family(pg).prediction for _ in range(2)]

    def serving(turn: int) -> Work:
        return lambda connection: serve(connection, predictions[turn % 2])

    all_at_once(own, [[serving(client + turn) for turn in range(each)] for client in range(CLIENTS)])
    counted = dict(pg.execute("select id, used_count from public.predictions"))
    rows = dict(
        pg.execute("select prediction_id, count(*) from public.prediction_usage group by prediction_id")
    )
    assert counted == rows == dict.fromkeys(predictions, 1 + each * CLIENTS // 2)


def check_requests_at_once_share_context_and_prediction(own: OwnDatabase) -> None:
    """Sixteen requests miss at the same time: one context, one active prediction, and all get the same."""
    pg = own.connect()
    for number in range(3):
        child = new_child(pg)
        sessions = [new_session(pg, child, 20, 30), new_session(pg, child, 40, 41)]
        got = all_at_once(own, [missing(child, sessions) for _ in range(CLIENTS)])
        assert len({tuple(ids) for ids in got}) == 1, number
        made = pg.execute(
            "select count(*), count(*) filter (where is_active) from public.predictions where child_id = %s",
            (child,),
        )
        assert made.fetchone() == (1, 1), number


def missing(child: UUID, sessions: list[UUID]) -> list[Work]:
    """A request that misses: a transaction for the context, and after the model has thought, one to save."""
    described: list[UUID] = []

    def describe(connection: Connection) -> UUID:
        described.append(new_context(connection, child, sessions))
        return described[-1]

    def save(connection: Connection) -> UUID:
        return new_prediction(connection, described[-1])

    return [describe, save]


def digest(connection: Connection, child: UUID, since: object = None) -> tuple[str, list[UUID]]:
    """The application's digest of a child's sleep (from ``since`` on), and the sessions."""
    rows = connection.execute(
        "select id, start_time, end_time, quality from public.sleep_sessions"
        " where child_id = %s and start_time >= coalesce(%s::timestamptz, '-infinity') order by start_time, id",
        (child, since),
    ).fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest(), [row[0] for row in rows]


def check_what_is_active_at_the_end_describes_the_sleep(own: OwnDatabase, turns: int = 12) -> None:
    """Parents add, edit, move and delete sleep while requests make contexts and predictions for it."""
    pg = own.connect()
    children = [new_child(pg) for _ in range(3)]
    for child in children:
        new_session(pg, child, 20, 30)
    writers = [
        [writing(children, random.Random(number)) for _ in range(turns)] for number in range(CLIENTS // 2)
    ]
    requests = [
        [work for turn in range(turns) for work in requesting(children[(number + turn) % 3])]
        for number in range(CLIENTS // 2)
    ]
    all_at_once(own, [*writers, *requests])
    check_current_contexts_describe_the_sleep(pg)
    # Once more without luck: nothing comes after these that could retire a context for another reason.
    all_at_once(own, [requesting(child) for child in children])
    all_at_once(own, [[adding(child)] for child in children])
    check_current_contexts_describe_the_sleep(pg)


def check_current_contexts_describe_the_sleep(pg: Connection) -> None:
    """Every current context has the digest of the sleep as it is; no prediction of another is active."""
    stale = [
        context
        for context, child, said, since in pg.execute(
            "select c.id, c.child_id, c.context_hash, min(s.start_time) from public.sleep_contexts as c"
            " left join public.sleep_sessions as s on s.id = any(c.session_ids) where c.is_current group by c.id"
        ).fetchall()
        if digest(pg, child, since)[0] != said
    ]
    assert stale == [], "contexts are current and do not describe the sleep"
    active = pg.execute(
        "select p.id from public.predictions as p join public.sleep_contexts as c on c.id = p.sleep_context_id"
        " where p.is_active and not c.is_current"
    ).fetchall()
    assert active == [], "predictions are active although their context is not current"


def adding(child: UUID) -> Work:
    """One more session."""
    return lambda connection: new_session(connection, child, 100, 101)


def writing(children: list[UUID], dice: random.Random) -> Work:
    """One change of sleep by a parent, drawn beforehand so that a retry repeats it."""
    child, other = dice.sample(children, 2)
    hour = dice.randint(0, 90)
    changes: list[tuple[str, tuple[object, ...]]] = [
        (
            "insert into public.sleep_sessions (child_id, start_time, end_time, session_type)"
            " values (%s, '2025-01-06'::timestamptz + make_interval(hours => %s), '2025-02-01', 'nap')",
            (child, hour),
        ),
        (
            "update public.sleep_sessions set quality = (array['good', 'poor'])[1 + %s %% 2]"
            " where id = (select id from public.sleep_sessions where child_id = %s order by start_time desc limit 1)",
            (hour, child),
        ),
        (
            "update public.sleep_sessions set child_id = %s"
            " where id = (select id from public.sleep_sessions where child_id = %s order by id limit 1)",
            (other, child),
        ),
        (
            "delete from public.sleep_sessions"
            " where id = (select id from public.sleep_sessions where child_id = %s order by id desc limit 1)",
            (child,),
        ),
    ]
    statement, values = dice.choice(changes[:1] * 2 + changes)
    return lambda connection: connection.execute(statement.encode(), values)


def requesting(child: UUID) -> list[Work]:
    """A request that misses: read the sleep and make its context in one transaction, think, save in another."""
    described: list[UUID] = []

    def read_and_describe(connection: Connection) -> None:
        # Who reads first and locks afterwards may describe what has changed meanwhile.
        connection.execute("select from public.children where id = %s for no key update", (child,))
        said, sessions = digest(connection, child)
        described[:] = [new_context(connection, child, sessions, said)] if sessions else []

    def save(connection: Connection) -> None:
        for context in described:
            new_prediction(connection, context)

    return [read_and_describe, save]


def check_sleep_and_context_wait_for_each_other(own: OwnDatabase) -> None:
    """Neither misses the other: a context sees the sleep that was being added, and the other way round."""
    writer, service = impatient(own), impatient(own)
    child = new_child(writer)
    night = new_session(writer, child, 20, 30)
    with writer.transaction():
        new_session(writer, child, 40, 41)
        with refused(service, WAITS):
            new_context(service, child, [night], "too early")
    with refused(service, "40001"):
        new_context(service, child, [night], "too early")
    everything = [row[0] for row in service.execute("select id from public.sleep_sessions")]
    with service.transaction():
        new_context(service, child, everything, "in time")
        with refused(writer, WAITS):
            new_session(writer, child, 50, 51)
    new_session(writer, child, 50, 51)
    assert service.execute("select id from public.sleep_contexts where is_current").fetchall() == []


def check_sleep_and_prediction_wait_for_each_other(own: OwnDatabase) -> None:
    """A prediction that is saved while the sleep changes is inactive in the end, whoever comes first."""
    writer, service = impatient(own), impatient(own)
    for first in ("sleep", "prediction"):
        child = new_child(writer)
        context = new_context(service, child, [new_session(writer, child, 20, 30)])
        if first == "sleep":
            with writer.transaction():
                new_session(writer, child, 40, 41)
                with refused(service, WAITS):
                    new_prediction(service, context)
            new_prediction(service, context)
        else:
            with service.transaction():
                new_prediction(service, context)
                with refused(writer, WAITS):
                    new_session(writer, child, 40, 41)
            new_session(writer, child, 40, 41)
        assert active_predictions(service) == set(), first


def check_sleep_that_waited_retires_what_it_waited_for(own: OwnDatabase) -> None:
    """A session that comes while a prediction is being saved waits for it, goes on, and retires it."""
    pg = own.connect()
    child = new_child(pg)
    context = new_context(pg, child, [new_session(pg, child, 20, 30)])
    meanwhile(own, lambda service: new_prediction(service, context), adding(child))
    assert pg.execute("select count(*) from public.predictions").fetchone() == (1,)
    assert active_predictions(pg) == set()


WAITS = "55P03"  # lock_not_available: somebody who would wait, and was told not to for long


def impatient(own: OwnDatabase) -> Connection:
    """A connection that gives up waiting for a lock at once."""
    connection = own.connect()
    connection.execute("set lock_timeout = '100ms'")
    return connection
