"""Settings: ``pgproof.toml`` or ``[tool.pgproof]`` in ``pyproject.toml``, overridden by ``PGPROOF_*``, as one frozen value.

Everything a person may set is a field of ``Settings``; there is no other place.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from pgproof.errors import UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PlatformName = Literal["supabase", "plain"]
World = Literal["classic", "explicit"]
Privileges = Literal["classic", "explicit", "both"]

FILE = "pgproof.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a project says of itself; every field may stand in ``[project]`` or in ``PGPROOF_<FIELD>``.

    ``migrations`` and ``seed`` are paths or globs relative to the project folder, in order; empty means: as the
    folder's layout says. ``documents`` are generated from the catalog: ``*.md`` the documentation, ``*.ts`` the
    types of an application. ``extensions`` are those that the owner enabled before the first migration.
    ``privileges`` are the default privileges of the Supabase project that it is meant for, ``both`` for either.
    ``server`` is ``embedded``, ``container``, ``container:IMAGE``, ``local``, ``local:BINDIR`` or a URL.
    """

    name: str = ""
    platform: PlatformName | None = None
    privileges: Privileges = "both"
    extensions: tuple[str, ...] = ()
    migrations: tuple[str, ...] = ()
    seed: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    contract: str = "access.toml"
    catalog: str = "catalog.json"
    server: str = "embedded"
    allow_url: bool = False
    rows: Mapping[str, Any] = field(default_factory=dict)
    source: Path | None = None

    @property
    def world(self) -> World:
        """The default privileges of a database that is made once: the wider ones, where it is meant for both."""
        return "classic" if self.privileges == "both" else self.privileges


def read(folder: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of the project in ``folder``.

    Raises ``UsageError`` with the file (and line, where TOML tells it) for anything that is not as it should be.
    """
    path, table = find_table(folder)
    settings = from_table(table, path) if path else Settings()
    return override(settings, os.environ if environment is None else environment)


def find_table(folder: Path) -> tuple[Path | None, dict[str, Any]]:
    """The settings file of ``folder`` and what stands in it: pgproof.toml, else pyproject's [tool.pgproof]."""
    own = folder / FILE
    if own.is_file():
        return own, load_toml(own)
    shared = folder / "pyproject.toml"
    if shared.is_file():
        table = load_toml(shared).get("tool", {}).get("pgproof")
        if table is not None:
            return shared, table
    return None, {}


def load_toml(path: Path) -> dict[str, Any]:
    """Parse a TOML file. Raises ``UsageError`` that names the file and the place."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not valid TOML: {error}") from error


def from_table(table: Mapping[str, Any], path: Path) -> Settings:
    """Turn the tables ``[project]`` and ``[rows]`` into ``Settings``."""
    for name in sorted(set(table) - {"project", "rows"}):
        raise UsageError(f"{path}: unknown table [{name}]; pgproof reads [project] and [rows]")
    project = table.get("project", {})
    known = {each.name for each in fields(Settings)} - {"rows", "source"}
    for name in sorted(set(project) - known):
        raise UsageError(
            f"{path}: unknown setting {name!r} in [project]; known are {', '.join(sorted(known))}"
        )
    values = {name: checked(name, value, f"{path}: {name}") for name, value in project.items()}
    return Settings(**values, rows=table.get("rows", {}), source=path)


def override(settings: Settings, environment: Mapping[str, str]) -> Settings:
    """Apply ``PGPROOF_<FIELD>``; lists are separated by commas."""
    values: dict[str, Any] = {}
    for each in fields(Settings):
        name = f"PGPROOF_{each.name.upper()}"
        if each.name in ("rows", "source") or name not in environment:
            continue
        values[each.name] = checked(each.name, from_text(each.name, environment[name]), name)
    return replace(settings, **values)


def from_text(name: str, text: str) -> Any:
    """Read an environment variable's text as the type of the field ``name``."""
    default = getattr(Settings(), name)
    if isinstance(default, bool):
        return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}.get(
            text.lower(), text
        )
    if isinstance(default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def checked(name: str, value: Any, where: str) -> Any:
    """``value`` as the field ``name`` wants it. Raises ``UsageError`` that says what was expected."""
    choices = {"platform": get_args(PlatformName), "privileges": get_args(Privileges)}.get(name)
    if choices and value not in choices:
        raise UsageError(f"{where} is {value!r}; expected one of {', '.join(choices)}")
    default = getattr(Settings(), name)
    if isinstance(default, tuple):
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise UsageError(f"{where} is {value!r}; expected a list of strings")
        return tuple(value)
    wanted = bool if isinstance(default, bool) else str
    if not isinstance(value, wanted):
        raise UsageError(
            f"{where} is {value!r}; expected {'true or false' if wanted is bool else 'a string'}"
        )
    return value
