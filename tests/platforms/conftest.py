from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pgproof import platforms
from pgproof.database import Connection


@pytest.fixture(scope="module")
def pg_project() -> Path:
    return Path("tests/platforms/project")


@pytest.fixture
def needs_stand_in(pg: Connection) -> Callable[[str], None]:
    """A test of a stand-in has nothing to test where the server has the real extension, or neither."""

    def needs_stand_in_(name: str) -> None:
        if name not in platforms.stand_ins_in(pg):
            pytest.skip(f"this server has no stand-in for {name}: it has the real one or is older than 18")

    return needs_stand_in_
