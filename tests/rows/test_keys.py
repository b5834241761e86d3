from __future__ import annotations

from dataclasses import replace

from tests.rows.tables import table

from pgproof.rows.model.agreements import with_agreements
from pgproof.rows.model.meetings import meetings
from pgproof.rows.model.order import in_filling_order
from pgproof.rows.model.tables import Space, TableModel
from pgproof.rows.plan.keys import NOBODY, KeyPlan, key_plan
from pgproof.rows.population.scalars import capacity

PARENTS = [
    table("tenants", "id"),
    table("users", "id", "tenant_id -> tenants"),
    table("messages", "id", "tenant_id -> tenants", "user_id -> users"),
]


def plan(own: TableModel, count: int = 100, **spaces: Space) -> KeyPlan:
    agreed = {t.name: t for t in with_agreements(in_filling_order([*PARENTS, own])[0])}
    child = agreed[own.name]
    known = {column.name: spaces.get(column.name, column.space) for column in child.columns}
    return key_plan(child, meetings(child, agreed), known, count, capacity)


def short(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.removesuffix("_fkey").partition("_")[2] for name in names)


def test_a_column_that_is_unique_alone_differs_in_every_row() -> None:
    assert plan(table("t", "id", "slug: text", keys=("id", "slug"))).distinct == {"id", "slug"}


def test_a_key_with_such_a_column_in_it_needs_nothing_more() -> None:
    found = plan(table("t", "id", "tenant_id -> tenants", keys=("id", "tenant_id, id")))
    assert (found.distinct, found.run) == ({"id"}, None)


def test_one_row_per_parent_takes_every_parent_once() -> None:
    found = plan(table("t", "user_id -> users", keys=("user_id",)))
    assert short(tuple(found.once)) == ("user_id",)
    assert found.run is None


def test_two_parents_are_combined_in_a_run() -> None:
    found = plan(table("t", "message_id -> messages", "user_id -> users", keys=("message_id, user_id",)))
    assert found.run is not None
    assert {*short(found.run.drivers), *short(found.run.members)} == {"message_id", "user_id"}


def test_a_day_per_user_is_spelled_by_the_turn_and_the_tenant_follows_from_the_user() -> None:
    own = table(
        "t", "tenant_id -> tenants", "user_id -> users", "day: date", keys=("tenant_id, user_id, day",)
    )
    found = plan(own)
    assert found.run is not None
    assert (short(found.run.drivers), found.run.members, found.run.digits) == (("user_id",), (), (("day",),))


def test_where_null_equals_null_rows_without_a_parent_are_a_run_of_their_own() -> None:
    own = table("t", "user_id? -> users", "day: date", keys=("user_id, day",))
    found = plan(replace(own, uniques=tuple(replace(key, nulls_distinct=False) for key in own.uniques)))
    assert found.run is not None
    assert found.run.drivers[1] == NOBODY


def test_a_partial_key_lets_the_first_child_of_a_parent_satisfy_it() -> None:
    own = table("t", "id", "user_id -> users", "is_default: boolean", keys=("id", "user_id"))
    primary, partial = own.uniques
    found = plan(replace(own, uniques=(primary, replace(partial, predicate_definition="is_default"))))
    assert [key.name for key in found.first_only] == [partial.name]
    assert found.run is not None
    assert short(found.run.drivers) == ("user_id",)


def test_a_short_list_of_values_is_no_reason_to_differ_but_a_turn_to_spell() -> None:
    labels = Space("text", "text", allowed=("a", "b", "c"))
    found = plan(table("t", "user_id -> users", "label: text", keys=("user_id, label",)), label=labels)
    assert found.run is not None
    assert found.run.digits == (("label",),)


def test_what_nobody_can_keep_is_left_open_and_named() -> None:
    own = table("t", "a: json", "b: interval", keys=("a, b",))
    spaces = {"a": Space("composite", "pair"), "b": Space("composite", "pair")}
    assert plan(own, **spaces).open == ("t_a_b_key",)


def test_a_column_that_a_partition_decides_is_not_made_to_differ() -> None:
    own = table("t", "region: text", "number: integer", keys=("region, number",))
    spaces = {column.name: column.space for column in own.columns}
    low = {"number": Space("integer", "integer", low=-(2**31), high=2**31)}
    found = key_plan(own, (), {**spaces, **low}, 50, capacity, bound=("region",))
    assert found.distinct == {"number"}
