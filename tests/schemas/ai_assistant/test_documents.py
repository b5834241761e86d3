"""The documents beside the migrations: what they list exists, and every statement that they show runs."""

from __future__ import annotations

import re

import pytest

from .. import scripts
from .conftest import PROJECT

DOCUMENTS = ("README.md", "MIGRATION_GUIDE.md")
BLOCKS = [
    (name, number, block)
    for name in DOCUMENTS
    for number, block in enumerate(
        re.findall(r"```sql\n(.*?)```", (PROJECT / name).read_text("utf-8"), re.DOTALL)
    )
]


@pytest.fixture
def run(pg_clone, pg_workbench):
    """Run a script against the clone; returns what psql complained of."""
    return lambda script: scripts.run_as_printed(pg_workbench.session.server.psql, pg_clone.dsn, script)


@pytest.mark.parametrize(
    ("name", "number", "block"), BLOCKS, ids=lambda value: str(value)[:40].split("\n")[0]
)
def test_statements_of_a_document_run(run, tmp_path, name, number, block):
    assert run(PROJECT / "seed_test_data.sql") == ""
    script = tmp_path / f"{number}.sql"
    script.write_text(block, encoding="utf-8")
    assert run(script) == "", f"block {number} of {name}"


def test_readme_lists_every_file_of_the_folder():
    text = (PROJECT / "README.md").read_text("utf-8")
    listed = set(re.findall(r"[\w*]+\.(?:sql|md|toml)", text)) | {"README.md", "pgproof.toml"}
    numbered = {path.name for path in PROJECT.glob("rollback_00*.sql")}
    found = {path.name for path in PROJECT.glob("*.sql")} - numbered - {"access_population.sql"}
    assert found <= listed
    assert "rollback_00N_*.sql" in text


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_name_only_files_that_exist(name):
    for file in re.findall(r"\b[\w]+\.sql\b", (PROJECT / name).read_text("utf-8")):
        planned = file.startswith(("007_", "rollback_007_"))
        assert planned or (PROJECT / file).exists(), file
