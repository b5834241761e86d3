"""What the suites that are about every schema share: a plan of its rows, made once per schema and run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pgproof import catalog
from pgproof.database import connect
from pgproof.rows.strategies import SchemaPlan

pytest.register_assert_rewrite(f"{__package__}.outcomes", f"{__package__}.scripts")

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.fixture(scope="session")
def plans() -> Iterator[tuple[dict[Path, SchemaPlan], ExitStack]]:
    with ExitStack() as connections:
        yield {}, connections


@pytest.fixture(scope="module")
def plan(plans, pg_project, pg_workbench) -> SchemaPlan:
    """The plan of the project's rows, with a connection that knows what CHECKs come out as."""
    made, connections = plans
    if pg_project not in made:
        template = pg_workbench.template
        clone = pg_workbench.session.clone(template.name, template.settings, brief=True)
        connection = connections.enter_context(connect(clone.dsn))
        made[pg_project] = SchemaPlan(catalog.read(connection), connection)
    return made[pg_project]


@pytest.fixture
def fixture_sql(pg_project):
    """The text of a named data set of the project."""
    return lambda name: (FIXTURES / pg_project.name / f"{name}.sql").read_text(encoding="utf-8")
