"""The database with one of everything, and its catalog as it is before a test changes something."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pgproof.catalog import Catalog, read


@pytest.fixture(scope="package")
def pg_project() -> Path:
    return Path("fixtures/catalog")


@pytest.fixture(scope="package")
def _read_once() -> dict[str, Catalog]:
    return {}


@pytest.fixture
def catalog(pg: Any, _read_once: dict[str, Catalog]) -> Catalog:
    """The catalog of the fixture. It is read once: what a test changes is rolled back."""
    if "catalog" not in _read_once:
        _read_once["catalog"] = read(pg)
    return _read_once["catalog"]
