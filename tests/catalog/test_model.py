"""Looking things up in a catalog made by hand."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from pgproof.catalog.model import (
    Cluster,
    Constraint,
    ForeignKey,
    Membership,
    Policy,
    Publication,
    PublishedTable,
    Role,
    Routine,
    View,
)

from .values import GRID, INTEGER, SHORT, TEXT, catalog, column, table


def key(name: str, references: str) -> ForeignKey:
    return ForeignKey(
        name=name,
        kind="foreign key",
        definition="",
        columns=("a",),
        references=references,
        referenced_columns=("id",),
    )


PARENT = table("parent", column("id"))
CHILD = table(
    "child", column("a"), constraints=(key("child_parent", "public.parent"), key("self", "public.child"))
)


def test_a_table_is_found_by_its_qualified_name():
    odd = replace(table("Odd.Name"), schema="My schema")
    found = catalog(PARENT, CHILD, odd)
    assert found.table("public.parent") is PARENT
    assert found.table('"My schema"."Odd.Name"') is odd
    assert found.relation("public.child") is CHILD


def test_what_is_not_there_is_named():
    found = catalog(PARENT)
    for lookup in (
        found.table,
        found.view,
        found.relation,
        found.sequence,
        found.routine,
        found.type,
        found.schema,
    ):
        with pytest.raises(KeyError, match=r"public\.towel"):
            lookup("public.towel")
    with pytest.raises(KeyError, match="towel"):
        PARENT.column("towel")


def test_a_view_is_a_relation_but_not_a_table():
    view = View(schema="public", name="v", kind="view", owner="o", columns=(), definition="")
    found = catalog(PARENT, views=(view,))
    assert found.relation("public.v") is view
    assert "public.v" not in found.tables_by_name


def test_a_name_means_one_column_in_the_whole_catalog():
    assert catalog(PARENT, CHILD).columns_by_name["public.child.a"] is CHILD.column("a")


def test_foreign_keys_are_found_from_both_ends():
    found = catalog(PARENT, CHILD)
    assert [k.name for k in CHILD.foreign_keys] == ["child_parent", "self"]
    assert [(t.name, k.name) for t, k in found.referencing("public.parent")] == [("child", "child_parent")]
    assert [(t.name, k.name) for t, k in found.referencing("public.child")] == [("child", "self")]
    assert found.referencing("public.towel") == ()


def test_partitions_are_children_and_so_are_heirs():
    partition = replace(table("p1"), partition_of="public.parent")
    heir = replace(table("h1"), inherits=("public.parent", "public.child"))
    found = catalog(PARENT, CHILD, partition, heir)
    assert [t.name for t in found.partitions("public.parent")] == ["p1"]
    assert [t.name for t in found.children("public.parent")] == ["p1", "h1"]
    assert [t.name for t in found.children("public.child")] == ["h1"]
    assert found.partitions("public.child") == found.children("public.p1") == ()


def test_overloads_share_a_name():
    def routine(input_types: str) -> Routine:
        return Routine(
            schema="public",
            name="f",
            owner="o",
            kind="function",
            language="sql",
            source="",
            input_types=input_types,
        )

    found = catalog(routines=(routine(""), routine("integer, text[]")))
    assert [r.signature for r in found.routines_named("public.f")] == [
        "public.f()",
        "public.f(integer, text[])",
    ]
    assert found.routine("public.f()").input_types == ""
    assert found.routines_named("public.g") == ()


def test_a_table_is_published_by_name_by_schema_or_with_all_others():
    def publication(name: str, **fields: object) -> Publication:
        return Publication(name=name, owner="o", **fields)

    found = catalog(
        PARENT,
        CHILD,
        publications=(
            publication("all", all_tables=True),
            publication("listed", tables=(PublishedTable(table="public.child"),)),
            publication("other", schemas=("other",)),
            publication("schema", schemas=("public",)),
        ),
    )
    assert [p.name for p in found.publications_of("public.parent")] == ["all", "schema"]
    assert [p.name for p in found.publications_of("public.child")] == ["all", "listed", "schema"]


def test_a_primary_key_is_one_of_the_constraints():
    primary = Constraint(name="p", kind="primary key", definition="", columns=("id",))
    check = Constraint(name="c", kind="check", definition="", expression="id > 0")
    whole = replace(PARENT, constraints=(check, primary))
    assert (whole.primary_key, whole.checks) == (primary, (check,))
    assert PARENT.primary_key is None


def test_policies_for_all_commands_apply_to_each():
    policies = tuple(Policy(name=name, command=name) for name in ("all", "select", "update"))
    whole = replace(PARENT, policies=policies)
    assert [p.name for p in whole.policies_for("select")] == ["all", "select"]
    assert [p.name for p in whole.policies_for("delete")] == ["all"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), False),
        (("security_invoker=true",), True),
        (("security_invoker=on",), True),
        (("security_invoker=1",), True),
        (("security_invoker=false",), False),
        (("security_invoker_more=true",), False),
        (("check_option=local", "security_invoker=yes"), True),
    ],
)
def test_an_option_is_on_in_any_spelling(options, expected):
    assert replace(PARENT, options=options).has_option("security_invoker") is expected


def test_membership_reaches_through_roles_and_ends_in_a_circle():
    roles = tuple(Role(name=name) for name in "abc")
    members = (("a", "b"), ("b", "c"), ("c", "a"))
    memberships = tuple(Membership(role=r, member=m, grantor="o") for r, m in members)
    cluster = Cluster(roles=roles, memberships=memberships)
    assert cluster.roles_of("c") == {"a", "b", "c"}
    assert Cluster(roles=roles).roles_of("c") == {"c"}
    with pytest.raises(KeyError, match="towel"):
        cluster.role("towel")


def test_the_element_of_an_array_keeps_its_length():
    assert replace(SHORT, text="character varying(8)[]", dims=1).element == SHORT
    assert (GRID.element, TEXT.element) == (INTEGER, TEXT)
    assert str(GRID) == "integer[][]"


def test_values_cannot_be_changed_and_can_be_kept_in_sets():
    with pytest.raises(FrozenInstanceError):
        PARENT.name = "other"
    assert len({PARENT, CHILD, replace(PARENT)}) == 2
