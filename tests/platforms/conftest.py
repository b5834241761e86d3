from __future__ import annotations

from pathlib import Path

import pytest

from pgproof import platforms
from pgproof.database import Connection


@pytest.fixture(scope="module")
def pg_project() -> Path:
    return Path("tests/platforms/project")


@pytest.fixture
def needs_stand_in(request: pytest.FixtureRequest, pg: Connection) -> None:
    """The tests of a module with ``STAND_IN`` have nothing to test where that stand-in is not in use."""
    name = request.module.STAND_IN
    if name not in platforms.stand_ins_in(pg):
        pytest.skip(f"this server has no stand-in for {name}: it has the real one or is older than 18")


@pytest.fixture
def needs_pg_cron(pg: Connection) -> str:
    """The version of pg_cron; without it there is nothing to test."""
    row = pg.execute("select extversion from pg_extension where extname = 'pg_cron'").fetchone()
    if row is None:
        pytest.skip(
            "this server has no pg_cron, and no stand-in for it because it is older than PostgreSQL 18"
        )
    return str(row[0])


@pytest.fixture
def needs_pg_cron_1_6(needs_pg_cron: str) -> None:
    """What is said of pg_cron's own functions is said of 1.6."""
    if needs_pg_cron < "1.5":
        pytest.skip(f"pg_cron is {needs_pg_cron} on this server; what is tested is 1.6")
