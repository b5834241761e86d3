from __future__ import annotations

import json

import psycopg
from hypothesis import assume, event, example, given

from pgproof.rows.evaluate import UNKNOWN_FUNCTION, Failure, Scope, compile_expression
from pgproof.rows.parse import parse

from .expressions import ENUMS, TAGS, conditions, rows

SCOPE = Scope(TAGS, ENUMS, widths={"c": 3})


def deparsed(pg, condition: str) -> str:
    """The condition as PostgreSQL prints it; the example is dropped where it does not take it."""
    try:
        with pg.transaction(force_rollback=True):
            pg.execute(f"alter table corpus.samples add constraint deparsed check ({condition})")
            found = pg.execute(
                "select pg_get_expr(conbin, conrelid) from pg_constraint where conname = 'deparsed'"
            )
            return found.fetchone()[0]
    except psycopg.Error:
        assume(False)
        raise


def parameter(name: str, value: object) -> object:
    return json.dumps(value) if TAGS[name] in ("json", "jsonb") and isinstance(value, (dict, list)) else value


def answer_of_the_server(pg, condition: str, row: dict[str, object]) -> object:
    pg.execute("delete from corpus.samples")
    names = ", ".join(row)
    pg.execute(
        f"insert into corpus.samples ({names}) values ({', '.join(['%s'] * len(row))})",
        [parameter(name, value) for name, value in row.items()],
    )
    try:
        with pg.transaction(force_rollback=True):
            return pg.execute(f"select ({condition}) from corpus.samples".replace("%", "%%"), ()).fetchone()[
                0
            ]
    except psycopg.Error as error:
        return Failure(error.sqlstate)


@given(condition=conditions, row=rows())
@example("(m / 3.0) < n", {"m": 1, "n": 1}).via("division keeps at least sixteen digits")
@example("(js ->> 0) = 'x'", {"js": '"x"'}).via("a scalar is an array of one to jsonb")
@example("n::real = 0", {"n": "1e-100"}).via("what is too small for real is out of range")
@example("(1 / i = 1) and 0 = 1", {"i": 0}).via("constant parts are computed first")
@example("n = sign(n)", {"n": "NaN"}).via("NaN has no sign")
@example("coalesce(0, ''::integer) = i", {"i": 0}).via("what is never reached does not fail")
@example("f::real = 0", {"f": 1e300}).via("what is too large for real is out of range")
@example("c ~ '^a$'", {"c": "a"}).via("a regular expression sees the padding of char(n)")
@example("c = 'a'", {"c": "a"}).via("the padding of char(n) means nothing")
def test_the_evaluator_agrees_with_the_server_or_says_that_it_does_not_know(pg, condition, row):
    pg.execute("set local search_path = ''; set local client_min_messages = error")
    program = compile_expression(parse(deparsed(pg, condition)), SCOPE)
    ours = program(row)
    event("unknown" if ours is UNKNOWN_FUNCTION else str(ours))
    if ours is not UNKNOWN_FUNCTION:
        assert ours == answer_of_the_server(pg, condition, row)
