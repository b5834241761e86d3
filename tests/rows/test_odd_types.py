"""Types that hardly anybody has in a table, and those of which nobody knows a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from pgproof import catalog
from pgproof.database import Connection, errors
from pgproof.errors import UsageError
from pgproof.rows.model.troubles import CannotFill
from pgproof.rows.seeding.seed import SeedReport
from pgproof.rows.strategies import SchemaPlan, insert, rows

Fill = Callable[..., SeedReport]
One = Callable[[str], Any]

TYPES = (
    "jsonpath", "xid", "xid8", "cid", "tid", "oid", "pg_snapshot", "txid_snapshot", "pg_lsn", "refcursor", "int2vector",
    "oidvector", "regclass", "regtype", "regproc", "regprocedure", "regoper", "regoperator", "regrole", "regnamespace",
    "regconfig", "regdictionary", "regcollation", "jsonpath[]",
)  # fmt: skip
ODD = f"""
create table odd (number int primary key,
    {", ".join(f"c{place} {name} not null" for place, name in enumerate(TYPES))})
"""
NOBODY_KNOWS = "create table grants (number int primary key, given aclitem, many aclitem[])"


def test_every_type_of_postgresql_has_values(fill: Fill, db: Connection, one: One) -> None:
    fill(ODD, rows={"odd": 40})
    assert one("select count(*) from odd") == 40
    assert one("select count(distinct c0::text) > 5 from odd")
    shape = SchemaPlan(catalog.read(db))

    @given(rows(shape, "public.odd"))
    def is_taken(row: dict[str, Any]) -> None:
        with db.transaction(force_rollback=True):
            db.execute("delete from odd")
            insert(db, shape, "public.odd", row)

    is_taken()


@pytest.mark.parametrize(
    "name", ["public.sparsevec(5)", "public.lquery", "public.ltxtquery", "public.cube", "public.seg"]
)
def test_types_of_extensions_have_values(name: str, fill: Fill, db: Connection, one: One) -> None:
    extension = {"sparsevec(5)": "vector", "lquery": "ltree", "ltxtquery": "ltree"}
    wanted = extension.get(name.removeprefix("public."), name.removeprefix("public."))
    try:
        db.execute(f"create extension {wanted} schema public")  # type: ignore[call-overload]
    except errors.FeatureNotSupported:
        pytest.skip(f"this server has no {wanted}")
    fill(f"create table odd (number int primary key, it {name} not null)")
    assert one("select count(distinct it::text) > 3 from odd")


def test_a_column_of_which_nobody_knows_a_value_is_null(fill: Fill, db: Connection, one: One) -> None:
    fill(NOBODY_KNOWS)
    assert one("select count(*) = 10 and count(given) = 0 and count(many) = 0 from grants")
    shape = SchemaPlan(catalog.read(db))

    @given(rows(shape, "public.grants"))
    def is_null(row: dict[str, Any]) -> None:
        assert (row["given"], row["many"]) == (None, None)

    is_null()


def test_a_column_that_must_have_a_value_that_nobody_knows_wants_a_list(
    fill: Fill, db: Connection, one: One
) -> None:
    strict = NOBODY_KNOWS.replace("given aclitem", "given aclitem not null")
    message = (
        r'public.grants.given: no values of type aclitem are known; list some in \[rows."public.grants"\]'
    )
    with pytest.raises(CannotFill, match=message):
        fill(strict)
    assert one("select count(*) from grants") == 0
    with pytest.raises(
        UsageError, match="grants.given: no values of type aclitem are known; give the row by hand"
    ):
        rows(SchemaPlan(catalog.read(db)), "public.grants")
    fill(settings={"grants": {"given": {"values": ["=r/postgres"]}}})
    assert one("select count(given) from grants") == 10


def test_a_server_without_xml_says_what_can_be_done(fill: Fill, db: Connection, one: One) -> None:
    db.execute("create table notes (number int primary key, body xml)")
    try:
        with db.transaction(force_rollback=True):
            db.execute("select '<a/>'::xml")
    except errors.FeatureNotSupported:
        with pytest.raises(
            UsageError, match=r"public.notes: this server was built without XML .* null = 1.0 in"
        ):
            fill()
        fill(settings={"notes": {"body": {"null": 1.0}}})
    else:
        fill()
    assert one("select count(*) from notes") == 10
