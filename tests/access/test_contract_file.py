from __future__ import annotations

from pathlib import Path

import pytest

from pgproof.access import contract_of, read_contract
from pgproof.access.contract.model import COMMANDS
from pgproof.errors import UsageError

HEAD = (
    '[actors.user]\nrole = "authenticated"\neach = "select id from auth.users"\nclaims = { sub = ":id" }\n\n'
)


@pytest.fixture
def read(tmp_path: Path):
    def read_(text: str):
        path = tmp_path / "access.toml"
        path.write_text(text, "utf-8")
        return read_contract(path)

    return read_


def test_a_rule_stands_for_its_condition_also_inside_another_rule(read):
    found = read(
        '[rules]\nmine = "owner_id = :id"\nopen = "@mine and is_open"\n'
        + HEAD
        + '[relations."public.notes"]\nselect.user = "@open"\n'
    )
    assert found.cell("public.notes", "select", "user").condition == "((owner_id = :id) and is_open)"


def test_a_row_may_become_what_may_be_updated_unless_the_contract_says_otherwise(read):
    found = read(HEAD + '[relations."public.notes"]\nupdate.user = "a"\n')
    assert found.cell("public.notes", "becomes", "user").condition == "a"
    found = read(HEAD + '[relations."public.notes"]\nupdate.user = "a"\nbecomes.user = "b"\n')
    assert found.cell("public.notes", "becomes", "user").condition == "b"


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_not_mentioned_is_not_allowed(read, command):
    cell = read(HEAD + '[relations."public.notes"]\n').cell("public.notes", command, "user")
    assert cell.condition == ""
    assert cell.line == 6


def test_a_cell_may_limit_its_columns(read):
    found = read(HEAD + '[relations."public.notes"]\nupdate.user = { where = "a", columns = ["title"] }\n')
    cell = found.cell("public.notes", "update", "user")
    assert (cell.condition, cell.columns, cell.line) == ("a", ("title",), 7)


def test_the_service_role_acts_only_where_a_contract_mentions_it(read):
    names = [each.name for each in read(HEAD + '[functions."public.f"]\ncall = ["service_role"]\n').actors]
    assert names == ["user", "nobody", "stranger", "service_role"]
    assert [each.name for each in read(HEAD).actors] == ["user", "nobody", "stranger"]


def test_privileges_beside_rows_may_be_allowed_by_name(read):
    found = read(HEAD + '[relations."public.notes"]\nholds.nobody = ["truncate"]\n')
    assert found.holds == {("public.notes", "nobody"): ("truncate",)}


def test_names_that_sql_quotes_are_found_on_their_lines_however_toml_quotes_them(tmp_path):
    text = """[relations."public.\\"Odd\\""]\nselect.nobody = "true"  # measured\n[relations.'public."Other"']\n"""
    contract = contract_of(tmp_path / "access.toml", text)
    assert contract.relations == {'public."Odd"': 1, 'public."Other"': 3}
    assert contract.measured == {'relations public."Odd"': (2,)}


def test_lines_marked_as_measured_are_known_by_what_they_are_about(read):
    text = (
        '[actors.user]\nrole = "authenticated"  # measured: guessed\n\n[relations."public.notes"]  # as it was measured\n'
        'select.user = "true"  # measured: every row there is\ninsert.user = "\'# measured\' = word"\n'
        'update.user = { where = "a", columns = ["b"] }  # measured\n[functions."public.f"]\ncall = []\n'
    )
    assert read(text).measured == {"actors user": (2,), "relations public.notes": (5, 7)}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[actor.user]\n", "1: unknown table 'actor'; expected one of actors, exposed"),
        ('[actors.user]\nrules = "x"\n', "2: unknown key 'rules'; expected one of claims, each, role"),
        ("[actors.user]\n", "1: actor 'user' has no role; expected role"),
        (
            HEAD + '[relations."public.notes"]\nread.user = "a"\n',
            "7: unknown command 'read'; expected one of",
        ),
        (HEAD + '[relations."public.notes"]\nselect = "a"\n', "7: select is 'a'; expected select.ACTOR"),
        (
            HEAD + '[relations."public.notes"]\nselect.usr = "a"\n',
            "7: unknown actor 'usr'; expected one of nobody",
        ),
        (
            HEAD + '[relations."public.notes"]\nselect.user = 1\n',
            "7: select.user is 1; expected an SQL condition",
        ),
        (
            HEAD + '[relations."public.notes"]\nselect.user = "@mine"\n',
            "7: unknown rule @mine; expected one of none",
        ),
        (
            HEAD + '[relations."public.notes"]\ndelete.user = { where = "a", columns = ["b"] }\n',
            "7: delete takes no columns; expected them with select or update",
        ),
        (
            HEAD + '[functions."public.f"]\ncalls = []\n',
            "7: unknown key 'calls'; expected one of call, returns",
        ),
        (HEAD + '[functions."public.f"]\ncall = ["usr"]\n', "6: unknown actor 'usr'"),
        (
            HEAD + '[relations."public.notes"]\nholds.user = ["select"]\n',
            "7: unknown privilege 'select'; expected one of references, trigger, truncate",
        ),
        (
            HEAD + '[relations."public.notes"]\nholds.user = "truncate"\n',
            "7: holds.user is 'truncate'; expected a list out of references, trigger, truncate",
        ),
        (
            '[actors.clerk]\nrole = "app"\nsettings = { tenant = "1" }\n',
            "3: 'tenant' is no setting of an application; expected a name with a dot, in quotes",
        ),
        (
            '[actors.clerk]\nrole = "app"\nsettings = { "app.tenant" = 1 }\n',
            "3: actors.clerk.settings.app.tenant is 1; expected a text",
        ),
        (
            '[actors.clerk]\nrole = "app"\n[relations."public.notes"]\nselect.nobody = "true"\n',
            "4: unknown actor 'nobody'; expected one of clerk, stranger",
        ),
        ("exposed = [\n", "not valid TOML"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_was_expected(read, tmp_path, text, complaint):
    with pytest.raises(UsageError) as caught:
        read(text)
    assert f"{tmp_path / 'access.toml'}:" in str(caught.value)
    assert complaint in str(caught.value)


def test_where_people_are_known_by_settings_a_stranger_has_the_role_of_the_first_and_has_set_none(read):
    contract = read(
        """
[actors.clerk]
role = "app"
each = "select 1 as tenant"
settings = { "app.tenant" = ":tenant" }
[actors.robot]
role = "robot"
settings = { "app.robot" = "yes" }
"""
    )
    kinds = {each.name: (each.role, each.claims, dict(each.settings)) for each in contract.actors}
    assert kinds == {
        "clerk": ("app", None, {"app.tenant": ":tenant", "app.robot": ""}),
        "robot": ("robot", None, {"app.tenant": "", "app.robot": "yes"}),
        "stranger": ("app", None, {"app.tenant": "", "app.robot": ""}),
    }


def test_where_people_have_roles_of_their_own_and_no_settings_there_is_no_stranger(read):
    assert [each.name for each in read('[actors.clerk]\nrole = "app"\n').actors] == ["clerk"]
