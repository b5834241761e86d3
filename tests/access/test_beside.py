"""What is looked at beside rows: errors that quote, sequences, sign-ups, the version of the server."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgproof.access.actors.kinds import Actor
from pgproof.access.attempts.perform import Outcome
from pgproof.access.attempts.statements import Attempt, Row
from pgproof.access.beside.server_checks import version_findings
from pgproof.access.beside.signup import boasts, changeable, judge
from pgproof.access.contract.model import ActorKind, Cell, Contract
from pgproof.access.judging.told import told, values_of
from pgproof.database import sql

ANN = Actor("user", "user ann", "authenticated", "{}", {"email": "ann@example.com"})
MINE = Row('["1"]', {"id": 1, "owner": "ann@example.com", "title": "shared title"}, "1")
THEIRS = Row('["2"]', {"id": 2, "owner": "ben@example.com", "title": "shared title"}, "2")
CELL = Cell("public.profiles", "update", "user", "id = :id", 1, ("name",))
CONTRACT = Contract(
    Path("access.toml"),
    ("public",),
    (),
    (ActorKind("user", "authenticated"),),
    {("public.profiles", "update", "user"): CELL},
    {"public.profiles": 4},
    {},
)


def quoted(message: str, state: str = "P0001", statement: str = "insert") -> tuple[str, ...]:
    attempt = Attempt(ANN, "public.notes", "insert", "copy", sql.SQL("").format())
    seen, known = frozenset({MINE.key}), ANN.values
    return told(Outcome(attempt, state, message), statement, (MINE, THEIRS), seen, known)


def test_an_error_tells_when_it_quotes_a_row_that_cannot_be_seen():
    assert quoted("It belongs to ben@example.com.") == ("ben@example.com",)
    assert quoted("DETAIL: (owner)=(ben@example.com)") == ("ben@example.com",)


@pytest.mark.parametrize(
    ("message", "state", "statement"),
    [
        ("this is not yours", "P0001", "insert"),
        ("It belongs to ann@example.com", "P0001", "insert"),
        ("ben@example.com is taken", "23505", "insert into notes values ('ben@example.com')"),
        ("It belongs to ben@example.com", "42501", "insert"),
        ("row 2 exists", "P0001", "insert"),
    ],
)
def test_an_error_tells_nothing_that_is_known_given_or_too_short(message, state, statement):
    assert quoted(message, state, statement) == ()


def test_a_value_that_a_visible_row_has_as_well_tells_nothing():
    row = Row(THEIRS.key, {"word": "sharedword"}, "2")
    attempt = Attempt(ANN, "public.notes", "insert", "copy", sql.SQL("").format())
    outcome = Outcome(attempt, "P0001", "sharedword exists")
    assert told(outcome, "", (MINE, row), frozenset({MINE.key}), {}) == ("sharedword",)
    assert told(outcome, "", (MINE, row, Row("3", row.content, "3")), frozenset({"3"}), {}) == ()


def test_only_long_values_are_recognised():
    assert values_of(
        [Row("", {"a": "short", "b": "long-enough", "c": 1234567, "d": None, "e": True}, "")]
    ) == {
        "long-enough",
        "1234567",
    }


@pytest.mark.parametrize(
    ("version", "known"),
    [
        (150002, ["CVE-2023-2455", "CVE-2023-39418", "CVE-2024-10976", "CVE-2025-8713"]),
        (150003, ["CVE-2023-39418", "CVE-2024-10976", "CVE-2025-8713"]),
        (150013, ["CVE-2025-8713"]),
        (150014, []),
        (170000, ["CVE-2024-10976", "CVE-2025-8713"]),
        (170006, []),
        (180000, []),
    ],
)
def test_a_server_before_a_fix_is_named_with_the_version_that_mends_it(version, known):
    found = list(version_findings(Path("access.toml"), version))
    assert [each.subject for each in found] == known
    assert all(each.severity == "warning" for each in found)


def test_a_sign_up_boasts_of_what_functions_read_and_of_nothing_else():
    sources = [
        "new.raw_user_meta_data ->> 'is_admin'",
        "raw_user_meta_data->>'role'",
        "raw_app_meta_data ->> 'x'",
    ]
    assert boasts(sources) == {"is_admin": "true", "role": "admin"}


def test_a_column_is_nobodys_to_decide_at_sign_up_unless_they_may_change_it_later():
    plain = {"public.profiles": [{"id": "1", "is_admin": False, "name": "new"}]}
    loud = {"public.profiles": [{"id": "1", "is_admin": True, "name": "admin"}]}
    said = {"is_admin": "true", "name": "admin"}
    found = list(judge(CONTRACT, plain, loud, said, lambda *_: True))
    assert [(each.rule, each.subject, each.line) for each in found] == [
        ("leak-sign-up", "is_admin of public.profiles", 4)
    ]
    assert list(judge(CONTRACT, loud, loud, said, lambda *_: True)) == []
    assert list(judge(CONTRACT, plain, loud, said, lambda *_: False)) == []
    assert changeable(CONTRACT, "public.profiles", "name")
    assert not changeable(CONTRACT, "public.notes", "name")
