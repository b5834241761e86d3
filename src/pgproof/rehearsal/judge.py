"""What the rehearsal saw -> findings. Pure: messages and differences in, values out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pgproof.catalog import Difference
from pgproof.finding import Finding
from pgproof.project import Migration, Project
from pgproof.psql import Message

SHOWN = 12  # differences that a finding lists


def warned(message: Message) -> Finding:
    """A migration that applied, with a warning."""
    return Finding(
        rule="apply-warning",
        severity="warning",
        subject=message.path.name,
        expected="the migration applies without a warning",
        observed=f"{message.sqlstate} {message.text}".strip(),
        remedy=message.hint or "mend what the server warns of, or make it a notice if it is meant",
        path=message.path,
        line=message.line,
    )


def seed_failed(message: Message) -> Finding:
    """A seed script that stopped at an error."""
    return _script_finding("seed-fails", message, "the seed data is valid under every constraint")


def rollback_failed(migration: Migration, message: Message) -> Finding:
    """A rollback that stopped at an error."""
    return _script_finding("rollback-fails", message, f"the script takes back {migration.up.name}")


def rollback_all_failed(message: Message) -> Finding:
    """The script for everything stopped at an error."""
    return _script_finding("rollback-fails", message, "the script takes everything back")


def reapply_failed(message: Message) -> Finding:
    """A migration that applied the first time and not after its rollback."""
    return _script_finding("reapply-fails", message, "a migration applies again after it was rolled back")


def _script_finding(rule: str, message: Message, expected: str) -> Finding:
    return Finding(
        rule=rule,
        subject=message.path.name,
        expected=expected,
        observed=str(message),
        remedy="correct the statement at that line",
        path=message.path,
        line=message.line,
    )


def no_rollback(migration: Migration) -> Finding:
    """A migration without rollback in a project whose other migrations have one."""
    return Finding(
        rule="rollback-missing",
        subject=migration.up.name,
        expected="a rollback script, as the project's other migrations have",
        observed="none",
        remedy=f"write rollback_{migration.up.name}",
        path=migration.up,
    )


def rollback_differs(script: Path, differences: Sequence[Difference], when: str) -> Finding | None:
    """A rollback that leaves something behind, or takes too much; ``None`` if it is exact."""
    if not differences:
        return None
    return Finding(
        rule="rollback-differs",
        subject=script.name,
        expected=f"the catalog as it was {when}",
        observed=listed(differences),
        remedy="undo in the script what it leaves, from the bottom of the migration up",
        path=script,
    )


def reapply_differs(project: Project, differences: Sequence[Difference]) -> Finding | None:
    """Migrations that give another catalog the second time; ``None`` if it is the same."""
    if not differences:
        return None
    return Finding(
        rule="reapply-differs",
        subject=project.name,
        expected="the same catalog as the first time",
        observed=listed(differences),
        remedy="look for what survives a rollback unseen: data that a migration reads, or settings",
    )


def listed(differences: Sequence[Difference]) -> str:
    """The first differences, one a line, and how many more there are."""
    lines = [str(each) for each in differences[:SHOWN]]
    more = len(differences) - SHOWN
    return "\n".join([*lines, f"... and {more} more"] if more > 0 else lines)
