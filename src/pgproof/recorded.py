"""What is kept beside the migrations so that a change shows up in review: the catalog, and documents made from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pgproof import catalog, documents
from pgproof.catalog import Catalog
from pgproof.errors import UsageError
from pgproof.finding import Finding
from pgproof.project import Project
from pgproof.rehearsal import judge
from pgproof.report.model import Step

Result = tuple[Step, Finding | None]


def compare(
    project: Project, before: Catalog, applied: Catalog, missing: Sequence[str], update: bool
) -> Iterator[Result]:
    """Hold what was applied on top of ``before`` against what is recorded, or record it if ``update``.

    ``missing`` are extensions that this server could not give: where the project asked for one, what depends on it
    is not there either, and nothing is compared.
    """
    lacking = [each for each in missing if each in project.settings.extensions]
    if lacking:
        yield Step("catalog", f"not compared: this server has no {', '.join(lacking)}", "not run"), None
        return
    made = without_partitions(catalog.since(before, applied))
    yield compare_catalog(project, made, update)
    for name in project.settings.documents:
        yield compare_document(project, name, applied, update)


def without_partitions(whole: Catalog) -> Catalog:
    """Partitions come and go with the calendar, so a record that held them would be stale next month."""
    return replace(whole, tables=tuple(each for each in whole.tables if each.partition_of is None))


def compare_catalog(project: Project, made: Catalog, update: bool) -> Result:
    """The recorded catalog; another major version of PostgreSQL is compared by what both can say."""
    path = project.recorded_catalog
    if update:
        path.write_text(catalog.to_json(made), "utf-8")
        return Step("catalog", f"catalog recorded in {path.name}"), None
    if not path.exists():
        return Step(
            "catalog", f"no {path.name} to compare with; pgproof check --update writes it", "not run"
        ), None
    differences = catalog.diff(read(path), made)
    if not differences:
        return Step("catalog", f"catalog equals {path.name}"), None
    return Step("catalog", f"catalog equals {path.name}", "failed"), Finding(
        rule="catalog-differs",
        subject=project.name,
        expected=f"the catalog recorded in {path.name}",
        observed=judge.listed(differences),
        remedy="if the change is meant, record it: pgproof check --update",
        path=path,
    )


def read(path: Path) -> Catalog:
    """Read a recorded catalog. Raises ``UsageError`` if the file is not one."""
    try:
        return catalog.from_json(path.read_text("utf-8"))
    except UsageError as error:
        raise UsageError(f"{path}: {error}: pgproof check --update") from error


def compare_document(project: Project, name: str, applied: Catalog, update: bool) -> Result:
    """One generated document."""
    path = project.root / name
    text = render(project, name, applied)
    if update:
        path.write_text(text, "utf-8")
        return Step("document", f"{name} written"), None
    recorded = project.recorded_catalog
    if recorded.exists() and read(recorded).version_num // 10000 != applied.version_num // 10000:
        return Step("document", f"{name} was made on another major version of PostgreSQL", "not run"), None
    if path.exists() and path.read_text("utf-8") == text:
        return Step("document", f"{name} says what the catalog says"), None
    return Step("document", f"{name} says what the catalog says", "failed"), Finding(
        rule="document-stale",
        subject=f"{name} of {project.name}",
        expected="the document that the catalog gives",
        observed="another text" if path.exists() else "no such file",
        remedy="write it anew: pgproof check --update",
        path=path,
    )


def render(project: Project, name: str, applied: Catalog) -> str:
    """The text of a document. Raises ``UsageError`` for a kind that nobody can generate."""
    if name.endswith(".ts"):
        return documents.typescript(applied)
    if name.endswith(".md"):
        page = documents.schema_documentation(applied, project.name)
        return f"{page.rstrip()}\n\n## Diagram\n\n```mermaid\n{documents.entity_diagram(applied).rstrip()}\n```\n"
    raise UsageError(
        f"{project.settings.source}: cannot generate {name!r}; expected *.md or *.ts in `documents`"
    )
