"""What strategies take for the same value in a key is what PostgreSQL takes for the same."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import combinations_with_replacement
from typing import Any

import pytest

from pgproof.database import sql
from pgproof.rows.model.literals import text_of
from pgproof.rows.strategies.keys import comparable

from .conftest import World

NAN = float("nan")
VALUES: dict[str, list[Any]] = {
    "numeric": ["NaN", Decimal("NaN"), "1", Decimal("1.00"), "Infinity", "0", "-0.0"],
    "double precision": [NAN, float("nan"), "NaN", 0.0, -0.0, 5e-324, float("inf")],
    "real": [NAN, 0.1, 0.1000000001],
    "numeric[]": [["NaN"], ["NaN", "1"], [Decimal("NaN")], ["1.0"], ["1"], [None], []],
    "double precision[]": [[NAN], ["NaN"], [0.0], [-0.0], [None, NAN]],
    "interval[]": [["1 day"], ["24 hours"], ["30 days"], ["1 mon"]],
    "numrange": ["[NaN,NaN]", '["NaN","NaN"]', "[1,2)", "[1.0,2)", "empty", "[1,1)"],
    "int4range": ["[1,2]", "[1,3)", "empty", "(1,2)"],
    "jsonb": [{}, [], {"a": 1, "b": 2}, {"b": 2, "a": 1.0}, [1], [True], [0], [False], [None], {"a": [1]}],
    "interval": ["1 day", "24 hours", "1 mon", "30 days"],
    "character": ["a", "a  ", "A"],
}


@pytest.fixture(scope="module", params=["types"])
def world_name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.mark.parametrize("tag", VALUES)
def test_what_is_equal_there_is_equal_here(world: World, tag: str) -> None:
    kind = sql.SQL(tag)
    for one, other in combinations_with_replacement(VALUES[tag], 2):
        query = sql.SQL("select %s::{kind} is not distinct from %s::{kind}").format(kind=kind)
        found = world.connection.execute(query, [written(tag, value) for value in (one, other)]).fetchone()
        assert found is not None
        mine = [comparable(tag, value) for value in (one, other)]
        assert (mine[0] == mine[1] and hash(mine[0]) == hash(mine[1])) is found[0], (one, other)


def written(tag: str, value: Any) -> str | None:
    return json.dumps(value) if tag == "jsonb" else text_of(value)
