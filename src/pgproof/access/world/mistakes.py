"""What a contract says that the database has never heard of, and conditions that no row can ever meet."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from pgproof.access.actors.kinds import Actor, read_actors
from pgproof.access.contract.model import Cell, Contract
from pgproof.access.world.expect import condition_of
from pgproof.catalog import Catalog
from pgproof.catalog.model import Cluster
from pgproof.database import Connection, errors, sql
from pgproof.errors import UsageError
from pgproof.finding import Finding

NEVER = "One-Time Filter: false"


def refuse_unknown(contract: Contract, catalog: Catalog, cluster: Cluster) -> None:
    """Raise ``UsageError`` with file, line and what was expected for the first name that nothing bears."""
    for kind in contract.actors:
        _known(
            contract, kind.line or 1, f"role {kind.role} for {kind.name}", kind.role, cluster.roles_by_name
        )
    for cell in contract.cells.values():
        relation = catalog.relations_by_name.get(cell.relation)
        for column in cell.columns or () if relation else ():
            what = f"column {column} in {cell.relation}"
            _known(contract, cell.line, what, column, relation.columns_by_name if relation else ())
    routines = {f"{each.schema}.{each.name}" for each in catalog.routines if each.extension is None}
    offered = {each for each in routines if each.split(".")[0] in contract.exposed}
    for rule in contract.functions.values():
        if rule.name not in routines:
            _known(contract, rule.line, f"function {rule.name}", rule.name, offered)
        for _, label in rule.touches:
            tables = [each.qualified for each in catalog.tables if each.schema in contract.exposed]
            if label not in catalog.relations_by_name:
                _known(contract, rule.line, f"relation {label}", label, tables)


def without_unknown(contract: Contract, catalog: Catalog) -> tuple[Contract, tuple[str, ...]]:
    """The contract without what the catalog lacks, and the names of that.

    For a server that lacks an extension: what needs it does not exist there, and is no mistake of the contract.
    """
    relations = catalog.relations_by_name
    routines = {f"{each.schema}.{each.name}" for each in catalog.routines if each.extension is None}
    cells = {key: cell for key, cell in contract.cells.items() if cell.relation in relations}
    for key, cell in cells.items():
        if cell.columns is not None:
            kept = tuple(each for each in cell.columns if each in relations[cell.relation].columns_by_name)
            cells[key] = replace(cell, columns=kept)
    lacking = (*(set(contract.relations) - set(relations)), *(set(contract.functions) - routines))
    known = replace(
        contract,
        cells=cells,
        relations={name: line for name, line in contract.relations.items() if name in relations},
        functions={name: rule for name, rule in contract.functions.items() if name in routines},
    )
    return known, tuple(sorted(lacking))


def _known(contract: Contract, line: int, what: str, name: str, expected: Collection[str]) -> None:
    if name not in expected:
        offered = ", ".join(sorted(expected)) or "none"
        raise UsageError(f"{contract.path}:{line}: there is no {what}; expected one of {offered}")


def never_true_findings(connection: Connection, contract: Contract, catalog: Catalog) -> Iterator[Finding]:
    """Conditions that contradict themselves, or what the table's own constraints say, whoever asks.

    PostgreSQL's planner refutes them (https://www.postgresql.org/docs/current/runtime-config-query.html,
    ``constraint_exclusion``) and plans to look at no row at all.
    """
    actors = read_actors(connection, contract)
    for cell in contract.cells.values():
        own = [each for each in actors if each.kind == cell.actor]
        known = cell.condition and cell.relation in catalog.relations_by_name
        if known and own and all(never(connection, contract, cell, actor) for actor in own):
            yield Finding(
                "never-true",
                f"{cell.command} by {cell.actor} on {cell.relation}",
                "a condition that some row can meet; no line at all where nothing is allowed",
                f"no row can ever meet {cell.condition!r}",
                "correct the condition, or take the line out",
                path=contract.path,
                line=cell.line,
            )


def never(connection: Connection, contract: Contract, cell: Cell, actor: Actor) -> bool:
    """Whether the planner sees that a condition excludes every row, for one actor."""
    query = sql.SQL("explain (costs off) select from {} as t where ({})").format(
        sql.SQL(cell.relation), condition_of(contract, cell, actor)
    )
    try:
        with connection.transaction(force_rollback=True):
            connection.execute("set local constraint_exclusion = on")
            plan = [line for (line,) in connection.execute(query).fetchall()]
    except errors.Error:
        return False  # what does not run is complained of where it is first asked
    return says_never(plan)


def says_never(plan: Sequence[str]) -> bool:
    """Whether the topmost node of a plan lets nothing through; one further down may belong to a subquery."""
    top = next((number for number, line in enumerate(plan) if "->" in line or "SubPlan" in line), len(plan))
    return plan[0].startswith("Result") and any(NEVER in line for line in plan[:top])
