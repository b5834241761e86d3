from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def pg_project() -> Path:
    return ROOT / "sql" / "dream_flow"
