from __future__ import annotations

import json

import psycopg
import pytest
from hypothesis import assume, event, example, given

from pgproof.rows.evaluate.compute import UNKNOWN_FUNCTION, Failure, Scope, compile_expression, evaluate
from pgproof.rows.evaluate.datum import to_datum
from pgproof.rows.syntax.parse import parse

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
@example("d < e", {"d": "5874897-12-31", "e": "infinity"}).via("the last days are no later than infinity")
@example("d >= e + 7", {"d": "5874897-12-31", "e": "infinity"}).via("nothing is a week after infinity")
@example("e > d", {"d": "-infinity", "e": "4714-11-24 BC"}).via("the first days are no earlier than infinity")
@example("d < ts", {"d": "5874897-12-31", "ts": "infinity"}).via("days reach further than timestamps")
@example("d > ts", {"d": "5874897-12-31", "ts": "294276-12-31 23:59:59"}).via(
    "days reach further than timestamps"
)
@example("d = ts", {"d": "infinity", "ts": "infinity"}).via("there is one infinity")
@example("c = 'a'", {"c": "a"}).via("the padding of char(n) means nothing")
def test_the_evaluator_agrees_with_the_server_or_says_that_it_does_not_know(pg, condition, row):
    pg.execute("set local search_path = ''; set local client_min_messages = error")
    program = compile_expression(parse(deparsed(pg, condition)), SCOPE)
    ours = program(row)
    event("unknown" if ours is UNKNOWN_FUNCTION else str(ours))
    if ours is not UNKNOWN_FUNCTION:
        assert ours == answer_of_the_server(pg, condition, row)


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("corpus.is_even(i)", "function corpus.is_even"),
        ("t < u", "the order of texts in the database's collation"),
        ("to_char(d, 'YYYY') = '2020'", "function to_char"),
        ("tz::text = '2020'", "the cast from timestamp with time zone to text"),
        ("tz < now()", "the time of now"),
        ("t ~ '(a)\\1'", "the regular expression"),
        ("tz at time zone 'Europe/Berlin' > ts", "a time zone other than UTC"),
    ],
)
def test_what_only_the_server_knows_is_named_and_never_guessed(pg, condition, reason):
    pg.execute("set local search_path = ''")
    program = compile_expression(parse(deparsed(pg, condition)), SCOPE)
    assert reason in program.unknown
    assert program({"i": 2, "t": "a", "u": "b"}) is UNKNOWN_FUNCTION


def test_text_outside_ascii_is_unknown_only_where_the_locale_matters():
    scope = Scope({"t": "text"})
    assert evaluate(parse("(lower(t) = 'é'::text)"), {"t": "É"}, scope) is UNKNOWN_FUNCTION
    assert evaluate(parse("(char_length(t) = 1)"), {"t": "É"}, scope) is True


def test_the_present_is_known_where_the_scope_tells_it():
    scope = Scope({"d": "date"}, now=to_datum("timestamp with time zone", "2024-05-05 12:00:00+00"))
    assert evaluate(parse("(d <= CURRENT_DATE)"), {"d": "2024-05-05"}, scope) is True
    assert evaluate(parse("(d < CURRENT_DATE)"), {"d": "2024-05-05"}, scope) is False


def test_a_missing_column_is_null():
    assert evaluate(parse("(i IS NULL)"), {}, Scope({"i": "integer"})) is True
