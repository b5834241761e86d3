"""Worlds to hold the strategies to: the five schemas of this repository and everything in fixtures/nasty."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from pgproof import catalog
from pgproof.database import Connection
from pgproof.rows.model.ghosts import real_tables
from pgproof.rows.strategies import Population, SchemaPlan, disable_triggers

ROOT = Path(__file__).parents[3]
CANONICAL = ("advent_calendar", "ai_assistant", "dream_flow", "sleep_prediction_cache", "travel_booking")
NASTY = tuple(sorted(path.stem for path in (ROOT / "fixtures" / "nasty").glob("*.sql")))
WORLDS = (*CANONICAL, *NASTY)


@dataclass(frozen=True)
class World:
    """A schema in a database of its own, where no trigger of a user fires, and its plan."""

    name: str
    connection: Connection
    plan: SchemaPlan

    @property
    def tables(self) -> list[str]:
        return [str(table.name) for table in real_tables(self.plan.model)]

    @contextmanager
    def holding(self, population: Population) -> Iterator[Connection]:
        """The database with these rows in it, foreign keys that may wait waiting; all undone afterwards."""
        with self.connection.transaction(force_rollback=True):
            if population.deferred:
                self.connection.execute("set constraints all deferred")
            yield self.connection


@pytest.fixture(scope="module", params=WORLDS)
def world_name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def pg_project(world_name: str) -> Path:
    return Path("sql", world_name) if world_name in CANONICAL else Path("tests/rows/bare")


@pytest.fixture(scope="module")
def world(world_name, pg_workbench, _pgproof_harness) -> Iterator[World]:
    own = _pgproof_harness.own_database(pg_workbench)
    with own.connect() as connection:
        if world_name in NASTY:
            connection.execute((ROOT / "fixtures" / "nasty" / f"{world_name}.sql").read_text("utf-8"))
        plan = SchemaPlan(catalog.read(connection), connection)
        made = World(world_name, connection, plan)
        disable_triggers(connection, plan, made.tables)
        yield made
    _pgproof_harness.dispose(pg_workbench, own, world_name, False)


def share(profile: settings | None = None) -> settings:
    """How many examples a world gets, so that all of them together get as many as the profile says.

    HYPOTHESIS_PROFILE=long holds each strategy to 10,000 examples.
    """
    most = (profile or settings()).max_examples
    return settings(max_examples=-(-most // len(WORLDS)))
