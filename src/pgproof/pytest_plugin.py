"""Fixtures for tests against a real database: ``pg``, ``pg_clone``, ``act_as``, ``pg_clock``, ``pg_server``.

Importing this module costs next to nothing: it is imported by every pytest run in an environment that has
pgproof installed. Everything else is imported when a fixture is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pgproof.database import Claims, Connection
    from pgproof.harness import Harness, OwnDatabase
    from pgproof.platforms.clock import Clock
    from pgproof.servers import Server

# Each is an option (--pgproof-NAME) and, without the dashes, an ini setting (pgproof_NAME).
OPTIONS = {
    "server": "embedded, container[:IMAGE], local[:BINDIR] or a URL; default: as the project says, else embedded",
    "project": "folder of the project whose database the fixtures give, relative to the root folder",
    "privileges": "classic, explicit or both: the default privileges of the Supabase project that the schema is meant for",
}

HARNESS = pytest.StashKey["Harness"]()
FAILED = pytest.StashKey[bool]()
TOLD = pytest.StashKey[dict[tuple[Path, str], Any]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Define each setting once, as an option and as an ini value."""
    group = parser.getgroup("pgproof", "a real PostgreSQL with your migrations applied")
    for name, text in OPTIONS.items():
        group.addoption(f"--pgproof-{name}", metavar=name.upper(), help=text)
        parser.addini(f"pgproof_{name}", text, default="")
    parser.addini(
        "pgproof_access",
        "collect every access.toml: each cell of the contract is a test",
        type="bool",
        default=False,
    )
    group.addoption(
        "--pgproof-keep",
        action="store_true",
        help="keep the database of a failed test and say how to connect",
    )


def setting(config: pytest.Config, name: str) -> str | None:
    """The value of a setting: the option, else the ini value, else nothing."""
    return config.getoption(f"--pgproof-{name}") or config.getini(f"pgproof_{name}") or None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> AccessFile | None:
    """An ``access.toml`` that is named on the command line, or any where ``pgproof_access`` is set."""
    if file_path.name != "access.toml":
        return None
    if not parent.session.isinitpath(file_path) and not parent.config.getini("pgproof_access"):
        return None
    collected: AccessFile = AccessFile.from_parent(parent, path=file_path)
    return collected


class AccessFile(pytest.File):
    """A contract: one test for each actor, command and relation, and for each actor and function."""

    def collect(self) -> Iterator[AccessCell]:
        """The cells by name. Raises ``CollectError`` where the contract is at fault."""
        from pgproof.errors import PgproofError
        from pgproof.harness import access_claims

        try:
            for world, claim in access_claims(self.path, self.chosen()):
                name = f"access[{world or 'plain'}][{claim}]"
                yield AccessCell.from_parent(self, name=name, world=world, claim=claim)
        except PgproofError as error:
            raise self.CollectError(str(error)) from error

    def chosen(self) -> dict[str, str]:
        """The settings of the run that override those of the project."""
        found = {name: setting(self.config, name) for name in ("server", "privileges")}
        return {name: value for name, value in found.items() if value}


class AccessCell(pytest.Item):
    """One cell; the first of a world to run has the access suite run for all of them."""

    def __init__(self, *, world: str, claim: str, **more: Any) -> None:
        super().__init__(**more)
        self.world, self.claim = world, claim

    def runtest(self) -> None:
        """Fail with the findings about this cell. What was never tried is skipped: it has not passed."""
        from pgproof.harness import access_told

        assert isinstance(self.parent, AccessFile)
        told = self.config.stash.setdefault(TOLD, {})
        place = (self.path, self.world)
        if place not in told:
            told[place] = access_told(self.path, self.world, self.parent.chosen())
        found = told[place][self.claim]
        for remark in found.remarks:
            self.add_report_section("call", "pgproof", remark)
        if found.wrong:
            pytest.fail("\n\n".join(found.wrong), pytrace=False)
        if found.attempts == 0:
            pytest.skip("there is no such command on this relation, so nothing was tried")

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the contract is."""
        return self.path, 0, self.name


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say which server and project a run is about, if its settings name one."""
    project = setting(config, "project")
    if project is None and not (config.rootpath / "pgproof.toml").exists():
        return None
    from pgproof.errors import PgproofError
    from pgproof.harness import headline

    try:
        return headline((config.rootpath / (project or ".")).resolve(), setting(config, "server"))
    except PgproofError as error:
        return f"pgproof: {error}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember that a test failed, so that its database can be kept."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Tell Hypothesis that ``pg`` and what hangs on it are fresh in every example (see ``pytest_pyfunc_call``)."""
    if getattr(getattr(item, "obj", None), "is_hypothesis_test", False) and "pg" in getattr(
        item, "funcargs", {}
    ):
        from pgproof.harness import allow_in_examples

        allow_in_examples(item)
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Roll ``pg`` back after every example of a Hypothesis test, not only after the last one."""
    handle = getattr(pyfuncitem.obj, "hypothesis", None)
    connection: Any = pyfuncitem.funcargs.get("pg")
    if handle is None or connection is None:
        return (yield)
    from pgproof.harness import per_example

    original, handle.inner_test = handle.inner_test, per_example(handle.inner_test, connection)
    try:
        return (yield)
    finally:
        handle.inner_test = original


@pytest.fixture(scope="session")
def _pgproof_harness(request: pytest.FixtureRequest) -> Iterator[Harness]:
    from pgproof.harness import Harness

    config = request.config
    harness = Harness(
        server=setting(config, "server"),
        privileges=setting(config, "privileges"),
        keep=config.getoption("--pgproof-keep"),
    )
    config.stash[HARNESS] = harness
    yield harness
    harness.close()


@pytest.fixture(scope="module")
def pg_project(request: pytest.FixtureRequest) -> Path:
    """The folder of the project that the other fixtures are about; override it where a folder of tests has its own."""
    return Path(setting(request.config, "project") or ".")


@pytest.fixture(scope="module")
def pg_workbench(request: pytest.FixtureRequest, _pgproof_harness: Harness, pg_project: Path) -> Any:
    """The project with its session and template (a ``pgproof.conductor.Workbench``)."""
    return _pgproof_harness.workbench(request.config.rootpath / pg_project)


@pytest.fixture(scope="module")
def pg_server(pg_workbench: Any) -> Server:
    """The server: ``dsn(dbname)``, ``version_num``."""
    server: Server = pg_workbench.session.server
    return server


@pytest.fixture
def pg(request: pytest.FixtureRequest, _pgproof_harness: Harness, pg_workbench: Any) -> Iterator[Connection]:
    """A superuser's connection with every migration applied, inside a transaction that is rolled back."""
    with _pgproof_harness.transaction(pg_workbench) as connection:
        yield connection
        _pgproof_harness.keep_if_failed(pg_workbench, connection, request.node.name, _failed(request))


@pytest.fixture
def pg_clone(
    request: pytest.FixtureRequest, _pgproof_harness: Harness, pg_workbench: Any
) -> Iterator[OwnDatabase]:
    """A database of one's own with every migration applied, for commits and concurrency; dropped afterwards."""
    own = _pgproof_harness.own_database(pg_workbench)
    yield own
    _pgproof_harness.dispose(pg_workbench, own, request.node.name, _failed(request))


@pytest.fixture
def act_as(pg: Connection) -> Callable[..., AbstractContextManager[Connection]]:
    """``with act_as("authenticated", {"sub": ...}):`` the statements of ``pg`` run as that role with those claims."""

    def act_as_(role: str, claims: Claims = None) -> AbstractContextManager[Connection]:
        from pgproof.database import acting_as

        return acting_as(pg, role, claims)

    return act_as_


@pytest.fixture
def pg_clock(pg: Connection) -> Clock:
    """The database's clock: set it, and run the jobs that fall due as it moves. Rolled back with ``pg``."""
    from pgproof.platforms.clock import Clock

    return Clock(pg)


def _failed(request: pytest.FixtureRequest) -> bool:
    failed: bool = request.node.stash.get(FAILED, False)
    return failed
