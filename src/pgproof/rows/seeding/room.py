"""Whether there is room for what was planned, in the keys of a table and in memory, and what to say if not."""

from __future__ import annotations

from pgproof.rows.model.tables import TableName
from pgproof.rows.model.troubles import CannotFill
from pgproof.rows.plan.counts import Count
from pgproof.rows.plan.make import SeedPlan
from pgproof.rows.population.world import Population


def shortage(population: Population, asked: Count, rows: int, more: str) -> str:
    """What to say where only ``rows`` can be made, which follow from the rows of others.

    Raises ``CannotFill`` if somebody asked for more. ``more`` is " more" where there are some already.
    """
    name = population.model.name
    missing = " and ".join(sorted({str(target) for target in population.nobodys}))
    short = f"its keys have room for {rows:,}{more}"
    step = "ask for fewer, or for more rows of the tables that it refers to"
    if missing:
        short, step = f"there are no rows of {missing} to refer to", f"ask for some of {missing} too"
    if asked.firm:
        raise CannotFill(f"{name}: {asked.rows:,} rows are asked for, and {short}; {step}")
    so = "so none are made" if missing else f"not for {asked.rows:,}"
    return f"{name}: {short}{'' if missing else ' rows'}, and {so}"


def too_many(plan: SeedPlan) -> CannotFill:
    """What to raise where not even the parents of all rows can be kept in memory."""
    name: TableName = max(plan.counts, key=lambda each: plan.counts[each].rows)
    return CannotFill(
        f"{name}: there is not enough memory to plan {plan.counts[name].rows:,} rows at once; ask for fewer,"
        " and for as many again afterwards: the rows that are there then are kept clear of"
    )
