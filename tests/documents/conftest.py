"""The catalog of the fixture that has one of everything, and a TypeScript compiler."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from pgproof.catalog import Catalog, read

from .compiler import Compiler, installed


@pytest.fixture(scope="module")
def pg_project() -> Path:
    return Path("fixtures/catalog")


@pytest.fixture
def everything(pg: Any) -> Catalog:
    return read(pg)


@pytest.fixture(scope="session")
def compiler(request: pytest.FixtureRequest) -> Compiler:
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("the TypeScript compiler needs node and npm, which are not installed here")
    return installed(Path(request.config.cache.mkdir("typescript")), npm, node)
