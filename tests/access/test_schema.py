from __future__ import annotations

import json
import sys
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from pgproof.access import contract_of
from pgproof.access.contract import reader as contract_file
from pgproof.errors import UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SCHEMA = json.loads(files("pgproof.access").joinpath("access.schema.json").read_text("utf-8"))


def test_the_editors_schema_knows_the_keys_that_the_reader_knows():
    parts = SCHEMA["$defs"]
    assert set(SCHEMA["properties"]) == set(contract_file.TABLES)
    assert set(parts["actor"]["properties"]) == set(contract_file.ACTOR_KEYS)
    assert set(parts["relation"]["properties"]) == set(contract_file.RELATION_KEYS)
    assert set(parts["function"]["properties"]) == set(contract_file.FUNCTION_KEYS)


CONTRACTS = sorted((Path(__file__).parents[2] / "sql").glob("*/access.toml"))
RIGHT = """\
[actors.user]
role = "authenticated"
each = "select id from auth.users"
[relations."public.notes"]
select.user = { where = "owner = :id", columns = ["id"] }
holds.user = ["truncate"]
[functions."public.f"]
call = ["user"]
"""
WRONG = [
    ('role = "authenticated"', 'roles = "authenticated"'),
    ('role = "authenticated"', "role = 1"),
    ("select.user", "read.user"),
    ('columns = ["id"]', 'columns = "id"'),
    ('columns = ["id"]', 'column = ["id"]'),
    ('["truncate"]', '["maintain"]'),
    ('call = ["user"]', 'calls = ["user"]'),
    ("[actors.user]", "[actor.user]"),
    ('each = "select id from auth.users"', 'each = ["select id from auth.users"]'),
    ('each = "select id from auth.users"', 'claims = "sub"'),
    ('["user"]', '"user"'),
    ('["user"]', '["user"]\ntries = "1"'),
    ('["user"]', '["user"]\ntouches.user = "true"'),
    ("[actors.user]", 'exposed = "public"\n[actors.user]'),
    ("[actors.user]", "population = [1]\n[actors.user]"),
    ("[actors.user]", 'rules = ["a"]\n[actors.user]'),
    ("[actors.user]", "rules.mine = 1\n[actors.user]"),
    ('holds.user = ["truncate"]', "source = 1"),
    ('holds.user = ["truncate"]', "delete.user = 1"),
]


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.parent.name)
def test_an_editor_finds_nothing_wrong_with_a_canonical_contract(path):
    jsonschema.validate(tomllib.loads(path.read_text("utf-8")), SCHEMA)


def test_the_editors_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert len(CONTRACTS) == 5


@pytest.mark.parametrize(("right", "wrong"), WRONG)
def test_an_editor_and_the_reader_refuse_the_same_mistakes(right, wrong):
    jsonschema.validate(tomllib.loads(RIGHT), SCHEMA)
    contract_of(Path("access.toml"), RIGHT)
    assert right in RIGHT
    text = RIGHT.replace(right, wrong)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), SCHEMA)
    with pytest.raises(UsageError, match=r"^access\.toml(:\d+)?: "):
        contract_of(Path("access.toml"), text)
