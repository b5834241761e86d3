"""The solver of CHECKs, each table solved once per run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from pgproof.database import Connection
from pgproof.rows.checks.learn import asker
from pgproof.rows.checks.solve import solve
from pgproof.rows.checks.solved import Solution
from pgproof.rows.checks.sums import Present
from pgproof.rows.model.tables import TableModel

YEARS = 10  # how long rows stay valid where a CHECK compares with the present


def solver(until: int, connection: Connection | None = None) -> Callable[[TableModel], Solution]:
    """A function that solves tables and remembers what it found.

    ``until`` is the second in which the rows end: the present is taken to be that or later. what cannot
    be computed is put to the server of ``connection``.
    """
    known: dict[TableModel, Solution] = {}
    end = datetime.fromtimestamp(until, timezone.utc)
    present = Present(str(end), str(end + timedelta(days=365 * YEARS)))

    def remembered(table: TableModel) -> Solution:
        if table not in known:
            ask = asker(connection, table) if connection else None
            known[table] = solve(table, ask, present)
        return known[table]

    return remembered
