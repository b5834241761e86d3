"""How people lay out migrations, recognised: a folder -> what to apply, in order, and what takes it back.

Each layout is one function from a folder to ``Found`` or ``None``; the first that recognises the folder counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pgproof.errors import UsageError

VERSION = re.compile(r"^V?(\d+)(?=[_.\-]|__)", re.IGNORECASE)
UP_DOWN = re.compile(r"\.(up|down)\.sql$")
ROLLBACK_ALL = "rollback_all.sql"


@dataclass(frozen=True, slots=True)
class Step:
    """A migration as a layout found it."""

    version: str
    name: str
    up: Path
    down: Path | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a layout made of a folder. ``root`` is where its scripts run."""

    layout: str
    root: Path
    steps: tuple[Step, ...]
    rollback_all: Path | None = None
    seeds: tuple[Path, ...] = ()


def recognise(folder: Path, listed: tuple[str, ...]) -> Found:
    """Find the layout of ``folder``; ``listed`` are the migrations that its settings name, if they do.

    Raises ``UsageError`` that says what is in the way.
    """
    layouts: tuple[Callable[[], Found | None], ...] = (
        lambda: _listed(folder, listed) if listed else None,
        lambda: _supabase(folder),
        lambda: _sqitch(folder),
        lambda: _up_down(folder),
        lambda: _numbered(folder),
    )
    for layout in layouts:
        found = layout()
        if found:
            return found
    raise UsageError(_nothing_found(folder))


def _nothing_found(folder: Path) -> str:
    scripts = sorted(each.name for each in folder.glob("*.sql"))
    if not scripts:
        return (
            f"{folder} has no SQL files; expected supabase/migrations/*.sql, numbered *.sql, "
            "NNN_name.up.sql, a sqitch.plan, or a pgproof.toml that lists migrations"
        )
    return (
        f"{folder} has SQL files without a number ({', '.join(scripts[:4])}), so their order is unknown; "
        'list them in pgproof.toml: [project] migrations = ["first.sql", "second.sql"]'
    )


def _listed(folder: Path, patterns: tuple[str, ...]) -> Found:
    paths: list[Path] = []
    for pattern in patterns:
        matches = sorted(each for each in folder.glob(pattern) if _is_migration(each) or each.name == pattern)
        if not matches:
            raise UsageError(f"{folder}: no file matches {pattern!r} of `migrations`; correct the setting")
        paths += [each for each in matches if each not in paths]
    steps = tuple(Step(_version(each) or each.stem, each.stem, each, _rollback_of(each)) for each in paths)
    _refuse_orphans({each.parent for each in paths}, steps)
    return Found("listed in the settings", folder, steps, _existing(folder / ROLLBACK_ALL))


def _supabase(folder: Path) -> Found | None:
    for root in (folder / "supabase", folder):
        scripts = sorted((root / "migrations").glob("*.sql"))
        if scripts and (root.name == "supabase" or (root / "config.toml").exists()):
            seeds = tuple(each for each in [root / "seed.sql"] if each.exists())
            steps = _numbered_steps(root / "migrations", scripts)
            return Found("Supabase CLI", root, steps, seeds=seeds)
    return None


def _sqitch(folder: Path) -> Found | None:
    plan = folder / "sqitch.plan"
    if not plan.exists():
        return None
    names = [line.split()[0] for line in plan.read_text("utf-8").splitlines() if re.match(r"\s*[\w]", line)]
    steps = []
    for position, name in enumerate(names):
        if name in names[position + 1 :]:
            raise UsageError(
                f"{plan}: {name!r} is reworked; pgproof does not follow tagged rework files, "
                "list the scripts in pgproof.toml: [project] migrations = [...]"
            )
        up = folder / "deploy" / f"{name}.sql"
        if not up.exists():
            raise UsageError(f"{plan}: {name!r} has no script {up}; write it or take the line out")
        steps.append(Step(f"{position + 1:04}", name, up, _existing(folder / "revert" / f"{name}.sql")))
    _refuse_scripts(folder / "revert", {each.down for each in steps}, "sqitch.plan has no such change")
    return Found("sqitch", folder, tuple(steps)) if steps else None


def _up_down(folder: Path) -> Found | None:
    scripts = sorted(each for each in folder.glob("*.sql") if UP_DOWN.search(each.name))
    if not scripts:
        return None
    ups = [each for each in scripts if each.name.endswith(".up.sql")]
    stray = sorted({*folder.glob("*.sql")} - {*scripts} - {*_seeds(folder)})
    if stray:
        raise UsageError(
            f"{stray[0]} is neither .up.sql nor .down.sql, unlike its neighbours; rename or move it"
        )
    steps = _numbered_steps(folder, ups, lambda up: _existing(up.with_name(up.name[:-7] + ".down.sql")))
    downs = {each for each in scripts if each.name.endswith(".down.sql")}
    for orphan in sorted(downs - {each.down for each in steps}):
        raise UsageError(
            f"{orphan} takes back a migration that does not exist; expected {orphan.name[:-9]}.up.sql"
        )
    return Found(".up.sql and .down.sql", folder, steps, seeds=_seeds(folder))


def _numbered(folder: Path) -> Found | None:
    scripts = sorted(each for each in folder.glob("*.sql") if _is_migration(each))
    if not scripts or not any(_version(each) for each in scripts):
        return None
    steps = _numbered_steps(folder, scripts)
    _refuse_orphans({folder}, steps)
    return Found("numbered files", folder, steps, _existing(folder / ROLLBACK_ALL), _seeds(folder))


def _numbered_steps(
    folder: Path, scripts: Iterable[Path], rollback: Callable[[Path], Path | None] | None = None
) -> tuple[Step, ...]:
    by_version: dict[int, Step] = {}
    for up in scripts:
        version = _version(up)
        if version is None:
            raise UsageError(
                f"{up} has no number, so its place among the migrations of {folder} is unknown; "
                "rename it, or list the migrations in pgproof.toml"
            )
        if int(version) in by_version:
            other = by_version[int(version)].up
            raise UsageError(f"{up} and {other.name} have the same version {version}; renumber one of them")
        by_version[int(version)] = Step(version, _name(up), up, (rollback or _rollback_of)(up))
    return tuple(by_version[number] for number in sorted(by_version))


def _rollback_of(up: Path) -> Path | None:
    """``rollback_<file>``, or ``rollback_<version>_*.sql``, beside the migration."""
    exact = up.with_name(f"rollback_{up.name}")
    if exact.exists():
        return exact
    version = _version(up)
    numbered = sorted(up.parent.glob(f"rollback_{version}[_.-]*")) if version else []
    if len(numbered) > 1:
        raise UsageError(f"{numbered[0]} and {numbered[1].name} both take back {up.name}; keep one")
    return numbered[0] if numbered else None


def _refuse_orphans(folders: Iterable[Path], steps: tuple[Step, ...]) -> None:
    taken = {each.down for each in steps}
    for folder in folders:
        _refuse_scripts(folder, taken, "no migration has its name or number", "rollback_*.sql")


def _refuse_scripts(folder: Path, taken: set[Path | None], why: str, pattern: str = "*.sql") -> None:
    for orphan in sorted(folder.glob(pattern)):
        if orphan not in taken and orphan.name != ROLLBACK_ALL:
            raise UsageError(
                f"{orphan} takes back a migration that does not exist: {why}; rename or remove it"
            )


def _is_migration(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(("rollback_", "seed", "access_population"))


def _seeds(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(folder.glob("seed*.sql")))


def _version(path: Path) -> str | None:
    match = VERSION.match(path.name)
    return match[1] if match else None


def _name(path: Path) -> str:
    return VERSION.sub("", UP_DOWN.sub("", path.name).removesuffix(".sql")).strip("_-.")


def _existing(path: Path) -> Path | None:
    return path if path.exists() else None
