"""An empty database for tests that bring their own tables, and ways to fill it and look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest

from pgproof import catalog
from pgproof.database import Connection, sql
from pgproof.rows.model.tables import TableName
from pgproof.rows.plan.make import make_plan
from pgproof.rows.seeding.seed import SeedReport, seed

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pg_project() -> Path:
    return Path("tests/rows/bare")


@pytest.fixture
def db(pg_clone: Any) -> Iterator[Connection]:
    """A database of the test's own."""
    with pg_clone.connect() as connection:
        yield connection


@pytest.fixture
def fill(db: Connection) -> Callable[..., SeedReport]:
    """``fill("create table ...", rows={"t": 5})``: make the tables and seed them."""

    def fill_(script: str = "", settings: dict[str, Any] | None = None, **wishes: Any) -> SeedReport:
        if script:
            db.execute(script)  # type: ignore[arg-type]
        progress = wishes.pop("progress", None)
        fast = wishes.pop("fast", False)
        plan = make_plan(catalog.read(db), settings or {}, **wishes)
        return seed(db, plan, progress or (lambda _: None), fast=fast)

    return fill_


@pytest.fixture
def one(db: Connection) -> Callable[[str], Any]:
    """``one("select count(*) from t")``: the only value of a query."""

    def one_(query: str) -> Any:
        row = db.execute(query).fetchone()  # type: ignore[arg-type]
        assert row is not None
        return row[0]

    return one_


def digest(connection: Connection, table: TableName, columns: list[str] | None = None) -> str:
    """What is in a table, in few letters; the order of its rows counts."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns)) if columns else sql.SQL("*")
    query = sql.SQL("copy (select {} from {}) to stdout").format(
        names, sql.Identifier(table.schema, table.name)
    )
    state = blake2b(digest_size=8)
    with connection.cursor().copy(query) as copy:
        for data in copy:
            state.update(data)
    return state.hexdigest()


def nasty(name: str) -> str:
    """One of the schemas in ``fixtures/nasty``."""
    return (ROOT / "fixtures" / "nasty" / f"{name}.sql").read_text("utf-8")
