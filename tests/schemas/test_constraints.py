"""Every constraint of every table, as the catalog lists them; nothing here is written for a table."""

from __future__ import annotations

import pytest

from pgproof import catalog
from pgproof.errors import UsageError
from pgproof.rows.strategies import violating

from .constraints.checks import check_rule
from .constraints.implied import IMPLIED
from .constraints.rules import PROJECTS, RECORDED, SQL, all_rules, rules_of
from .constraints.trial import Trial

IMPLIED_RULES = {(project, name) for project, reasons in IMPLIED.items() for name in reasons}
RULES = [(project, rule) for project, rule in all_rules() if (project, str(rule)) not in IMPLIED_RULES]


def rule_id(value):
    return value if isinstance(value, str) else f"{value}-{value.kind}".replace(" ", "_")


@pytest.fixture(scope="module")
def pg_project(request):
    return SQL / request.param


@pytest.mark.parametrize(("pg_project", "rule"), RULES, indirect=["pg_project"], ids=rule_id)
def test_a_row_satisfies_it_rows_are_on_its_boundary_and_a_row_violates_exactly_it(
    pg, plan, pg_project, rule
):
    if rule.name == "embedding" and "embedding" not in plan.catalog.table(rule.table).columns_by_name:
        pytest.skip("this server has no pgvector, so memories have no embeddings")
    check_rule(Trial(pg, plan), pg_project.name, rule)


@pytest.mark.parametrize("pg_project", PROJECTS, indirect=True)
def test_nothing_that_the_database_holds_rows_to_is_left_out(plan, pg_project):
    recorded = RECORDED[pg_project.name]
    for table in recorded.tables:
        found = {str(rule) for rule in rules_of(plan.catalog.table(table.qualified))}
        expected = {str(rule) for rule in rules_of(table)}
        without_vectors = {f"{table.qualified}.embedding"} - found
        assert found == expected - without_vectors
        for partition in plan.catalog.partitions(table.qualified):
            assert all(each.inherited or each.kind == "primary key" for each in partition.constraints)


@pytest.mark.parametrize(
    ("pg_project", "name"), sorted(IMPLIED_RULES), indirect=["pg_project"], ids=lambda value: value
)
def test_what_is_implied_cannot_be_violated_alone(plan, pg_project, name):
    (rule,) = (rule for project, rule in all_rules() if (project, str(rule)) == (pg_project.name, name))
    assert IMPLIED[pg_project.name][name].holds(plan.catalog, rule)
    with pytest.raises(UsageError, match="cannot be violated alone"):
        violating(plan, rule.table, rule.name)


def catalog_after(pg, change):
    pg.execute(change)
    return catalog.read(pg)


@pytest.mark.parametrize(
    ("pg_project", "name", "change"),
    [
        (
            "travel_booking",
            "public.trips.trips_user_id_id_key",
            "alter table public.trips drop constraint trips_pkey",
        ),
        (
            "sleep_prediction_cache",
            "public.predictions.predictions_child_id_fkey",
            "alter table public.sleep_contexts drop constraint sleep_contexts_child_id_fkey",
        ),
        (
            "ai_assistant",
            "public.conversations.conversations_tenant_id_fkey",
            "alter table public.conversations alter user_id drop not null",
        ),
        (
            "ai_assistant",
            "public.usage_metrics.total_tokens",
            "alter table public.usage_metrics alter prompt_tokens drop not null",
        ),
    ],
    indirect=["pg_project"],
)
def test_an_entry_that_can_be_violated_is_noticed(pg, pg_project, name, change):
    (rule,) = (rule for project, rule in all_rules() if (project, str(rule)) == (pg_project.name, name))
    reason = IMPLIED[pg_project.name][name]
    assert reason.holds(catalog.read(pg), rule)
    assert not reason.holds(catalog_after(pg, change), rule)


# Each makes one constraint weaker, stronger, or another one; the suite knows the schema as it was before.
MISTAKES = [
    ("travel_booking", "public.trips.trips_group_size_is_positive", "check (group_size >= 0)"),
    ("travel_booking", "public.trips.trips_group_size_is_positive", "check (group_size > 1)"),
    (
        "travel_booking",
        "public.booking_outcomes.booking_outcomes_rating_is_1_to_5",
        "check (rating between 0 and 5)",
    ),
    (
        "travel_booking",
        "public.booking_outcomes.booking_outcomes_rating_is_1_to_5",
        "check (rating between 1 and 6)",
    ),
    ("travel_booking", "public.trips.trips_end_is_after_start", "check (end_date >= start_date)"),
    ("dream_flow", "public.rituals.rituals_name_is_not_blank", "check (name <> '')"),
    ("ai_assistant", "public.feedback.feedback_rating_is_up_or_down", "check (rating in (-1, 0, 1))"),
    ("ai_assistant", "public.conversations.conversations_title_has_at_most_500_characters", None),
    ("ai_assistant", "public.tenants.tenants_slug_key", None),
    ("ai_assistant", "public.tenants.tenants_slug_key", "unique (slug, name)"),
    ("sleep_prediction_cache", "public.children.children_user_id_fkey", None),
    ("dream_flow", "public.sessions.sessions_pkey", None),
]


@pytest.mark.parametrize(("pg_project", "name", "instead"), MISTAKES, indirect=["pg_project"])
def test_it_turns_red_on_a_constraint_that_is_gone_or_another(pg, plan, pg_project, name, instead):
    (rule,) = (rule for project, rule in all_rules() if (project, str(rule)) == (pg_project.name, name))
    pg.execute(f"alter table {rule.table} drop constraint {rule.name} cascade")
    if instead is not None:
        pg.execute(f"alter table {rule.table} add constraint {rule.name} {instead}")
    with pytest.raises(AssertionError):
        check_rule(Trial(pg, plan), pg_project.name, rule)


@pytest.mark.parametrize("pg_project", ["ai_assistant"], indirect=True)
def test_it_turns_red_on_a_column_that_may_be_null(pg, plan, pg_project):
    (rule,) = (rule for _, rule in all_rules() if str(rule) == "public.tenants.slug")
    pg.execute("alter table public.tenants alter slug drop not null")
    with pytest.raises(AssertionError):
        check_rule(Trial(pg, plan), pg_project.name, rule)
