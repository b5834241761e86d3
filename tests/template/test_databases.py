"""Copying and renaming databases that somebody is connected to."""

import pytest

from pgproof import database, project, template
from pgproof.errors import ServerError
from pgproof.template import databases


@pytest.fixture
def session(make_project):
    with template.open_session(project.load(make_project({"001_x.sql": "select 1;"})), "embedded") as opened:
        yield opened


@pytest.fixture
def pair(session):
    made = session.next_name(), session.next_name()
    for name in made:
        databases.create(session.maintenance, name)
    return made


def oids(session):
    rows = session.maintenance.execute(
        "select datname, oid from pg_database where starts_with(datname, %s)", (f"pgproof_c_{session.token}",)
    )
    return dict(rows.fetchall())


def test_two_names_change_hands_in_one_step(session, pair):
    first, second = pair
    before, third = oids(session), session.next_name()
    databases.rename(session.maintenance, (first, third), (second, first))
    assert oids(session) == {third: before[first], first: before[second]}


def test_where_one_cannot_be_renamed_none_is(session, pair):
    before = oids(session)
    with pytest.raises(database.errors.InvalidCatalogName):
        databases.rename(session.maintenance, (pair[0], session.next_name()), (session.next_name(), pair[0]))
    assert oids(session) == before


def test_whoever_is_connected_is_ended(session, pair):
    with database.connect(session.server.dsn(pair[0])) as somebody:
        databases.rename(session.maintenance, (pair[0], session.next_name()))
        with pytest.raises(database.errors.OperationalError):
            somebody.execute("select 1")


def test_somebody_who_always_comes_back_is_named_with_what_to_do(session, pair, monkeypatch):
    monkeypatch.setattr(databases, "TRIES", 1)
    monkeypatch.setattr(session.maintenance, "execute", back_at_once)
    with pytest.raises(ServerError, match=rf"connected to {pair[0]} again .* 1 attempts .*stop that program"):
        databases.rename(session.maintenance, (pair[0], session.next_name()))
    monkeypatch.undo()


def back_at_once(query, parameters=()):
    if not parameters:
        raise database.errors.ObjectInUse
