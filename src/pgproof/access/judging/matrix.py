"""The measured matrix: per relation, command and kind of actor, what the contract says and what became of it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pgproof.access.contract.model import COMMANDS, Cell, Command, Contract

CellVerdict = Literal["ok", "leak", "locked-out", "error", "not-exercised"]
WORST: tuple[CellVerdict, ...] = ("leak", "locked-out", "error", "not-exercised", "ok")


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One cell: ``condition`` is what the contract allows (empty: nothing), ``attempts`` how often it was tried."""

    relation: str
    command: Command
    actor: str
    condition: str
    verdict: CellVerdict
    attempts: int
    line: int = 0


Place = tuple[str, Command, str]


def matrix_of(
    contract: Contract,
    relations: Iterable[str],
    tried: Counter[Place],
    verdicts: Iterable[tuple[Place, CellVerdict]],
) -> tuple[MatrixCell, ...]:
    """Every cell of ``relations``, in order; where several verdicts were given, the worst of them."""
    worst: dict[Place, CellVerdict] = {}
    for place, verdict in verdicts:
        worst[place] = min(worst.get(place, "ok"), verdict, key=WORST.index)
    return tuple(
        _cell(contract.cell(relation, command, kind.name), tried, worst)
        for relation in relations
        for command in COMMANDS
        for kind in contract.actors
    )


def _cell(cell: Cell, tried: Counter[Place], worst: dict[Place, CellVerdict]) -> MatrixCell:
    place = (cell.relation, cell.command, cell.actor)
    verdict = worst.get(place, "ok" if tried[place] else "not-exercised")
    return MatrixCell(*place, cell.condition, verdict, tried[place], cell.line)
