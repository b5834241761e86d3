"""What stands behind the pytest fixtures: workbenches, transactions and clones of one test run."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pgproof import database, project
from pgproof.conductor.bench import Workbench, open_workbench
from pgproof.database import Connection
from pgproof.settings import checked, read
from pgproof.template import Session, Stock


def headline(folder: Path, server: str | None) -> str:
    """One line for the top of a run: server, version, project, and what will be a stand-in; starts nothing."""
    from pgproof import platforms
    from pgproof.servers import installed

    found = read(folder)
    kind, _, detail = (server or found.server).partition(":")
    if kind not in ("embedded", "local"):
        return f"pgproof: {kind}, project {folder.name}"
    version, extensions = installed.outline(kind, detail)
    line = f"pgproof: {kind} PostgreSQL {version}, project {folder.name}"
    stand_ins = platforms.stand_ins(set(extensions)) if int(version.split(".")[0]) >= 18 else ()
    return f"{line}, stand-ins at hand: {', '.join(stand_ins)}" if stand_ins else line


def access_claims(contract: Path, overrides: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """World and name of every claim of a contract; starts nothing."""
    from pgproof.conductor import cells

    return cells.claims(contract, overrides)


def access_told(contract: Path, world: str, overrides: Mapping[str, Any]) -> Mapping[str, Any]:
    """What became of every claim of a contract in one world (``conductor.cells.Told`` by name)."""
    from pgproof.conductor import cells

    return cells.run_world(contract, world, overrides)


@dataclass(slots=True)
class OwnDatabase:
    """A database that belongs to one test: its ``dsn``, and connections that are closed for it."""

    name: str
    dsn: str
    connections: list[Connection] = field(default_factory=list)

    def connect(self, *, autocommit: bool = True) -> Connection:
        """A new connection as superuser; committing unless ``autocommit`` is false."""
        connection = database.connect(self.dsn, autocommit=autocommit)
        self.connections.append(connection)
        return connection

    def close(self) -> None:
        """Close every connection that this object made."""
        for connection in self.connections:
            connection.close()


@dataclass(slots=True)
class Harness:
    """One test run's servers and databases. ``server`` and ``privileges`` override what projects say."""

    server: str | None = None
    privileges: str | None = None
    keep: bool = False
    kept: list[str] = field(default_factory=list)
    _benches: dict[Path, Workbench] = field(default_factory=dict)
    _shared: dict[Path, OwnDatabase] = field(default_factory=dict)
    _stocks: dict[Path, tuple[Stock, Session]] = field(default_factory=dict)

    def workbench(self, folder: Path) -> Workbench:
        """The workbench of the project in ``folder``, opened once per run."""
        folder = folder.resolve()
        if folder not in self._benches:
            settings = read(folder)
            if self.privileges:
                chosen = checked("privileges", self.privileges, "--pgproof-privileges")
                settings = replace(settings, privileges=chosen)
            loaded = project.load(folder, settings)
            self._benches[folder] = open_workbench(loaded, self.server or settings.server)
        return self._benches[folder]

    @contextmanager
    def transaction(self, bench: Workbench) -> Iterator[Connection]:
        """A connection to the database that this project's tests share, in a transaction that is rolled back."""
        connection = self._connection(bench)
        with database.rolled_back(connection):
            yield connection

    def _connection(self, bench: Workbench) -> Connection:
        shared = self._shared.get(bench.project.root)
        if shared is None:
            clone = bench.session.clone(bench.template.name, bench.template.settings, brief=True)
            shared = self._shared[bench.project.root] = OwnDatabase(clone.name, clone.dsn)
        for connection in shared.connections:
            if not connection.closed:
                return connection
        shared.connections.clear()
        connection = shared.connect()
        connection.prepare_threshold = None  # a rolled-back DDL statement must not meet a prepared plan
        return connection

    def own_database(self, bench: Workbench) -> OwnDatabase:
        """A clone for one test."""
        clone = self._stock(bench).take()
        return OwnDatabase(clone.name, clone.dsn)

    def _stock(self, bench: Workbench) -> Stock:
        root = bench.project.root
        if root not in self._stocks:
            helper = bench.session.helper()
            made = Stock(
                lambda: helper.clone(bench.template.name, bench.template.settings, brief=True), helper.drop
            )
            self._stocks[root] = (made, helper)
        return self._stocks[root][0]

    def dispose(self, bench: Workbench, own: OwnDatabase, test: str, failed: bool) -> None:
        """Drop a test's database, or keep it if the test failed and keeping was asked for."""
        own.close()
        if failed and self.keep:
            self._keep(bench, own.name, test)
        else:
            self._stock(bench).give_back(own.name)

    def keep_if_failed(self, bench: Workbench, connection: Connection, test: str, failed: bool) -> None:
        """Commit what a failed test did to the shared database and set that database aside, if asked to."""
        if not (failed and self.keep) or connection.closed:
            return
        shared = self._shared.pop(bench.project.root)
        connection.execute("commit")
        shared.close()
        self._keep(bench, shared.name, test)

    def _keep(self, bench: Workbench, name: str, test: str) -> None:
        kept = bench.session.keep(name, re.sub(r"\W+", "_", test).strip("_").lower())
        self.kept.append(kept)
        print(f"\nkept database {kept}; to look at it: pgproof up {bench.project.root} --database {kept}")

    def close(self) -> None:
        """Close every connection, drop every clone, give every server back."""
        for stock, helper in self._stocks.values():
            stock.close()
            helper.close()
        for own in self._shared.values():
            own.close()
        for bench in self._benches.values():
            bench.session.close()


def per_example(test: Callable[..., Any], connection: Connection) -> Callable[..., Any]:
    """``test`` so that each call leaves the database as it found it."""

    @functools.wraps(test)
    def test_(*args: Any, **kwargs: Any) -> Any:
        with database.rolled_back(connection):
            return test(*args, **kwargs)

    return test_


PER_EXAMPLE = {"pg", "act_as", "pg_clock"}  # function-scoped fixtures that ``per_example`` makes fresh


def allow_in_examples(item: Any) -> None:
    """Suppress Hypothesis' health check against function-scoped fixtures where it would be wrong.

    That is where every such fixture which the test names is one of ours. Hypothesis keeps a test's settings in an
    attribute that has no public setter after decoration; without it, the person is asked to suppress the check.
    """
    from hypothesis import HealthCheck, settings

    function = getattr(item.obj, "__func__", item.obj)
    present = getattr(function, "_hypothesis_internal_use_settings", None)
    definitions = item._fixtureinfo.name2fixturedefs
    parameters = (
        set(item.callspec.params) if hasattr(item, "callspec") else set()
    )  # the same in every example
    named = {
        name for name in item.funcargs if definitions.get(name) and definitions[name][-1].scope == "function"
    } - parameters
    if present is None or not named & set(item._fixtureinfo.argnames) <= PER_EXAMPLE:
        return
    suppressed = {HealthCheck.function_scoped_fixture, *present.suppress_health_check}
    function._hypothesis_internal_use_settings = settings(present, suppress_health_check=suppressed)
