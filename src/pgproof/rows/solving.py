"""The solver of CHECKs, each table solved once per run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from pgproof.rows.model import TableModel
from pgproof.rows.solve import solve
from pgproof.rows.solve_conditions import Ask
from pgproof.rows.solve_sums import Present
from pgproof.rows.solved import Solution


YEARS = 10  # how long rows stay valid where a CHECK compares with the present


def solver(until: int, ask: Ask | None = None) -> Callable[[TableModel], Solution]:
    """A function that solves tables and remembers what it found.

    ``until`` is the second in which the rows end: the present is taken to be that or later. ``ask`` puts to a
    server what cannot be computed.
    """
    known: dict[TableModel, Solution] = {}
    end = datetime.fromtimestamp(until, timezone.utc)
    present = Present(str(end), str(end + timedelta(days=365 * YEARS)))

    def remembered(table: TableModel) -> Solution:
        if table not in known:
            known[table] = solve(table, ask, present)
        return known[table]

    return remembered
