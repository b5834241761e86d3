"""CHECKs that the solver gave up on: believable values are put to the server, and what passes is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pgproof.rows.checks.conditions import Ask
from pgproof.rows.checks.scope import scope_of
from pgproof.rows.checks.solve import condition_of
from pgproof.rows.checks.solved import Cell, Group, Option, Pool
from pgproof.rows.model.tables import TableModel
from pgproof.rows.population.world import Block, Maker
from pgproof.rows.values.encode import texts


def rescued(table: TableModel, group: Group, makers: Mapping[str, Maker], ask: Ask, block: Block) -> Group:
    """``group`` with an option of what the server accepted, or as it was if it accepted nothing.

    ``makers`` make the values to try, ``block`` has the rows. If everything passes, nothing is taken away from the columns.
    """
    columns = [column for column in group.columns if column in makers]
    checks = [check for check in table.checks if check.name in group.checks]
    if len(columns) != len(group.columns) or not checks:
        return group
    scope = scope_of(table)
    rows = _believable(columns, makers, block)
    answers = ask([condition_of(table, check, scope).sql for check in checks], rows)
    passed = [
        row for row, answer in zip(rows, answers, strict=True) if all(a in (True, None) for a in answer)
    ]
    if not passed:
        return group
    cells = tuple(_cell(table, column) for column in columns)
    learned = f"{len(passed)} of {len(rows)} believable values pass on the server"
    if len(passed) == len(rows):
        return replace(group, options=(Option(cells),), complete=False, trouble="", learned=learned)
    pool = Pool(tuple(columns), tuple(tuple(row[column] for column in columns) for row in passed))
    return replace(
        group, options=(Option(cells, pools=(pool,)),), complete=False, trouble="", learned=learned
    )


def _believable(columns: Sequence[str], makers: Mapping[str, Maker], block: Block) -> list[dict[str, Any]]:
    drawn = {column: texts(makers[column](block)) for column in columns}
    return [{column: drawn[column][number] for column in columns} for number in range(len(block))]


def _cell(table: TableModel, column: str) -> Cell:
    model = table.column(column)
    return Cell(column, model.space, "allowed" if model.nullable else "forbidden")
