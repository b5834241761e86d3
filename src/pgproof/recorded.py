"""The recorded catalog: what a project's migrations make, kept beside them, so that a change shows up in review."""

from __future__ import annotations

from pathlib import Path

from pgproof import catalog
from pgproof.catalog import Catalog
from pgproof.errors import UsageError
from pgproof.finding import Finding
from pgproof.project import Project
from pgproof.rehearsal import judge
from pgproof.report.model import Step

RULE = "catalog"


def compare(project: Project, applied: Catalog, update: bool) -> tuple[Step, list[Finding]]:
    """Hold the catalog that was just applied against the recorded one, or record it if ``update``."""
    path = project.recorded_catalog
    if update:
        path.write_text(catalog.to_json(applied), "utf-8")
        return Step(RULE, f"catalog recorded in {path.name}"), []
    if not path.exists():
        return Step(RULE, f"no {path.name} to compare with; pgproof check --update writes it", "not run"), []
    before = read(path)
    if before.version_num // 10000 != applied.version_num // 10000:
        known, here = before.version_num // 10000, applied.version_num // 10000
        return Step(RULE, f"{path.name} was recorded on PostgreSQL {known}, this is {here}", "not run"), []
    differences = catalog.diff(before, applied)
    if not differences:
        return Step(RULE, f"catalog equals {path.name}"), []
    return Step(RULE, f"catalog equals {path.name}", "failed"), [
        Finding(
            rule="catalog-differs",
            subject=project.name,
            expected=f"the catalog recorded in {path.name}",
            observed=judge.listed(differences),
            remedy="if the change is meant, record it: pgproof check --update",
            path=path,
        )
    ]


def read(path: Path) -> Catalog:
    """Read a recorded catalog. Raises ``UsageError`` if the file is not one."""
    try:
        return catalog.from_json(path.read_text("utf-8"))
    except UsageError as error:
        raise UsageError(f"{path}: {error}: pgproof check --update") from error
