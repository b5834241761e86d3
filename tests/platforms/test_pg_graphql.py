from __future__ import annotations

import pytest

pytestmark = pytest.mark.usefixtures("needs_stand_in")
STAND_IN = "pg_graphql"


def one(pg, query, *values):
    return pg.execute(query, values or None).fetchone()[0]


@pytest.mark.parametrize(
    "call",
    ["graphql.resolve('{ a }')", "graphql_public.graphql(query => '{ a }')"],
    ids=["resolve", "public"],
)
def test_a_query_is_answered_with_an_error_not_with_data(pg, call):
    answer = one(pg, f"select {call}")
    assert list(answer) == ["errors"]
