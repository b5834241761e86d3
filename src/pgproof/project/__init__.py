"""A folder of SQL -> ``Project``: what to apply in which order, on which platform."""

from __future__ import annotations

import re
from pathlib import Path

from pgproof.errors import UsageError
from pgproof.project import layouts, scripts
from pgproof.project.model import Migration, Project, Remark
from pgproof.settings import PlatformName, Settings, read

__all__ = ["Migration", "Project", "Remark", "discover", "load"]

# What only a script written for Supabase says.
SUPABASE = re.compile(
    r"\bauth\s*\.\s*(uid|jwt|role|email|users)\b|\bstorage\.(objects|buckets)\b|\bauthenticated\b"
)


def discover(folder: Path) -> tuple[Path, ...]:
    """The projects at ``folder``: itself, or every folder directly below it that is one.

    Raises ``UsageError`` if there is none.
    """
    if not folder.exists():
        raise UsageError(f"{folder} does not exist; name a folder with SQL migrations")
    if not folder.is_dir():
        raise UsageError(f"{folder} is a file; name the folder that holds the migrations")
    if _is_project(folder):
        return (folder,)
    below = tuple(each for each in sorted(folder.iterdir()) if each.is_dir() and _is_project(each))
    if not below:
        layouts.recognise(folder, ())  # says what is missing
    return below


def _is_project(folder: Path) -> bool:
    marks = ("pgproof.toml", "sqitch.plan", "supabase/migrations", "migrations")
    return any((folder / mark).exists() for mark in marks) or any(folder.glob("*.sql"))


def load(folder: Path, settings: Settings | None = None) -> Project:
    """Understand the project in ``folder``. Raises ``UsageError`` that names the file in the way."""
    folder = folder.resolve()
    settings = settings or read(folder)
    found = layouts.recognise(folder, settings.migrations)
    seeds = _named_seeds(folder, settings) if settings.seed else found.seeds
    contents = {each.up: scripts.read_script(each.up) for each in found.steps}
    contents |= {each.down: scripts.read_script(each.down) for each in found.steps if each.down}
    contents |= {each: scripts.read_script(each) for each in seeds}
    platform, reason = _platform(settings, contents, found.layout)
    return Project(
        root=found.root,
        name=settings.name or folder.name,
        layout=found.layout,
        platform=platform,
        platform_reason=reason,
        settings=settings,
        migrations=tuple(
            Migration(each.version, each.name, each.up, each.down, scripts.digest(each.up, found.root))
            for each in found.steps
        ),
        rollback_all=found.rollback_all,
        seeds=seeds,
        remarks=tuple(remark for path, text in contents.items() for remark in scripts.remarks(path, text)),
    )


def _named_seeds(folder: Path, settings: Settings) -> tuple[Path, ...]:
    found: list[Path] = []
    for pattern in settings.seed:
        matches = sorted(folder.glob(pattern))
        if not matches:
            raise UsageError(f"{settings.source}: no file matches {pattern!r} of `seed`; correct the setting")
        found += matches
    return tuple(found)


def _platform(settings: Settings, contents: dict[Path, bytes], layout: str) -> tuple[PlatformName, str]:
    if settings.platform:
        return settings.platform, ""
    if layout == "Supabase CLI":
        return "supabase", "the folder is laid out by the Supabase CLI"
    for path, content in contents.items():
        match = SUPABASE.search(content.decode("utf-8"))
        if match:
            return "supabase", f"{path.name} mentions {match[0]}"
    return "plain", "no script mentions anything of Supabase's"
