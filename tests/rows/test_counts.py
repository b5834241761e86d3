from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.rows.tables import name, table

from pgproof.errors import UsageError
from pgproof.rows.model.order import in_filling_order
from pgproof.rows.model.tables import SchemaModel, TableName
from pgproof.rows.plan.counts import Wishes, find_table, row_counts

TABLES = [
    table("tenants", "id"),
    table("users", "id", "tenant_id -> tenants"),
    table("settings", "id", "user_id -> users", keys=("id", "user_id")),
    table("messages", "id", "user_id -> users"),
    table(
        "ratings",
        "id",
        "message_id -> messages",
        "user_id -> users",
        "stars",
        keys=("id", "message_id, user_id"),
    ),
]
MODEL = SchemaModel(in_filling_order(TABLES)[0])


def rows(**wishes: object) -> dict[str, int]:
    asked = {name(key): value for key, value in dict(wishes.pop("rows", {})).items()}  # type: ignore[call-overload]
    counts = row_counts(MODEL, Wishes(asked, **wishes))  # type: ignore[arg-type]
    return {table.name: count.rows for table, count in counts.items()}


def test_children_follow_their_parents() -> None:
    assert rows() == {"tenants": 10, "users": 40, "settings": 40, "messages": 160, "ratings": 64}


@pytest.mark.parametrize(("keys", "count"), [(("team_id, user_id",), 80), (("id", "team_id, user_id"), 16)])
def test_who_is_in_a_team_is_a_link_where_the_pair_is_the_key_and_an_answer_where_it_is_not(
    keys, count
) -> None:
    people = (table("teams", "id"), table("people", "id", "team_id -> teams"))
    pairs = table("pairs", "id", "team_id -> teams", "user_id -> people", "role", "joined", keys=keys)
    model = SchemaModel(in_filling_order([*people, pairs])[0])
    assert row_counts(model, Wishes({}))[name("pairs")].rows == count


def test_what_was_asked_for_stands_and_children_follow_it() -> None:
    assert rows(rows={"users": 7}) == {
        "tenants": 10,
        "users": 7,
        "settings": 7,
        "messages": 28,
        "ratings": 11,
    }


def test_scale_multiplies_everything() -> None:
    assert rows(scale=10)["messages"] == 1600


def test_a_ratio_says_how_many_children_a_parent_has() -> None:
    assert rows(ratios={(name("messages"), "user_id"): 2.5})["messages"] == 100


def test_no_parents_no_children() -> None:
    assert rows(rows={"users": 0})["messages"] == 0


def test_a_record_kept_by_triggers_is_left_to_them() -> None:
    kept = replace(table("audit_log", "id"), made_by=("_900_audit on public.users",))
    counts = row_counts(SchemaModel((*MODEL.tables, kept)), Wishes({}))
    assert counts[kept.name].rows == 0
    assert "_900_audit" in counts[kept.name].why
    asked = row_counts(SchemaModel((kept,)), Wishes({kept.name: 3}))
    assert asked[kept.name].rows == 3


@given(st.integers(0, 3_000_000) | st.integers(0, 20))
@example(0)
def test_a_total_is_met_exactly(total: int) -> None:
    assert sum(rows(total=total).values()) == total


@given(st.integers(0, 20), st.integers(0, 5))
def test_a_total_of_few_rows_leaves_no_child_without_parents(total: int, users: int) -> None:
    found = rows(total=total) if users == 5 else rows(rows={"users": users}, total=total + users)
    for child, parent in (("messages", "users"), ("ratings", "messages"), ("settings", "users")):
        assert not found[child] or found[parent]


def test_a_total_below_what_was_asked_for_is_refused() -> None:
    with pytest.raises(
        UsageError, match="500 rows are asked for by table, which leaves none of a total of 100"
    ):
        rows(rows={"users": 500}, total=100)


@pytest.mark.parametrize("text", ["users", "public.users"])
def test_a_table_is_found_by_its_name(text: str) -> None:
    assert find_table(MODEL, text) == name("users")


@pytest.mark.parametrize("text", ["Users", '"Users"', "public.Users", 'public."Users"'])
def test_a_name_that_sql_quotes_is_found_with_and_without_quotes(text: str) -> None:
    odd = TableName("public", "Users")
    assert find_table(SchemaModel((*TABLES, replace(TABLES[0], name=odd))), text) == odd


def test_an_unknown_table_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(
        UsageError, match=r"no table 'user' to fill; tables are: public.messages, public.ratings, .*"
    ):
        find_table(MODEL, "user")


def test_a_name_in_two_schemas_wants_the_schema() -> None:
    twice = SchemaModel((TABLES[0], replace(TABLES[0], name=TableName("other", "tenants"))))
    with pytest.raises(
        UsageError, match=r"several tables: public.tenants, other.tenants; write the schema too"
    ):
        find_table(twice, "tenants")


def test_what_may_be_said_once_per_parent_and_word_is_said_for_half_of_the_words() -> None:
    plain = table("user_roles", "id", "user_id -> users", "role", keys=("id", "user_id, role"))
    words = tuple(
        replace(each, space=replace(each.space, allowed=("admin", "moderator", "user")))
        if each.name == "role"
        else each
        for each in plain.columns
    )
    for columns, count in ((words, 60), (plain.columns, 160)):
        model = SchemaModel(in_filling_order([*TABLES, replace(plain, columns=columns)])[0])
        assert row_counts(model, Wishes({}))[plain.name].rows == count
