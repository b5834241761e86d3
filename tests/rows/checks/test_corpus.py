"""Every CHECK of the corpus: what is solved is accepted, what is broken is refused; PostgreSQL is the judge."""

from __future__ import annotations

from random import Random

import psycopg
import pytest

from pgproof import catalog
from pgproof.rows.checks.learn import asker
from pgproof.rows.checks.pick import NoValue, Picker
from pgproof.rows.checks.solve import solve
from pgproof.rows.model.tables import TableName
from pgproof.rows.plan.build import build
from pgproof.rows.strategies.insert import insert
from pgproof.rows.strategies.plan import SchemaPlan
from pgproof.rows.strategies.row import RowMaker
from pgproof.rows.strategies.violating import Unviolable, breach_of, rules_of
from pgproof.rows.strategies.violating_rows import make_violation

TABLES = ("numbers", "texts", "times", "documents", "Odd Names")


@pytest.fixture(scope="module")
def plans(pg_workbench, _pgproof_harness):
    with _pgproof_harness.transaction(pg_workbench) as connection:
        connection.execute("set local search_path = ''")
        schema = SchemaPlan(catalog.read(connection), connection)
        for name in TABLES:
            schema.plan(TableName("corpus", name))
        return schema


def picker(seed, *, awkward=False):
    source = Random(seed)
    return Picker((lambda _: 0) if seed == 0 else (lambda n: source.randrange(n)), awkward)


@pytest.mark.parametrize("name", TABLES)
def test_every_check_is_solved_and_none_is_given_up_on(pg, name):
    table = build(catalog.read(pg)).table(TableName("corpus", name))
    solution = solve(table, asker(pg, table))
    assert [group.trouble for group in solution.groups if group.trouble] == []
    assert {check for group in solution.groups for check in group.checks} == {c.name for c in table.checks}


@pytest.mark.parametrize("awkward", [False, True])
@pytest.mark.parametrize("name", TABLES)
def test_rows_of_every_option_are_accepted(pg, plans, name, awkward):
    plan = plans.plan(TableName("corpus", name))
    table = f'corpus."{name}"'
    made = 0
    for seed in range(40):
        try:
            row = RowMaker(plan, picker(seed, awkward=awkward)).row({})
        except NoValue:
            continue
        with pg.transaction(force_rollback=True):
            insert(pg, plans, table, row)
        made += 1
    assert made > 30


@pytest.mark.parametrize("name", TABLES)
def test_every_rule_is_broken_alone(pg, plans, name):
    plan = plans.plan(TableName("corpus", name))
    table = f'corpus."{name}"'
    for rule in rules_of(plan.table):
        breach = breach_of(plan, rule)
        assert not isinstance(breach, Unviolable), str(breach)
        violation = make_violation(plans, plan.table.name, breach, picker(0))
        with pytest.raises(psycopg.Error) as refused, pg.transaction(force_rollback=True):
            for row in violation.before.rows.get(str(plan.table.name), []):
                insert(pg, plans, table, row)
            insert(pg, plans, table, violation.row)
        told = refused.value.diag
        named = told.constraint_name or told.column_name or f"{told.schema_name}.{told.datatype_name}"
        of_domain = plan.table.column(rule.columns[0]).space.type_name if rule.kind == "not null" else ""
        assert refused.value.sqlstate == rule.sqlstate, rule
        assert named in (rule.name, of_domain), rule
