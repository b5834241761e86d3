from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from tests.rows.tables import table

from pgproof.rows.model.tables import ColumnModel, Space
from pgproof.rows.population.world import Population
from pgproof.rows.seeding.load import AHEAD, ahead


def blocks(count: int, drawn: list[int], fails_at: int = -1) -> Iterator[tuple[int, bytes]]:
    for number in range(count):
        if number == fails_at:
            raise ValueError(f"block {number}")
        drawn.append(number)
        yield 1, b"%d" % number


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate()}


def test_blocks_arrive_in_order() -> None:
    assert [data for _, data in ahead(blocks(50, []))] == [b"%d" % number for number in range(50)]


def test_only_a_few_blocks_wait() -> None:
    drawn: list[int] = []
    with closing(ahead(blocks(1000, drawn))) as source:
        for taken in range(20):
            next(source)
            assert len(drawn) <= taken + AHEAD + 2


def test_an_error_while_drawing_is_raised_where_the_rows_are_wanted() -> None:
    received = []
    with pytest.raises(ValueError, match="block 3"):
        for item in ahead(blocks(9, [], fails_at=3)):
            received.append(item)
    assert len(received) == 3
    assert "pgproof rows" not in threads()


def test_whoever_stops_early_leaves_no_thread_behind() -> None:
    with closing(ahead(blocks(1000, []))) as source:
        next(source)
        assert "pgproof rows" in threads()
    assert "pgproof rows" not in threads()


@pytest.mark.parametrize(
    ("dimensions", "sizes"),
    [(0, [16_384, 3_616]), (3, [16_384, 3_616]), (1_000, [*[1_048] * 19, 88]), (2_000_000, [1] * 20_000)],
)
def test_rows_with_long_vectors_come_in_smaller_blocks(dimensions: int, sizes: list[int]) -> None:
    """A block of 16,384 rows with a vector of 1,536 numbers each would be some 200 MB of text."""
    model = table("memories", "id")
    if dimensions:
        vector = ColumnModel("embedding", Space("vector", "vector", max_length=dimensions), nullable=False)
        model = replace(model, columns=(*model.columns, vector))
    assert [len(block) for block in Population(model, 20_000).blocks()] == sizes
