from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def pg_project():
    return Path("tests/platforms/plain")


def test_there_is_nothing_of_supabase(pg):
    rows = pg.execute("select nspname from pg_namespace where nspname !~ '^pg_' order by nspname").fetchall()
    assert rows == [("information_schema",), ("public",)]
    assert pg.execute("select extname from pg_extension").fetchall() == [("plpgsql",)]
    assert pg.execute("select pubname from pg_publication").fetchall() == []
    assert pg.execute("show search_path").fetchone() == ('"$user", public',)
