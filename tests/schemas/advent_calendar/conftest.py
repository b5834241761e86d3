from __future__ import annotations

from pathlib import Path

import pytest

from .world import SQL


@pytest.fixture(scope="session")
def pg_project() -> Path:
    return SQL
