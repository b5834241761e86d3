"""Documents of the schemas that ship: complete, and TypeScript that compiles."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgproof.catalog import read
from pgproof.documents import entity_diagram, schema_documentation, typescript

SQL = Path(__file__).parents[2] / "sql"
PROJECTS = sorted(path.parent.name for path in SQL.glob("*/pgproof.toml"))


@pytest.fixture(scope="module", params=PROJECTS)
def pg_project(request) -> Path:
    return SQL / request.param


@pytest.fixture
def shipped(pg):
    return read(pg)


def test_five_schemas_ship():
    assert len(PROJECTS) == 5


def test_the_types_compile(shipped, compiler, tmp_path):
    assert compiler.complaints(tmp_path, database_types=typescript(shipped)) == []


def test_every_table_view_and_comment_is_on_the_page(shipped):
    page = schema_documentation(shipped, "A schema that ships")
    relations = [r for r in (*shipped.tables, *shipped.views) if r.schema == "public"]
    shown = [r for r in relations if getattr(r, "partition_of", None) is None]
    assert [r.qualified for r in shown if f"\n### {r.qualified}\n" not in page] == []
    comments = [item.comment for r in shown for item in (r, *r.columns) if item.comment]
    assert [comment for comment in comments if " ".join(comment.split()) not in " ".join(page.split())] == []
    assert len(comments) > 20


def test_every_table_is_in_the_diagram(shipped):
    diagram = entity_diagram(shipped)
    tables = [t for t in shipped.tables if t.schema == "public" and t.partition_of is None]
    assert [t.name for t in tables if f'\n    "{t.name}" {{\n' not in diagram] == []
