"""What was measured -> the entries of ``access.lock``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from pgproof.access.actors.kinds import bind
from pgproof.access.contract.model import COMMANDS, SERVICE, Contract
from pgproof.access.measuring.lock import BESIDE, CALL, NO, NONE, Entry, worded
from pgproof.access.measuring.measure import Measured, Measurement, measure
from pgproof.access.measuring.rule import Rule
from pgproof.access.measuring.rules import Vocabulary, simplest
from pgproof.access.measuring.trials import Trial
from pgproof.catalog import Catalog
from pgproof.database import Connection, sql


def measured_lock(
    connection: Connection, contract: Contract, catalog: Catalog, progress: Callable[[str], None]
) -> tuple[Entry, ...]:
    """Measure what the contract's actors can do, and say it in the words of the lock.

    The database is one that ``suite.run`` has been at. Raises ``UsageError`` where the contract is at fault.
    """
    found = measure(connection, contract, catalog, progress)
    words = Vocabulary(catalog, found.rows, value_names(found.cells))
    changing = {
        (each.relation, each.actor) for each in found.cells if each.command == "update" and done(each)
    }
    cells = [
        _entry(connection, contract, words, each)
        if each.command != "becomes" or (each.relation, each.actor) in changing
        else Entry(each.relation, each.command, each.actor, NONE)
        for each in found.cells
    ]
    return (*cells, *_beside(found), *_calls(found))


def value_names(cells: Sequence[Measured]) -> tuple[str, ...]:
    """The names of the values that actors bring, as their queries give them."""
    return tuple(dict.fromkeys(name for cell in cells for trial in cell.trials for name in trial.values))


def done(cell: Measured) -> bool:
    """Whether any row was reached."""
    return any(each.done for each in cell.trials)


def _entry(connection: Connection, contract: Contract, words: Vocabulary, cell: Measured) -> Entry:
    counted = Counter(each.done for each in cell.trials)
    text, own = "", False
    if len(counted) == 2:
        rule = rule_for(words, cell)
        said = "" if rule and rule.own else said_by_contract(connection, contract, cell)
        text = said or (rule.text if rule else "")
        own = ":" in said if said else bool(rule and rule.own)
    columns = cell.columns if counted[True] else None
    return Entry(cell.relation, cell.command, cell.actor, worded(counted, text, own, columns))


def rule_for(words: Vocabulary, cell: Measured) -> Rule | None:
    """The simplest rule that fits what was measured."""
    tried = [(each.content, each.values, each.done) for each in cell.trials]
    tried.sort(key=lambda each: not each[2])  # a wrong rule fails at the first row that was reached
    return simplest(words.rules(cell.relation, tried), tried)


def said_by_contract(connection: Connection, contract: Contract, cell: Measured) -> str:
    """A condition of the contract on this relation that fits what was measured; empty if none does."""
    for command in dict.fromkeys((cell.command, *COMMANDS)):
        condition = contract.cell(cell.relation, command, cell.actor).condition
        if condition and all(
            each.done == holds(connection, contract, cell.relation, condition, each) for each in cell.trials
        ):
            return condition
    return ""


def holds(connection: Connection, contract: Contract, relation: str, condition: str, trial: Trial) -> bool:
    """Whether a superuser finds a condition true of a row, which need not be there."""
    query = sql.SQL("select ({}) is true from jsonb_populate_record(null::{}, %s::jsonb) as t").format(
        bind(condition, trial.values, str(contract.path)), sql.SQL(relation)
    )
    row = connection.execute(query, (json.dumps(trial.content),)).fetchone()
    return bool(row and row[0])


def _beside(found: Measurement) -> Iterator[Entry]:
    for (label, actor), privileges in sorted(found.held.items()):
        if privileges and actor != SERVICE:
            yield Entry(label, BESIDE, actor, ", ".join(privileges))


def _calls(found: Measurement) -> Iterator[Entry]:
    for each in found.calls:
        yield Entry(each.routine.signature, CALL, each.actor, "yes" if each.could else NO)
