from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def pg_project() -> Path:
    return ROOT / "sql" / "dream_flow"


@pytest.fixture(scope="session")
def fixture_sql():
    """The text of a named data set or known-bad variant of the project."""

    def fixture_sql_(name: str) -> str:
        return (ROOT / "fixtures" / "dream_flow" / f"{name}.sql").read_text(encoding="utf-8")

    return fixture_sql_
