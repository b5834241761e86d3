"""Each attribute of the model, changed alone by DDL, is exactly one difference; and none is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from pgproof.catalog import cluster, diff, diff_roles, objects, parts, read, read_roles, relations
from pgproof.catalog.marks import names_of, role

from . import (
    cases_columns,
    cases_constraints,
    cases_database,
    cases_indexes,
    cases_objects,
    cases_relations,
    cases_roles,
    cases_routines,
    cases_triggers,
)
from .case import Case

CASES = [
    *cases_columns.CASES,
    *cases_relations.CASES,
    *cases_indexes.CASES,
    *cases_constraints.CASES,
    *cases_triggers.CASES,
    *cases_routines.CASES,
    *cases_objects.CASES,
    *cases_database.CASES,
]
OF_ROLES = cases_roles.CASES


def named(cases: list[Case]) -> list[Any]:
    return [pytest.param(case, id=f"{case.about}-{number}") for number, case in enumerate(cases)]


def needs_version(pg: Any, case: Case) -> None:
    if pg.info.server_version < case.since:
        pytest.skip(f"only PostgreSQL {case.since // 10000} and later can do this")


@pytest.mark.parametrize("case", named(CASES))
def test_a_changed_attribute_is_exactly_one_difference(pg, catalog, case):
    needs_version(pg, case)
    before = catalog
    if case.setup:
        pg.execute(case.setup)
        before = read(pg)
    pg.execute(case.change)
    assert [str(difference) for difference in diff(before, read(pg))] == [case.line]


@pytest.mark.parametrize("case", named(OF_ROLES))
def test_a_changed_role_is_exactly_one_difference(pg, case):
    needs_version(pg, case)
    pg.execute(case.setup or "select")
    before = read_roles(pg)
    pg.execute(case.change)
    assert [str(difference) for difference in diff_roles(before, read_roles(pg))] == [case.line]


def model_classes() -> Iterator[type]:
    for module in (parts, relations, objects, cluster):
        for value in vars(module).values():
            if is_dataclass(value) and value.__module__ == module.__name__:
                yield value


def own_fields(kind: type) -> Iterator[str]:
    """The fields that a class adds to those it inherits."""
    inherited = {field.name for base in kind.__mro__[1:] if is_dataclass(base) for field in fields(base)}
    return (field.name for field in fields(kind) if field.name not in inherited)


def test_every_attribute_has_a_case():
    covered = {case.about for case in [*CASES, *OF_ROLES]}
    compared = {
        f"{kind.__name__}.{name}"
        for kind in model_classes()
        for name in own_fields(kind)
        if name in names_of(kind, "attribute") + names_of(kind, "summary")
    }
    assert sorted(compared - covered) == []


def test_every_kind_of_object_has_a_case_in_which_it_comes_or_goes():
    covered = {case.about for case in [*CASES, *OF_ROLES]}
    kept_by_name = {kind.__name__ for kind in model_classes() if names_of(kind, "key")}
    assert sorted(kept_by_name - covered - {"Relation", "SchemaObject"}) == []


def test_every_case_is_about_something_in_the_model():
    known = {kind.__name__ for kind in model_classes()}
    known |= {f"{kind.__name__}.{field.name}" for kind in model_classes() for field in fields(kind)}
    assert sorted({case.about for case in [*CASES, *OF_ROLES]} - known) == []


def test_every_field_has_a_role():
    roles = {role(field) for kind in model_classes() for field in fields(kind)}
    assert roles == {"key", "parts", "derived", "summary", "attribute"}
