from __future__ import annotations

from pathlib import Path

import pytest

from .variants import BASE


@pytest.fixture(scope="session")
def pg_project() -> Path:
    return BASE
