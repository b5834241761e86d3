"""The schema documentation: everything that a comment says is on the page, and nothing breaks its layout."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from catalog.values import column, grant, table
from pgproof.catalog import read
from pgproof.catalog.model import (
    Constraint,
    ForeignKey,
    Index,
    Policy,
    Trigger,
)
from pgproof.documents import schema_documentation
from pgproof.documents.markdown_text import anchor

from .shapes import page


def test_the_fixture_is_described_as_it_was(everything, snapshot):
    assert schema_documentation(everything, "Everything", ("app", "side")) == snapshot


def test_the_page_is_the_same_every_time(pg, everything):
    assert schema_documentation(read(pg), "T", ("app",)) == schema_documentation(everything, "T", ("app",))


def comments(catalog, schema):
    """Every comment of a schema, wherever it hangs."""
    relations = [r for r in (*catalog.tables, *catalog.views) if r.schema == schema]
    parts = [part for r in relations for part in (*r.columns, *r.indexes, *r.triggers)]
    for t in catalog.tables:
        if t.schema == schema:
            parts += [*t.constraints, *t.policies]
    others = [*catalog.enums, *catalog.domains, *catalog.composites, *catalog.routines]
    everything = [*relations, *parts, *(other for other in others if other.schema == schema)]
    return {item.comment for item in everything if item.comment}


def test_every_comment_is_on_the_page(everything):
    text = schema_documentation(everything, "Everything", ("app",))
    found = comments(everything, "app")
    assert len(found) >= 10
    assert {comment for comment in found if comment not in text} == set()


def test_every_table_of_the_page_has_as_many_cells_in_each_row(everything):
    lines = schema_documentation(everything, "Everything", ("app", "side")).splitlines()
    head = None
    for line in lines:
        if not line.startswith("|"):
            head = None
            continue
        cells = len(re.findall(r"(?<!\\)\|", line))
        head = head or cells
        assert cells == head, line


def test_every_link_leads_to_a_heading(everything):
    text = schema_documentation(everything, "Everything", ("app", "side"))
    headings = {anchor(line.lstrip("# ")) for line in text.splitlines() if line.startswith("#")}
    links = set(re.findall(r"\]\(#([^)]*)\)", text))
    assert len(links) > 5
    assert links - headings == set()


def test_code_fences_are_closed(everything):
    text = schema_documentation(everything, "Everything", ("app",))
    assert text.count("\n```") == 2


def section(text: str, heading: str) -> str:
    return text.split(f"### {heading}\n", 1)[1].split("\n## ")[0].split("\n### ")[0]


POLICY = Policy(name="own", command="select", roles=("web",), using="(a = 1)", comment="Only one's own.")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Off: whoever has a privilege on the table reaches every row.\n"),
        ({"policies": (POLICY,)}, "reaches every row. Its policies have no effect."),
        ({"row_security": True}, "On, except for the owner.\n\nNo policy: nobody reaches any row."),
        (
            {"row_security": True, "force_row_security": True, "policies": (POLICY,)},
            "On, for the owner too.\n\n|",
        ),
    ],
)
def test_row_level_security_is_said_in_words(fields, sentence):
    assert sentence in section(page(table("t", column("a"), **fields)), "public.t")


def test_a_policy_is_a_row_with_its_meaning():
    text = page(table("t", column("a"), row_security=True, policies=(POLICY,)))
    assert "| `own` | select | `web` | `(a = 1)` | Only one's own. |" in text
    restrictive = replace(POLICY, permissive=False, check="(b | c)")
    text = page(table("t", column("a"), row_security=True, policies=(restrictive,)))
    assert "| `own` | select | `web` | restrictive | `(a = 1)` | `(b \\| c)` | Only one's own. |" in text


def test_a_condition_that_holds_before_and_after_is_said_once():
    policy = replace(POLICY, command="update", check=POLICY.using)
    text = page(table("t", column("a"), row_security=True, policies=(policy,)))
    assert "| `own` | update | `web` | `(a = 1)` | the same | Only one's own. |" in text


@pytest.mark.parametrize(
    ("constraint", "line"),
    [
        (
            Constraint(
                name="c",
                kind="check",
                definition="CHECK ((a > 0))",
                expression="(a > 0)",
                comment="Never\nless.",
            ),
            "- `c`: `(a > 0)`. Never less.",
        ),
        (
            Constraint(name="c", kind="check", definition="", expression="(a > 0)", validated=False),
            "- `c`: `(a > 0)`, not validated",
        ),
        (
            Constraint(
                name="c", kind="check", definition="", expression="true", enforced=False, validated=False
            ),
            "- `c`: `true`, not enforced",
        ),
        (
            Constraint(name="c", kind="unique", definition="", columns=("a", "b"), nulls_not_distinct=True),
            "- `c`: unique (`a`, `b`), nulls not distinct",
        ),
        (
            Constraint(
                name="c",
                kind="unique",
                definition="",
                columns=("a",),
                deferrable=True,
                initially_deferred=True,
            ),
            "- `c`: unique (`a`), deferred to the end of the transaction",
        ),
        (
            Constraint(
                name="c", kind="exclusion", definition="EXCLUDE USING gist (a WITH &&)", deferrable=True
            ),
            "- `c`: `EXCLUDE USING gist (a WITH &&)`, deferrable",
        ),
        (
            ForeignKey(
                name="c",
                kind="foreign key",
                definition="",
                columns=("a",),
                references="auth.users",
                referenced_columns=("id",),
                on_delete="set null",
                on_delete_columns=("a",),
                on_update="cascade",
            ),
            "- `c`: (`a`) references `auth.users` (`id`), on delete set null, on update cascade (`a`)",
        ),
    ],
)
def test_a_constraint_is_one_line(constraint, line):
    assert line in page(table("t", column("a"), constraints=(constraint,))).splitlines()


def test_not_null_is_told_by_the_column_alone():
    named = Constraint(name="filled", kind="not null", definition="NOT NULL a", columns=("a",))
    text = page(table("t", column("a", not_null=True), constraints=(named,)))
    assert "filled" not in text
    assert "| `a` | `integer` |" in text


def test_an_index_of_a_constraint_is_not_repeated():
    own = Index(
        name="own", method="btree", definition="CREATE INDEX own ON public.t USING btree (a)", columns=("a",)
    )
    text = page(table("t", column("a"), indexes=(own, replace(own, name="owned", constraint=True))))
    assert "- `own`: `btree (a)`" in text
    assert "owned" not in text


def test_privileges_leave_out_the_owner_and_name_columns():
    item = table(
        "t",
        column("a", grants=(grant("update", "web"),)),
        column("b", grants=(grant("update", "web"), grant("insert", "web"))),
        grants=(
            grant("select", "web"),
            grant("select", "postgres"),
            grant("maintain", "admin"),
            grant("delete", "web"),
        ),
    )
    assert "| `web` | delete, select | insert: `b`; update: `a`, `b` |" in page(item)
    assert "`postgres`" not in page(item)
    assert "`admin`" not in page(item)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "- `t`: after insert, for each row, runs `public.f()`\n"),
        ({"when": "(new.a > 0)"}, "runs `public.f()`, when `(new.a > 0)`\n"),
        ({"events": ("insert", "update"), "columns": ("a",)}, "after insert or update of `a`, for each row"),
        ({"enabled": "disabled", "comment": "Off for\nnow."}, "runs `public.f()`, disabled. Off for now.\n"),
        ({"initially_deferred": True}, "at the end of the transaction"),
    ],
)
def test_a_trigger_is_one_line(fields, text):
    values = {
        "timing": "after",
        "events": ("insert",),
        "level": "row",
        "function": "public.f",
        "definition": "",
    }
    trigger = Trigger(name="t", **{**values, **fields})
    assert text in page(table("t", column("a"), triggers=(trigger,)))


def test_partitions_have_no_section_of_their_own():
    text = page(table("t"), replace(table("t_2026"), partition_of="public.t"))
    assert "### public.t\n" in text
    assert "t_2026" not in text


def test_an_empty_schema_is_a_short_page():
    assert page() == (
        "# Title\n\n"
        "Generated by pgproof from the database's catalog and the comments in it. Do not edit this "
        "page: change the\n"
        "comments, then generate it again.\n\n"
        "## Schemas\n\n"
        "| schema | description |\n| --- | --- |\n| `public` | The application. |\n"
    )
