"""The lock: what is written, what is read back, and which changes of a database show in it, in which words."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from pgproof import access, catalog
from pgproof.access.attempts.perform import install
from pgproof.access.measuring.lock import Entry, changes, line_of, parse, render, worded
from pgproof.errors import UsageError

from .variants import BASE, fill

NOTES = "public.notes"
ENTRIES = (
    Entry(NOTES, "delete", "reader", "none"),
    Entry('public."odd name: x"', "select", "reader", "all rows; columns id, body"),
    Entry(NOTES, "select", "reader", "own rows (owner = :id)"),
    Entry("public.f(integer, text)", "call", "reader", "yes"),
)


def test_what_is_written_is_read_back_in_a_steady_order():
    text = render(ENTRIES)
    assert render(reversed(ENTRIES)) == text
    assert sorted(parse(Path("x"), text), key=str) == sorted(ENTRIES, key=str)
    assert text.endswith("\n\npublic.f(integer, text) call reader: yes\n")
    line = line_of(text, (NOTES, "delete", "reader"))
    assert text.splitlines()[line - 1] == "public.notes delete reader: none"


def test_a_line_that_is_none_is_named():
    with pytest.raises(UsageError, match=r"^access.lock:3: 'nonsense' is no line of a lock"):
        parse(Path("access.lock"), "# head\n\nnonsense\n")


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        (
            "none",
            "own rows (owner = :id)",
            "reader may now delete public.notes: was none, is own rows (owner = :id)",
        ),
        ("all rows", "none", "reader may no longer delete public.notes: was all rows, is none"),
        (
            "own rows (a)",
            "all rows",
            "reader may otherwise delete public.notes: was own rows (a), is all rows",
        ),
        (None, "all rows", "reader may delete public.notes: not recorded, is all rows"),
        (None, "none", "reader may not delete public.notes: not recorded, is none"),
        ("none", None, "reader was measured to delete public.notes: was none, is not measured any more"),
        ("none", "none", None),
    ],
)
def test_a_change_reads_as_a_sentence(was, now, said):
    recorded, measured = ([Entry(NOTES, "delete", "reader", each)] if each else [] for each in (was, now))
    assert [sentence for _, sentence in changes(recorded, measured)] == ([said] if said else [])


@pytest.mark.parametrize(
    ("reached", "missed", "rule", "word"),
    [
        (0, 0, "", "no rows to try"),
        (0, 2, "", "none"),
        (2, 0, "owner = :id", "all rows"),
        (1, 1, "owner = :id", "own rows (owner = :id)"),
        (1, 1, "", "some rows"),
    ],
)
def test_a_cell_has_one_word(reached, missed, rule, word):
    assert worded(Counter({True: reached, False: missed}), rule, True, None) == word
    if reached:
        assert (
            worded(Counter({True: reached, False: missed}), rule, True, ["a", "b"]) == f"{word}; columns a, b"
        )


@pytest.fixture
def measured(pg):
    """``measured(sql)``: the lock of the base schema after ``sql``."""
    fill(pg)
    install(pg)
    contract = access.read_contract(BASE / "access.toml")

    def measured_(sql: str = "") -> tuple[Entry, ...]:
        with pg.transaction(force_rollback=True):
            pg.execute(sql.encode())
            return access.measured_lock(pg, contract, catalog.read(pg), lambda _: None)

    return measured_


def test_every_cell_is_measured_and_says_what_the_policies_let_through(measured):
    found = {each.place: each.what for each in measured()}
    tenants = "tenant_id in (select d.tenant_id from public.members as d where d.user_id = :id)"
    documents = "public.documents"
    assert found[documents, "select", "member"] == f"own rows ({tenants})"
    assert found[documents, "insert", "member"] == f"own rows (owner_id = :id and {tenants})"
    assert found[documents, "update", "member"] == "own rows (owner_id = :id)"
    assert found[documents, "select", "revoked"] == "none"
    assert found["public.profiles", "update", "member"] == "own rows (id = :id); columns display_name"
    assert found["public.rename_document(uuid, text)", "call", "nobody"] == "no"
    assert found["public.rename_document(uuid, text)", "call", "member"] == "yes"
    actors = {"member", "revoked", "nobody", "stranger"}
    for command in ("select", "insert", "update", "becomes", "delete"):
        assert {actor for subject, each, actor in found if (subject, each) == (documents, command)} == actors


CHANGES = [
    (
        "create policy more on public.documents for delete to authenticated"
        " using (tenant_id in (select private.my_tenants()))",
        "member may otherwise delete public.documents: was own rows (owner_id = :id), is own rows (tenant_id in ",
    ),
    ("grant update (is_admin) on public.profiles to authenticated", "columns display_name, is_admin"),
    (
        "grant truncate on public.comments to anon",
        "nobody holds privileges beside rows on public.comments: was none",
    ),
    (
        "grant execute on function public.tenant_documents(uuid) to anon",
        "nobody may now call public.tenant_documents",
    ),
    (
        "revoke select on public.events from authenticated",
        "member may no longer select public.events: was own rows",
    ),
]


@pytest.mark.parametrize(("sql", "said"), CHANGES)
def test_a_change_in_who_can_do_what_shows(measured, sql, said):
    assert any(said in sentence for _, sentence in changes(measured(), measured(sql)))


def test_the_same_in_other_words_changes_no_line(measured):
    rewritten = (
        "alter policy select_member on public.documents using (exists (select from public.members as m"
        " where m.user_id = (select auth.uid()) and m.is_active and m.tenant_id = documents.tenant_id));"
        "alter policy delete_own on public.comments rename to delete_mine; create index on public.comments (author_id)"
    )
    assert changes(measured(), measured(rewritten)) == []
