from __future__ import annotations

from pathlib import Path

import pytest

pytest.register_assert_rewrite(f"{__package__}.checks", f"{__package__}.world")

ROOT = Path(__file__).parents[3]
PROJECT = ROOT / "sql" / "ai_assistant"
FIXTURES = ROOT / "fixtures" / "ai_assistant"


@pytest.fixture(scope="session")
def pg_project() -> Path:
    return PROJECT
