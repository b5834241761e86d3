from __future__ import annotations

import json
from importlib.resources import files

from pgproof.access import contract_file

SCHEMA = json.loads(files("pgproof.access").joinpath("access.schema.json").read_text("utf-8"))


def test_the_editors_schema_knows_the_keys_that_the_reader_knows():
    parts = SCHEMA["$defs"]
    assert set(SCHEMA["properties"]) == set(contract_file.TABLES)
    assert set(parts["actor"]["properties"]) == set(contract_file.ACTOR_KEYS)
    assert set(parts["relation"]["properties"]) == set(contract_file.RELATION_KEYS)
    assert set(parts["function"]["properties"]) == set(contract_file.FUNCTION_KEYS)
