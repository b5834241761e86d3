"""What is sent in binary is what the same values are as text: the server reads both and compares."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pgproof.database import Connection, sql
from pgproof.rows.evaluate.datum import read_text
from pgproof.rows.seeding import seed as seeding
from pgproof.rows.syntax.signals import Refused, Unknown
from pgproof.rows.values.blocks import (
    DAY,
    Choice,
    Hexes,
    Joined,
    Moments,
    Numbers,
    Pool,
    Reals,
    Scattered,
    Truths,
    Uuids,
    Values,
    nullable,
)  # fmt: skip
from pgproof.rows.values.encode import encode
from pgproof.rows.values.forms import TEXT
from pgproof.rows.values.numerals import numeric, numerics
from pgproof.rows.values.wire import HEAD, TAIL, encode_binary

ENDS = np.array([0, 1, -1, 9999, 10_000, -10_001, 123_456_789, 2**53, 2**62, -(2**62)], dtype=np.int64)
SMALL = np.array([0, 1, -1, 2**15 - 1, -(2**15)], dtype=np.int64)
DAYS = np.array([0, -719_162, 2_932_896, 10_957, 19_782], dtype=np.int64)


def choice(*items: str | None) -> Values:
    return Choice(Pool(items), np.arange(len(items)))


def scattered(values: Values, size: int) -> Values:
    """The values at the last places, NULL before them."""
    return Scattered(size + 2, ((np.arange(size) + 2, values),))


CASES: list[tuple[str, str, Values]] = [
    ("int2", "smallint", Numbers(SMALL)),
    ("int4", "integer", Numbers(SMALL * 65_536)),
    ("int8", "bigint", Numbers(ENDS)),
    ("int8", "bigint", choice("9223372036854775807", "-1", None)),
    *(("numeric", "numeric", Numbers(ENDS, scale)) for scale in range(7)),
    ("numeric", "numeric(12, 2)", Numbers(ENDS[:6], 2)),
    (
        "numeric",
        "numeric",
        choice("NaN", "1e30", "-0.00001", "Infinity", "-Infinity", "12.340", "0.000", None),
    ),
    ("float8", "float8", Numbers(ENDS, 4)),
    ("float8", "float8", Numbers(ENDS[:7], 4)),
    ("float8", "float8", Reals(np.array([0.1, -0.0, 5e-324, np.inf, -np.inf, np.nan]))),
    ("float8", "float8", choice("1e-7", "NaN", "-Infinity", None)),
    ("bool", "boolean", Truths(np.array([True, False]))),
    ("bool", "boolean", choice("t", "false", "yes", None)),
    ("uuid", "uuid", Uuids(ENDS.astype(np.uint64), (ENDS * 3).astype(np.uint64))),
    ("uuid", "uuid", choice("00000000-0000-4000-8000-00000000000a", None)),
    ("date", "date", Moments(DAYS * DAY, "date")),
    ("date", "date", choice("infinity", "-infinity", "0044-03-15 BC", "2024-02-29", None)),
    ("timestamptz", "timestamptz", Moments(DAYS * DAY + 12_345_678, "timestamptz")),
    ("timestamptz", "timestamptz", choice("infinity", "-infinity", "2024-01-01 00:00:00+02", None)),
    ("timestamp", "timestamp(0)", Moments(DAYS * DAY + 12_345_678, "timestamp")),
    ("timestamp", "timestamp", choice("-infinity", "2024-01-01 00:00:00.5", None)),
    ("time", "time", Moments(np.array([0, 1, DAY - 1]), "time")),
    ("time", "time", choice("24:00:00", "00:00:01", None)),
    ("text", "text", choice("", "a\tb\\n\nc", "\\N", "\u2028é", None)),
    ("text", "text", Joined(("<\t", choice("a", "\\"), "|", Numbers(np.array([7, 12]))))),
    ("text", "text", Hexes((ENDS.astype(np.uint64),), 9)),
    ("text", "text", Numbers(ENDS, 2)),
    ("varchar", "varchar(3)", choice("abc", "a", "")),
    ("bpchar", "char(3)", choice("abc", "a", "")),
    ("json", "json", choice("{}", '{"a": "\\t"}', None)),
    ("jsonb", "jsonb", choice("{}", '{"a": 1, "a": 2}', None)),
    ("jsonb", "jsonb", Joined(('{"n": ', Numbers(SMALL), "}"))),
]


@pytest.mark.parametrize(
    ("base", "kind", "values"), CASES, ids=lambda case: case if isinstance(case, str) else ""
)
def test_the_server_reads_the_same_from_both(db: Connection, base: str, kind: str, values: Values) -> None:
    size = len(values)
    columns = [values, nullable(values, np.arange(size) % 2 == 1), scattered(values, size)]
    db.execute(sql.SQL("create temporary table t (way text, number int, a {0}, b {0})").format(sql.SQL(kind)))
    for way in ("text", "binary"):
        for a, b in ((columns[0], columns[1]), (columns[2], columns[2])):
            numbers, tag = Numbers(np.arange(len(a))), Choice(Pool((way,)), np.zeros(len(a), dtype=np.int64))
            block: list[Values] = [tag, numbers, a, b]
            made = encode(block, TEXT) if way == "text" else binary(block, base)
            tail = sql.SQL(" with (format binary)" if way == "binary" else "")
            with db.cursor() as cursor, cursor.copy(sql.SQL("copy t from stdin") + tail) as copy:
                copy.write(made)
    sides = [
        db.execute("select number, a::text, b::text from t where way = %s order by 1, 2", (way,)).fetchall()
        for way in ("text", "binary")
    ]
    assert sides[0] == sides[1]
    assert len(sides[0]) == 2 * size + 2


def binary(block: list[Values], base: str) -> bytes:
    return HEAD + encode_binary(block, ["text", "int4", base, base]) + TAIL


@given(st.integers(-(2**62), 2**62), st.integers(0, 6))
@example(0, 6)
@example(-1, 6)
def test_both_ways_of_writing_a_numeric_agree(value: int, scale: int) -> None:
    whole = numerics(np.array([value], dtype=np.int64), scale).tobytes()
    assert meaning(whole) == meaning(numeric(Decimal(value).scaleb(-scale))) == Decimal(value).scaleb(-scale)


def meaning(data: bytes) -> Decimal:
    """A numeric read as numeric_recv does: base 10,000, the weight counting from the first digit."""
    words = [int.from_bytes(data[at : at + 2], "big", signed=False) for at in range(0, len(data), 2)]
    count, weight, sign, _, *digits = words
    assert count == len(digits)
    found = sum(Decimal(digit).scaleb(4 * (weight - place)) for place, digit in enumerate(digits))
    return -found if sign == 0x4000 else Decimal(found)


def test_what_only_the_server_can_read_is_said_so() -> None:
    for base, text in (("timestamptz", "tomorrow"), ("int4", "0x1F"), ("int4", "seven"), ("uuid", "{a}")):
        with pytest.raises((Unknown, Refused)):
            encode_binary([choice(text)], [base])
    assert read_text("integer", "7") == 7


TABLE = """
create domain grade as numeric(4, 2) check (value between 0 and 20);
create type mood as enum ('glad', 'sad');
create table t (
    id uuid primary key, number bigint generated always as identity, small smallint not null, grade grade not null,
    mood mood, name varchar(40), code char(4), born date, at timestamptz, due timestamp(0), hour time, share float8,
    is_open boolean, about jsonb, raw json, price numeric(9, 3), note text
);
"""


def test_a_table_is_the_same_whichever_way_it_came(
    fill: Any, db: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    has_binary = seeding.has_binary
    monkeypatch.setattr(
        seeding, "has_binary", lambda population: seen.append(has_binary(population)) or seen[-1]
    )
    fill(TABLE, rows={"t": 20_000})
    db.execute("create table first as table t; truncate t restart identity")
    monkeypatch.setattr(seeding, "has_binary", lambda _: False)
    fill(rows={"t": 20_000, "first": 0})
    assert seen == [True]
    ways = sql.SQL(
        "select count(*) from (select to_jsonb(t) from t union select to_jsonb(t) from first as t) as both_"
    )
    assert db.execute(ways).fetchone() == (20_000,)


def test_words_that_only_the_server_knows_make_the_table_travel_as_text(fill: Any, one: Any) -> None:
    report = fill(
        "create table t (id int primary key, at timestamptz)",
        {"public.t": {"at": {"values": ["epoch", "yesterday"]}}},
        rows={"t": 20},
    )
    assert report.total == one("select count(*) from t where at in ('epoch', 'yesterday')") == 20
