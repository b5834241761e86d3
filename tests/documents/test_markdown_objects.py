"""Functions, views and jobs in the schema documentation."""

from __future__ import annotations

import pytest

from catalog.values import column, grant
from pgproof.catalog.model import Job, Routine, View

from .shapes import page


def routine(**fields):
    values = {"kind": "function", "language": "sql", "source": "", "input_types": "", "result": "integer"}
    return Routine(schema="public", name="f", owner="o", **{**values, **fields})


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (
            {},
            "A volatile function that returns `integer`, in sql. Runs as its caller. "
            "May be called by its owner only.",
        ),
        (
            {"volatility": "immutable", "grants": (grant("execute", "public"), grant("execute", "o"))},
            "An immutable function that returns `integer`, in sql. Runs as its caller. May be called by "
            "`public`.",
        ),
        (
            {"security_definer": True, "config": ('search_path=""',)},
            'Runs as its owner, `o`, with `search_path = ""`.',
        ),
        ({"kind": "procedure", "result": None}, "A volatile procedure, in sql."),
    ],
)
def test_a_function_says_as_whom_it_runs_and_who_may_call_it(fields, text):
    assert text in page(routines=(routine(**fields),))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ((), "Reads its tables with the rights of its owner, `o`."),
        (("security_invoker=true",), "Reads its tables with the rights of whoever reads it."),
    ],
)
def test_a_view_says_with_whose_rights_it_reads(options, text):
    view = View(
        schema="public",
        name="v",
        kind="view",
        owner="o",
        columns=(column("a"),),
        definition="",
        options=options,
    )
    assert text in page(views=(view,))
    assert "| `a` | `integer` |" in page(views=(view,))


def test_a_job_that_does_not_run_says_so():
    job = Job(
        name="nightly",
        schedule="0 3 * * *",
        command="select\n  1 | 2",
        database="d",
        username="o",
        active=False,
    )
    assert "| `nightly` | `0 3 * * *` | `select 1 \\| 2` | inactive |" in page(jobs=(job,))
