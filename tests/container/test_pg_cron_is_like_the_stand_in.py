"""The same statements on the real pg_cron and on its stand-in: both say and do the same."""

from __future__ import annotations

import ast
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pgproof.database import rolled_back

pytestmark = pytest.mark.container

HERE = Path(__file__).parent / "pg_cron"
STORIES = sorted((HERE / "stories").glob("*.sql"))
CATALOG = sorted((HERE / "catalog").glob("*.sql"))
SCHEDULES = [ast.literal_eval(line) for line in (HERE / "schedules.txt").read_text("utf-8").splitlines()]


def outcome(connection, statement):
    """What a statement returned, or how it failed, as a person who called it would see it."""
    try:
        with connection.transaction():
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else cursor.statusmessage
    except psycopg.Error as error:
        return error.sqlstate, error.diag.message_primary, error.diag.message_detail, error.diag.message_hint


@contextmanager
def with_user(connection):
    with rolled_back(connection):
        connection.execute("create role cron_user login")
        connection.execute("grant usage on schema cron to cron_user")
        yield connection


def schedule(connection, text):
    with rolled_back(connection):
        try:
            connection.execute("select cron.schedule('job', %s, 'select 1')", (text,))
        except psycopg.Error as error:
            return error.sqlstate, error.diag.message_primary, error.diag.message_hint
        return connection.execute("select schedule from cron.job").fetchone()


@pytest.mark.parametrize("text", SCHEDULES)
def test_both_accept_and_refuse_the_same_schedules(real, stand_in, text):
    assert schedule(stand_in, text) == schedule(real, text)


@given(text=st.text(st.sampled_from("0123456789*/,-$ \tjanmoSsecd@;é"), max_size=20))
@example(text="* * * * *".ljust(999))
@example(text="* * * * *".ljust(1000))
def test_both_accept_and_refuse_the_same_random_texts(real, stand_in, text):
    assert schedule(stand_in, text) == schedule(real, text)


@given(
    fields=st.lists(st.text("0123456789*/,-$", min_size=1, max_size=5), min_size=5, max_size=5).map(" ".join)
)
def test_both_accept_and_refuse_the_same_five_fields(real, stand_in, fields):
    assert schedule(stand_in, fields) == schedule(real, fields)


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_both_tell_the_same_story(real, stand_in, story):
    statements = story.read_text("utf-8").split(";\n")[:-1]
    assert len(statements) > 1
    told = []
    for connection in (stand_in, real):
        with with_user(connection):
            told.append([(statement, outcome(connection, statement)) for statement in statements])
    assert told[0] == told[1]


@pytest.mark.parametrize("part", CATALOG, ids=lambda path: path.stem)
def test_both_have_the_same_catalog(real, stand_in, part):
    query = part.read_text("utf-8").encode()
    rows = real.execute(query).fetchall()
    assert rows
    assert stand_in.execute(query).fetchall() == rows
