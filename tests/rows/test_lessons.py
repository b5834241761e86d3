from __future__ import annotations

import numpy as np
import pytest
from tests.rows.tables import table

from pgproof.rows.population.lessons import lesson, taught
from pgproof.rows.population.parents import Free
from pgproof.rows.population.world import Block, Population
from pgproof.rows.values.blocks import Choice, Numbers, Pool, Truths
from pgproof.rows.values.draws import stream


@pytest.fixture
def children() -> Population:
    """Children whose parents are locked every third time and who have a mood of their own."""
    parents = Population(table("parents", "id", "is_locked: boolean"), 30)
    parents.makers["is_locked"] = lambda block: Truths(block.rows % 3 == 0)
    own = Population(table("children", "id", "parent_id -> parents", "mood: text", "number: integer"), 400)
    own.targets["children_parent_id_fkey"] = parents
    own.choosers["children_parent_id_fkey"] = Free(stream(1, "p"), parents)
    own.makers["mood"] = lambda block: Choice(Pool(("glad", "sad", None)), block.rows % 3)
    own.makers["number"] = lambda block: Numbers(block.rows)
    return own


def whole(children: Population) -> Block:
    return Block(children, np.arange(children.count, dtype=np.int64))


def test_what_refused_rows_share_is_found_in_the_row(children: Population) -> None:
    block = whole(children)
    found = lesson(block, block.rows % 3 == 1)
    assert str(found) == "rows whose mood is sad"


def test_null_can_be_what_they_share(children: Population) -> None:
    block = whole(children)
    assert str(lesson(block, block.rows % 3 == 2)) == "rows whose mood is null"


def test_what_refused_rows_share_is_found_in_their_parents(children: Population) -> None:
    block = whole(children)
    refused = block.parents("children_parent_id_fkey") % 3 == 0
    found = lesson(block, refused)
    assert found is not None
    assert str(found) == "rows whose public.parents.is_locked is t"
    locked = taught(children.targets["children_parent_id_fkey"], (), found)
    assert locked.tolist() == list(range(0, 30, 3))


def test_a_near_miss_teaches_nothing(children: Population) -> None:
    block = whole(children)
    refused = block.rows % 3 == 1
    refused[4] = False  # one sad child was let in
    assert lesson(block, refused) is None


@pytest.mark.parametrize("share", [0, 1])
def test_all_or_none_teaches_nothing(share: int, children: Population) -> None:
    block = whole(children)
    assert lesson(block, np.full(len(block), bool(share))) is None


def test_of_rows_that_were_there_nothing_is_known(children: Population) -> None:
    block = whole(children)
    children.targets["children_parent_id_fkey"].existing = 30
    assert lesson(block, block.parents("children_parent_id_fkey") % 3 == 0) is None
