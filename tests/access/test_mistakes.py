"""A mistake in a contract is named with its file, its line and what was expected; one that only looks like one is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pgproof import access, catalog
from pgproof.access.world.mistakes import never_true_findings, says_never
from pgproof.errors import UsageError

from .variants import BASE, fill, run

TEXT = (BASE / "access.toml").read_text("utf-8")


@pytest.fixture
def contract_with(tmp_path):
    """``contract_with(old, new)``: the base contract with one piece replaced, and the line of what is new."""

    def contract_with_(old: str, new: str):
        assert TEXT.count(old) >= 1
        text = TEXT.replace(old, new, 1)
        path = tmp_path / "access.toml"
        path.write_text(text, "utf-8")
        return path, text[: text.index(new)].count("\n") + 1

    return contract_with_


MISTAKES = [
    (
        '[relations."public.events"]',
        '[relations."public.evnts"]',
        "there is no relation public.evnts; expected one of ",
    ),
    ('select.member = "id = :id"', 'select.member = "idd = :id"', 'column "idd" does not exist'),
    (
        'select.member = "id = :id"',
        'select.member = "id = = :id"',
        'does not run: syntax error at or near "="',
    ),
    (
        'select.member = "id = :id"',
        'select.member = "id = :ids"',
        ":ids is no value of this actor; expected one of id",
    ),
    (
        'columns = ["display_name"]',
        'columns = ["displayname"]',
        "there is no column displayname in public.profiles; expected one of",
    ),
    (
        '[functions."public.rename_document"]',
        '[functions."public.renamedocument"]',
        "there is no function public.renamedocument; expected one of public.rename_document, public.tenant_documents",
    ),
    ('role = "authenticated"', 'role = "authentic"', "there is no role authentic for "),
    ('each = "select m.user_id', 'each = "select x.user_id', "the query of actor 'revoked' does not run"),
]


@pytest.mark.parametrize(("old", "new", "said"), MISTAKES, ids=[new for _, new, _ in MISTAKES])
def test_a_name_that_nothing_bears_and_sql_that_does_not_parse_are_named_with_their_line(
    pg, contract_with, old, new, said
):
    fill(pg)
    path, line = contract_with(old, new)
    with pytest.raises(UsageError) as caught:
        run(pg, access.read_contract(path))
    named = str(caught.value)
    assert said in named
    if "role" in new or "each" in new:  # told at the head of the actor's table
        assert named.startswith(f"{path}:")
    else:
        assert named.startswith(f"{path}:{line}: ")


def test_a_population_that_is_not_there_is_named_with_its_line(contract_with):
    path, _ = contract_with("[rules]", 'population = ["more.sql"]\n\n[rules]')
    with pytest.raises(
        UsageError, match=r"access\.toml:3: there is no more\.sql; expected a script beside the contract"
    ):
        access.read_contract(path)


@pytest.mark.parametrize(
    ("condition", "never"),
    [
        ("false", True),
        ("is_admin and not is_admin", True),
        ("display_name = 'a' and display_name = 'b'", True),
        ("id = :id and id is null", True),
        ("1 = 2 and id = :id", True),
        ("true", False),
        ("id = :id", False),
        ("display_name = 'nobody is called that'", False),
        ("exists (select 1 where false) or id = :id", False),
        ("id in (select m.user_id from public.members as m where false)", True),
    ],
)
def test_a_condition_that_no_row_can_ever_meet_is_a_finding(pg, contract_with, condition, never):
    fill(pg)
    path, line = contract_with('select.member = "id = :id"', f'select.member = "{condition}"')
    found = list(never_true_findings(pg, access.read_contract(path), catalog.read(pg)))
    assert [(each.subject, each.line) for each in found] == (
        [("select by member on public.profiles", line)] if never else []
    )


def test_only_the_topmost_node_of_a_plan_counts():
    assert says_never(["Result", "  One-Time Filter: false"])
    assert not says_never(
        ["Result", "  One-Time Filter: (InitPlan 1).col1", "  ->  Result", "        One-Time Filter: false"]
    )
    assert not says_never(["Seq Scan on notes t", "  SubPlan 1", "    One-Time Filter: false"])


def test_what_a_server_cannot_have_is_left_out_and_named(contract_with, pg):
    path, _ = contract_with(
        '[relations."public.events"]',
        '[functions."public.nearest"]\ncall = ["member"]\n\n[relations."public.events"]',
    )
    shape = catalog.read(pg)
    whole = access.read_contract(path)
    known, left_out = access.without_unknown(whole, shape)
    assert left_out == ("public.nearest",)
    assert set(whole.functions) - set(known.functions) == {"public.nearest"}
    assert (known.relations, known.cells) == (whole.relations, whole.cells)
    nothing, everything = access.without_unknown(whole, replace(shape, tables=(), views=(), routines=()))
    assert set(everything) == {*whole.relations, *whole.functions}
    assert not nothing.cells
