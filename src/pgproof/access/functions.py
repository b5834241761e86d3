"""Which actor may call which function: every function in an exposed schema, called for real with nulls."""

from __future__ import annotations

from collections.abc import Iterator

from pgproof.access.actors import Actor
from pgproof.access.attempts import Attempt
from pgproof.access.contract import Contract
from pgproof.catalog import Catalog
from pgproof.catalog.objects import Routine
from pgproof.database import sql

DENIED = "permission denied for "


def callable_routines(catalog: Catalog, contract: Contract) -> list[Routine]:
    """Functions and procedures that the API would offer: no trigger functions, none of an extension."""
    found = [
        each
        for each in catalog.routines
        if each.schema in contract.exposed
        and each.extension is None
        and each.kind in ("function", "procedure")
        and (each.returns is None or each.returns.name not in ("trigger", "event_trigger"))
    ]
    return sorted(found, key=lambda each: each.signature)


def calls(routine: Routine, actors: tuple[Actor, ...]) -> Iterator[Attempt]:
    """One call per actor, with a null for every argument."""
    nulls = sql.SQL(", ").join(sql.SQL(f"null::{each.type}") for each in routine.inputs)
    name = sql.Identifier(routine.schema, routine.name)
    form = "call {}({})" if routine.kind == "procedure" else "select count(*) from (select {}({})) as called"
    statement = sql.SQL(form).format(name, nulls)
    for actor in actors:
        yield Attempt(
            actor, f"{routine.schema}.{routine.name}", "select", "one row", sql.Composed([statement])
        )


def was_called(sqlstate: str, message: str, routine: Routine) -> bool:
    """Whether the function itself was entered: an error that it raised itself counts, a missing privilege on it does not."""
    kinds = (
        f"{DENIED}function {routine.name}",
        f"{DENIED}procedure {routine.name}",
        f"{DENIED}schema {routine.schema}",
    )
    return not (sqlstate == "42501" and message in kinds)
