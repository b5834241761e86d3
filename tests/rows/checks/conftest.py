"""The corpus of CHECKs as a database of its own."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def pg_project() -> Path:
    return Path(__file__).parent / "corpus"
