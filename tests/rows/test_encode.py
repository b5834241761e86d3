from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta, timezone
from uuid import UUID

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pgproof.rows.values.blocks import (
    DAY,
    Choice,
    Hexes,
    Joined,
    Moments,
    Numbers,
    Pool,
    Scattered,
    Truths,
    Uuids,
    Values,
    null_mask,
    nullable,
    nulls,
    scattered,
)
from pgproof.rows.values.encode import encode, texts
from pgproof.rows.values.forms import CSV, TEXT

words = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)
_UNESCAPE = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}


def rows_of_text(data: bytes) -> list[list[str | None]]:
    """COPY's text format, read back as its documentation says."""

    def value(field: str) -> str | None:
        return None if field == "\\N" else re.sub(r"\\[tnr\\]", lambda m: _UNESCAPE[m[0]], field)

    lines = data.decode().split("\n")
    assert lines.pop() == ""
    return [[value(field) for field in line.split("\t")] for line in lines]


def choice(items: list[str | None]) -> Values:
    return Choice(Pool(tuple(items)), np.arange(len(items)))


@given(st.lists(st.tuples(st.none() | words, words), min_size=1, max_size=8))
@example([("a\tb\\n\nc", "\\N"), (None, ""), ("", "\\")])
def test_copy_reads_back_what_was_written(pairs: list[tuple[str | None, str]]) -> None:
    columns = [choice([a for a, _ in pairs]), Joined((choice([b for _, b in pairs]), "\t-"))]
    expected = [[a, b + "\t-"] for a, b in pairs]
    assert rows_of_text(encode(columns, TEXT)) == expected


@given(st.lists(st.tuples(words, words), min_size=1, max_size=8))
@example([('say "hi"', "a,b"), ("", "line\nbreak")])
def test_csv_reads_back_what_was_written(pairs: list[tuple[str, str]]) -> None:
    columns = [choice([a for a, _ in pairs]), Joined(("<", choice([b for _, b in pairs])))]
    data = encode(columns, CSV).decode()
    read = list(csv.reader(io.StringIO(data, newline=""), strict=True))
    assert read == [[a, "<" + b] for a, b in pairs]


def test_csv_tells_null_from_the_empty_text() -> None:
    assert encode([choice([None, ""]), choice(["x", "y"])], CSV) == b',"x"\n"","y"\n'


@given(st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=9), st.integers(0, 6))
def test_decimals_are_written_exactly(counts: list[int], scale: int) -> None:
    written = texts(Numbers(np.array(counts), scale))
    for count, text in zip(counts, written, strict=True):
        assert text is not None
        assert int(text.replace(".", "")) == count
        assert len(text.partition(".")[2]) == scale


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)))
@example(datetime(1, 1, 1))
@example(datetime(1969, 12, 31, 23, 59, 59, 999999))
def test_moments_are_written_in_iso(moment: datetime) -> None:
    since = moment.replace(tzinfo=timezone.utc) - datetime(1970, 1, 1, tzinfo=timezone.utc)
    micros = np.array([since // timedelta(microseconds=1)])
    iso = f"{moment.year:04d}-{moment.month:02d}-{moment.day:02d}"
    clock = moment.strftime("%H:%M:%S") + f".{moment.microsecond:06d}"
    assert texts(Moments(micros)) == [f"{iso} {clock}+00"]
    assert texts(Moments(micros, "timestamp")) == [f"{iso} {clock}"]
    assert texts(Moments(micros, "date")) == [iso]
    assert texts(Moments(micros % DAY, "time")) == [clock]


@given(st.uuids())
def test_uuids_are_written_as_people_know_them(uuid: UUID) -> None:
    high, low = (np.array([half], dtype=np.uint64) for half in divmod(uuid.int, 2**64))
    assert texts(Uuids(high, low)) == [str(uuid)]
    assert texts(Hexes((high, low), 20)) == [uuid.hex[:20]]


@pytest.mark.parametrize("size", [0, 1, 3])
def test_nothing_but_null_has_no_value(size: int) -> None:
    assert texts(nulls(size)) == [None] * size
    assert null_mask(nulls(size)).all()


def test_parts_are_put_where_they_belong_and_the_rest_is_null() -> None:
    values = Scattered(
        4, ((np.array([2, 0]), Numbers(np.array([20, 0]))), (np.array([3]), choice(["three"])))
    )
    assert texts(values) == ["0", None, "20", "three"]
    assert null_mask(values).tolist() == [False, True, False, False]


def test_one_part_for_all_rows_stays_what_it_is() -> None:
    truths = Truths(np.array([True, False]))
    assert scattered(2, [(np.array([0, 1]), truths), (np.empty(0, dtype=np.int64), nulls(0))]) is truths
    assert texts(truths) == ["t", "f"]


def test_a_null_takes_the_place_of_every_piece_of_a_value() -> None:
    values = nullable(Joined(("<", Numbers(np.array([1, 2])), ">")), np.array([False, True]))
    assert encode([values, Numbers(np.array([7, 8]))], TEXT) == b"<1>\t7\n\\N\t8\n"
    assert encode([values], CSV) == b'"<1>"\n\n'
