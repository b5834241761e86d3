from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.rows.conftest import ROOT
from tests.rows.tables import name, table

from pgproof.errors import UsageError
from pgproof.rows.model.tables import SchemaModel, TableName
from pgproof.rows.plan.overrides import override_names, read_overrides
from pgproof.rows.plan.platform import usual_columns

MODEL = SchemaModel((table("users", "id", "plan: text", "tenant_id"),))


def test_settings_are_read_by_table_and_column() -> None:
    found = read_overrides(
        {
            "locale": "ar_SA",
            "until": date(2025, 6, 1),
            "public.users": {
                "rows": 1000,
                "plan": {"values": ["free", "paid"], "weights": [9, 1], "null": 0.5},
            },
        },
        MODEL,
    )
    plan = found.column(name("users"), "plan")
    assert found.locale == "ar_SA"
    assert found.rows == {name("users"): 1000}
    assert (plan.values, plan.weights, plan.null) == (("free", "paid"), (9.0, 1.0), 0.5)
    assert found.column(name("users"), "tenant_id").values is None


def test_a_ratio_belongs_to_its_column() -> None:
    assert read_overrides({"users": {"tenant_id": {"ratio": 3}}}, MODEL).ratios() == {
        (name("users"), "tenant_id"): 3
    }


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"colour": 1}, r"\[rows\]: unknown setting 'colour'; known are locale, scale, seed, until"),
        ({"seed": "x"}, r"\[rows\]: seed is 'x'; expected int"),
        ({"seed": True}, r"seed is True; expected int"),
        ({"nobody": {"rows": 1}}, "there is no table 'nobody'"),
        ({"users": {"age": {}}}, r"public.users has no column 'age'; it has id, plan, tenant_id"),
        ({"users": {"rows": -1}}, r'\[rows."users"\]: rows = -1; expected rows = a number'),
        (
            {"users": {"plan": {"valeus": []}}},
            r'\[rows."users".plan\]: unknown setting .valeus.; known are .*values',
        ),
        (
            {"users": {"plan": {"values": ["a"], "weights": [1, 2]}}},
            r"weights are \[1, 2\]; expected one number .* 1",
        ),
        ({"users": {"plan": {"null": 3}}}, "null is 3; expected a share between 0 and 1"),
        (
            {"users": {"plan": {"distribution": "odd"}}},
            "distribution is 'odd'; expected one of uniform, skewed",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_overrides(settings, MODEL)


COLUMNS = (
    "id",
    "instance_id: uuid",
    "aud: text",
    "role: text",
    "raw_app_meta_data: text",
    "is_super_admin: boolean",
)
AUTH = replace(table("users", *COLUMNS), name=TableName("auth", "users"))


def test_users_of_the_platform_are_as_supabase_makes_them() -> None:
    usual = usual_columns(SchemaModel((AUTH,)))
    assert usual[AUTH.name, "role"].values == ("authenticated",)
    assert (AUTH.name, "is_anonymous") not in usual  # this version of the platform has no such column


def test_a_table_of_the_same_name_is_somebodys_own() -> None:
    assert usual_columns(SchemaModel((replace(AUTH, columns=AUTH.columns[:3]),))) == {}
    assert usual_columns(SchemaModel((replace(AUTH, name=name("users")),))) == {}


def test_the_readme_shows_every_setting_of_a_column() -> None:
    shown = set(re.findall(r"\b(\w+) = ", (ROOT / "README.md").read_text("utf-8")))
    assert [setting for setting in override_names() if setting not in shown] == []
