"""Views, functions, types, jobs and the rest of the schema documentation."""

from __future__ import annotations

from collections.abc import Iterable

from pgproof.catalog.model import (
    Catalog,
    CompositeType,
    DomainType,
    EnumType,
    Job,
    Publication,
    Routine,
    Schema,
    View,
)
from pgproof.documents.markdown_tables import columns, indexes, privileges, triggers
from pgproof.documents.markdown_text import block, cell, code, code_cell, joined, names, sentence, table


def view(item: View) -> str:
    """Everything about one view. Its query is in the migration that made it."""
    return joined(
        (
            f"### {item.qualified}\n",
            sentence(item.comment),
            _nature(item),
            columns(item),
            block("Indexes", indexes(item.indexes)),
            block("Triggers", triggers(item.triggers)),
            block("Privileges", privileges(item)),
        )
    )


def _nature(item: View) -> str:
    if item.materialized:
        return "Materialized: it shows what its tables held when it was last refreshed.\n"
    rights = "of whoever reads it" if item.security_invoker else f"of its owner, {code(item.owner)}"
    checked = " What is written through it must show in it." if item.check_option else ""
    return f"Reads its tables with the rights {rights}.{checked}\n"


def routine(item: Routine) -> str:
    """Everything about one function or procedure that a caller must know."""
    return joined(
        (
            f"### {item.signature}\n",
            sentence(item.comment),
            f"{_nature_of_routine(item)}\n",
            table(
                ("argument", "type", "mode", "default"),
                (
                    (
                        code(argument.name) if argument.name else "",
                        code_cell(str(argument.type)),
                        "" if argument.mode == "in" else argument.mode,
                        code_cell(argument.default),
                    )
                    for argument in item.arguments
                ),
            ),
        )
    )


def _nature_of_routine(item: Routine) -> str:
    result = f" that returns {code(item.result)}" if item.result else ""
    rights = f"its owner, {code(item.owner)}" if item.security_definer else "its caller"
    path = f", with {code(f'search_path = {item.search_path}')}" if item.search_path is not None else ""
    callers = sorted({grant.grantee for grant in item.grants} - {item.owner})
    called = f"May be called by {names(callers)}." if callers else "May be called by its owner only."
    article = "An" if item.volatility == "immutable" else "A"
    return (
        f"{article} {item.volatility} {item.kind}{result}, in {item.language}. "
        f"Runs as {rights}{path}. {called}"
    )


def types(catalog_types: Iterable[EnumType | DomainType | CompositeType]) -> str:
    """Enums, domains and composite types in one table."""
    return table(
        ("type", "kind", "values", "description"),
        ((code(item.qualified), *_values(item), cell(item.comment)) for item in catalog_types),
    )


def _values(item: EnumType | DomainType | CompositeType) -> tuple[str, str]:
    if isinstance(item, EnumType):
        return "enum", cell(names(item.labels))
    if isinstance(item, CompositeType):
        fields = (f"{attribute.name} {attribute.type}" for attribute in item.attributes)
        return "composite", cell(names(fields))
    checks = (c.expression for c in item.constraints if c.expression is not None)
    conditions = [str(item.base), *(["not null"] if item.not_null else []), *checks]
    return "domain", cell(names(conditions))


def jobs(items: Iterable[Job]) -> str:
    """What runs by itself."""
    return table(
        ("job", "schedule", "command", "state"),
        ((code(job.name), code_cell(job.schedule), code_cell(job.command), _state(job)) for job in items),
    )


def _state(job: Job) -> str:
    return "" if job.active else "inactive"


def publications(items: Iterable[Publication], catalog: Catalog, tables: Iterable[str]) -> str:
    """Which of the tables are published."""
    wanted = tuple(tables)
    rows = (
        (code(item.name), names(t for t in wanted if item in catalog.publications_of(t)), cell(item.comment))
        for item in items
    )
    return table(("publication", "tables", "description"), (row for row in rows if row[1]))


def schemas(items: Iterable[Schema]) -> str:
    """The schemas and who may use them."""
    return table(
        ("schema", "may be used by", "description"),
        (
            (
                code(item.name),
                names(sorted({g.grantee for g in item.grants if g.privilege == "usage"} - {item.owner})),
                cell(item.comment),
            )
            for item in items
        ),
    )
