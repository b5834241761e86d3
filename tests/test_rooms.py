"""Who may import whom. DESIGN.md explains the order; this table is the order."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "pgproof"

# A room may import the rooms to its left in this table, as listed, and the third-party packages listed.
ROOMS = {
    "__init__": set(),
    "errors": set(),
    "finding": set(),
    "settings": {"errors"},
    "project": {"errors", "settings"},
    "database": {"errors"},
    "servers": {"errors", "database"},
    "platforms": {"errors", "database"},
    "psql": {"errors"},
    "template": {"__init__", "errors", "project", "database", "servers", "platforms", "psql"},
    "catalog": {"errors", "database"},
    "documents": {"errors", "catalog"},
    "rows": {"errors", "database", "catalog"},
    "access": {"errors", "finding", "database", "catalog", "rows", "platforms"},
    "report": {"finding"},
    "rehearsal": {"finding", "project", "database", "platforms", "psql", "template", "catalog", "report"},
    "recorded": {"errors", "finding", "project", "catalog", "documents", "rehearsal", "report"},
    "conductor": {
        *("errors", "finding", "settings", "project", "database", "platforms", "psql", "template", "catalog"),
        *("documents", "rows", "access", "report", "rehearsal", "recorded", "servers"),
    },
    "harness": {"database", "project", "settings", "conductor", "platforms", "servers", "template"},
    "cli": {"__init__", "errors", "settings", "conductor", "report", "rows"},
    "pytest_plugin": {"errors", "database", "harness", "platforms", "servers"},
}
PACKAGES = {
    "psycopg": {"database"},
    "testcontainers": {"servers"},
    "docker": {"servers"},
    "tomli": {"settings", "access"},
    "tomllib": {"settings", "access"},
    "faker": {"rows"},
    "numpy": {"rows"},
    "hypothesis": {"rows", "access", "harness"},
    "pytest": {"pytest_plugin"},
}

# The two largest rooms have an order of their own: a package of theirs may import those above it in these lists.
PACKAGES_OF = {
    "rows": (
        *("syntax", "patterns", "model", "evaluate", "values", "checks", "plan", "population", "seeding"),
        "strategies",
    ),
    "access": (
        *("contract", "actors", "relations", "attempts", "world", "judging", "planning", "explaining"),
        *("beside", "measuring", "suite"),
    ),
}
STEPS = [(room, number) for room, packages in PACKAGES_OF.items() for number in range(len(packages))]


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def parts_in(path: Path, room: str) -> tuple[str, ...]:
    """The dotted name of a module inside a room, in parts; nothing for a module of another one."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return parts[1:] if parts[0] == room else ()


def packages_used(source: str, room: str, own: str) -> set[str]:
    """The packages of ``room`` that a module in its package ``own`` imports."""
    names = imports(source, f"pgproof.{room}.{own}")
    return {name.split(".")[2] for name in names if name.startswith(f"pgproof.{room}.")}


def imports(source: str, package: str) -> set[str]:
    """Dotted names that a module imports when it runs; imports for the type checker alone do not count."""
    found: set[str] = set()
    tree = ast.parse(source)
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join(
                    [*package.split(".")[: len(package.split(".")) - node.level + 1], base]
                ).strip(".")
            found |= {f"{base}.{each.name}" for each in node.names}
    return found


def faults(path: Path, source: str) -> list[str]:
    room = room_of(path)
    package = ".".join(["pgproof", *path.relative_to(SOURCE).parts[:-1]])
    wrong = []
    for name in sorted(imports(source, package)):
        top, _, rest = name.partition(".")
        if top == "pgproof":
            other = rest.split(".")[0]
            other = "__init__" if other in ("", "__version__") else other
            if other != room and other not in ROOMS[room]:
                wrong.append(f"{path.relative_to(SOURCE)}: {room} may not import {other}")
        elif top in PACKAGES and room not in PACKAGES[top]:
            wrong.append(f"{path.relative_to(SOURCE)}: {room} may not import {top}")
    return wrong


MODULES = sorted(SOURCE.rglob("*.py"))


def test_every_room_is_in_the_table():
    assert {room_of(path) for path in MODULES} <= set(ROOMS)


def test_the_table_has_no_circle():
    seen: set[str] = set()
    waiting = dict(ROOMS)
    while waiting:
        ready = {room for room, needs in waiting.items() if needs <= seen}
        assert ready, f"these import each other: {sorted(waiting)}"
        seen |= ready
        waiting = {room: needs for room, needs in waiting.items() if room not in ready}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_room_imports_only_what_the_table_allows(path):
    assert faults(path, path.read_text("utf-8")) == []


@pytest.mark.parametrize(("room", "number"), STEPS, ids=lambda value: str(value))
def test_a_package_of_a_large_room_imports_only_those_above_it(room, number):
    own = PACKAGES_OF[room][number]
    for path in (each for each in MODULES if parts_in(each, room)[:1] == (own,)):
        used = packages_used(path.read_text("utf-8"), room, own)
        assert used <= set(PACKAGES_OF[room][: number + 1]), f"{path.name} imports {sorted(used)}"


@pytest.mark.parametrize("room", PACKAGES_OF)
def test_every_module_of_a_large_room_lies_in_a_package_of_its_order(room):
    assert {parts_in(path, room)[0] for path in MODULES if room_of(path) == room} == {
        "__init__",
        *PACKAGES_OF[room],
    }


def test_an_import_of_a_package_further_down_is_seen():
    source = "from pgproof.access.judging import judge\nfrom pgproof.access.attempts import perform\n"
    assert packages_used(source, "access", "attempts") == {"attempts", "judging"}


@pytest.mark.parametrize(
    ("module", "source", "fault"),
    [
        ("project/x.py", "from pgproof import database", "project may not import database"),
        ("report/x.py", "import pgproof.catalog.model", "report may not import catalog"),
        ("catalog/x.py", "import psycopg", "catalog may not import psycopg"),
        ("cli.py", "from pgproof.pytest_plugin import OPTIONS", "cli may not import pytest_plugin"),
        ("project/x.py", "from ..database import connect", "project may not import database"),
    ],
)
def test_a_forbidden_import_is_seen(module, source, fault):
    assert faults(SOURCE / module, source) == [f"{module}: {fault}"]


def test_an_import_for_the_type_checker_is_no_dependency():
    source = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import psycopg\n"
    assert faults(SOURCE / "catalog" / "x.py", source) == []
