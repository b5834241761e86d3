from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def pg_project() -> Path:
    return Path("sql/travel_booking")
