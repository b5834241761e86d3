from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pgproof.database import Connection
from pgproof.harness import Harness

PROJECT = Path(__file__).parents[1] / "platforms" / "project"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "container: compares with the real extensions of the image, in Docker")


@pytest.fixture(scope="session")
def image(pytestconfig: pytest.Config) -> str:
    kind, _, image = (pytestconfig.getoption("--pgproof-server") or "").partition(":")
    if kind != "container":
        pytest.skip("compares with the real extensions, which takes Docker; run: tox -e container")
    return image


def connected(server: str) -> Iterator[Connection]:
    harness = Harness(server=server)
    own = harness.own_database(harness.workbench(PROJECT))
    yield own.connect()
    own.close()
    harness.close()


@pytest.fixture(scope="session")
def real(image: str) -> Iterator[Connection]:
    """A database with the real pg_cron."""
    yield from connected(f"container:{image}")


@pytest.fixture(scope="session")
def stand_in() -> Iterator[Connection]:
    """The same database on the embedded server, with the stand-in."""
    yield from connected("embedded")
