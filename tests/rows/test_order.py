from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rows.tables import name, table

from pgproof.rows.model.order import components, edges_of, in_filling_order
from pgproof.rows.model.tables import TableModel


def breakings(tables: tuple[TableModel, ...]) -> dict[str, str]:
    return {r.name: r.breaking for t in tables for r in t.references if r.breaking}


def test_parents_come_first() -> None:
    given_tables = [
        table("messages", "id", "conversation_id -> conversations"),
        table("conversations", "id", "user_id -> users"),
        table("users", "id"),
    ]
    ordered, impossible = in_filling_order(given_tables)
    assert [t.name.name for t in ordered] == ["users", "conversations", "messages"]
    assert impossible == ()


def test_a_nullable_column_opens_a_cycle_and_is_filled_later() -> None:
    ordered, _ = in_filling_order(
        [table("heads", "id", "team_id -> teams"), table("teams", "id", "head_id? -> heads")]
    )
    assert [t.name.name for t in ordered] == ["teams", "heads"]
    assert breakings(ordered) == {"teams_head_id_fkey": "second pass"}


def test_a_deferrable_constraint_opens_a_cycle_where_no_column_may_be_null() -> None:
    ordered, impossible = in_filling_order(
        [table("a", "id", "b_id -> b"), table("b", "id", "a_id", references=("a_id -> a!",))]
    )
    assert breakings(ordered) == {"b_a_id_fkey": "deferred"}
    assert impossible == ()


def test_of_two_ways_to_open_a_cycle_the_pointer_back_is_taken() -> None:
    ordered, _ = in_filling_order(
        [
            table("threads", "id", "last_message_id? -> messages"),
            table("messages", "id", "thread_id? -> threads"),
        ]
    )
    assert breakings(ordered) == {"threads_last_message_id_fkey": "second pass"}


def test_a_cycle_that_nobody_can_enter_is_named_with_its_constraints() -> None:
    _, impossible = in_filling_order([table("a", "id", "b_id -> b"), table("b", "id", "a_id -> a")])
    (sentence,) = impossible
    assert "a_b_id_fkey on public.a, b_a_id_fkey on public.b" in sentence
    assert "deferrable" in sentence


@pytest.mark.parametrize(("parent", "breaking"), [("parent_id", "own row"), ("parent_id?", "")])
def test_a_root_of_a_tree_is_its_own_parent_only_where_it_must_have_one(parent: str, breaking: str) -> None:
    ((tree,), _) = in_filling_order([table("folders", "id", f"{parent} -> folders")])
    assert tree.references[0].breaking == breaking


@st.composite
def graphs(draw: st.DrawFn) -> list[TableModel]:
    size = draw(st.integers(1, 7))
    pairs = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1), st.booleans(), st.booleans())
    links = draw(st.lists(pairs, max_size=14, unique_by=lambda link: link[:2]))
    tables = []
    for number in range(size):
        own = [link for link in links if link[0] == number]
        columns = [f"c{target}{'?' if nullable else ''}" for _, target, nullable, _ in own]
        references = tuple(f"c{target} -> t{target}{'!' if late else ''}" for _, target, _, late in own)
        tables.append(table(f"t{number}", "id", *columns, references=references))
    return tables


@given(graphs())
def test_every_foreign_key_leads_back_or_says_how_it_is_broken(tables: list[TableModel]) -> None:
    ordered, impossible = in_filling_order(tables)
    places = {t.name: number for number, t in enumerate(ordered)}
    forward = [
        edge
        for t in ordered
        for edge in edges_of(t)
        if not edge.reference.breaking and places[edge.reference.target] > places[t.name]
    ]
    assert sorted(places.values()) == list(range(len(tables)))
    assert bool(forward) <= bool(impossible)
    for edge in (edge for t in ordered for edge in edges_of(t) if edge.reference.breaking):
        assert edge.reference.deferrable if edge.reference.breaking == "deferred" else edge.nullable


@given(graphs())
def test_tables_are_in_one_component_exactly_when_they_reach_each_other(tables: list[TableModel]) -> None:
    edges = [edge for t in tables for edge in edges_of(t)]
    reach = {t.name: {t.name} for t in tables}
    for _ in tables:
        for edge in edges:
            for targets in reach.values():
                if edge.child in targets:
                    targets.add(edge.reference.target)
    found = components([t.name for t in tables], edges)
    for group in found:
        for other in (t.name for t in tables):
            mutual = other in reach[group[0]] and group[0] in reach[other]
            assert (other in group) == mutual


def test_the_order_of_the_input_does_not_matter() -> None:
    tables = [table("b", "id", "a_id -> a"), table("a", "id"), table("c", "id", "b_id -> b", "a_id -> a")]
    assert in_filling_order(tables) == in_filling_order(list(reversed(tables)))
    assert in_filling_order([replace(t) for t in tables])[0][0].name == name("a")
