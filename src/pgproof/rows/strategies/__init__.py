"""Hypothesis strategies for rows of any schema: valid ones, whole populations, and exact violations.

>>> from pgproof.rows import strategies  # strategies.rows(catalog, "public.messages") and so on
"""

from pgproof.rows.plan.privileges import Writer, writer_of
from pgproof.rows.strategies.insert import disable_triggers, insert, insert_population
from pgproof.rows.strategies.plan import Row, SchemaPlan, TablePlan
from pgproof.rows.strategies.population import Population
from pgproof.rows.strategies.public import plan_of, populations, rows, violating
from pgproof.rows.strategies.violating import Unviolable
from pgproof.rows.strategies.violating_rows import Violation

__all__ = [
    "Population",
    "Row",
    "SchemaPlan",
    "TablePlan",
    "Unviolable",
    "Violation",
    "Writer",
    "disable_triggers",
    "insert",
    "insert_population",
    "plan_of",
    "populations",
    "rows",
    "violating",
    "writer_of",
]
