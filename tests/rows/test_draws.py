from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pgproof.rows.values.draws import Permutation, below, bits, chance, stream, unit, weighted

ROWS = np.arange(5000, dtype=np.int64)
KEY = stream(7, "public.users", "email")


@given(st.integers(0, 2**40), st.lists(st.integers(0, 2**40), min_size=1, max_size=30))
def test_a_row_draws_the_same_whichever_rows_are_asked_for_with_it(row: int, others: list[int]) -> None:
    alone = unit(KEY, np.array([row]))[0]
    among = unit(KEY, np.array([*others, row]))[-1]
    assert alone == among


@given(st.integers(1, 3000), st.integers(0, 2**64 - 1))
def test_a_permutation_hits_every_place_once(size: int, key: int) -> None:
    moved = Permutation(np.uint64(key), size)(np.arange(size))
    assert sorted(moved.tolist()) == list(range(size))


@given(st.integers(2**31, 2**60), st.lists(st.integers(0, 2**31 - 1), unique=True, min_size=2, max_size=50))
def test_a_huge_permutation_never_meets_itself(size: int, rows: list[int]) -> None:
    moved = Permutation(KEY, size)(np.array(rows)).tolist()
    assert len(set(moved)) == len(rows)
    assert all(0 <= place < size for place in moved)


def test_other_names_and_other_seeds_draw_other_numbers() -> None:
    drawn = [
        bits(stream(seed, *names), ROWS)[:4].tolist() for seed in (1, 2) for names in (("a", "b"), ("ab",))
    ]
    assert len({str(each) for each in drawn}) == 4


def test_draws_spread_evenly() -> None:
    counts = np.bincount((unit(KEY, np.arange(100_000)) * 10).astype(int), minlength=10)
    assert counts.min() > 9_500
    assert counts.max() < 10_500


@given(st.integers(1, 10**12))
def test_below_stays_below(limit: int) -> None:
    drawn = below(KEY, ROWS, limit)
    assert drawn.min() >= 0
    assert drawn.max() < limit


def test_weights_are_kept() -> None:
    drawn = np.bincount(weighted(KEY, np.arange(40_000), np.array([1.0, 0.0, 3.0])), minlength=3)
    assert drawn[1] == 0
    assert abs(drawn[2] / drawn[0] - 3) < 0.2


def test_chance_is_a_share() -> None:
    assert abs(chance(KEY, np.arange(40_000), 0.15).mean() - 0.15) < 0.01
    assert not chance(KEY, ROWS, 0.0).any()
    assert chance(KEY, ROWS, 1.0).all()


def test_these_numbers_never_change() -> None:
    """Seeds that people have written down must keep their data."""
    assert bits(stream(1, "public.users", "id"), np.arange(3)).tolist() == GOLDEN


GOLDEN = [11736973937764503840, 7400451893187985470, 8650376532333659125]
