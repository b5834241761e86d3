"""Which functions each kind of actor can call, and where a call changes rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pgproof.access.actors.kinds import Actor
from pgproof.access.attempts.functions import callable_routines, calls, was_called
from pgproof.access.attempts.perform import Outcome, perform
from pgproof.access.attempts.statements import Row
from pgproof.access.contract.model import Contract, FunctionRule
from pgproof.access.relations.subjects import Subject
from pgproof.access.relations.watch import behind_routine
from pgproof.catalog import Catalog
from pgproof.catalog.objects import Routine
from pgproof.database import Connection, sql


@dataclass(frozen=True, slots=True)
class Called:
    """Whether a kind of actor could call a function, and the relations in which a call changed rows."""

    routine: Routine
    actor: str
    could: bool
    changed: tuple[str, ...] = ()


def measure_calls(
    connection: Connection,
    contract: Contract,
    catalog: Catalog,
    subjects: Mapping[str, tuple[Subject, Sequence[Row]]],
    actors: Sequence[Actor],
) -> Iterator[Called]:
    """Every function that is offered, called by every kind of actor; ``subjects`` are the tables that are watched."""
    for routine in callable_routines(catalog, contract):
        name = f"{routine.schema}.{routine.name}"
        rule = FunctionRule(name, tries=contract.functions[name].tries if name in contract.functions else ())
        watched = {each: subjects[each] for each in behind_routine(catalog, routine) if each in subjects}
        observe = _observing(watched)
        for kind in dict.fromkeys(each.kind for each in actors):
            own = [each for each in actors if each.kind == kind]
            made = [
                attempt
                for actor in own
                for attempt in calls(routine, rule, actor, actors, observe, str(contract.path))
            ]
            done = [each for each in perform(connection, made) if was_called(each, routine)]
            yield Called(routine, kind, bool(done), _changed(done, watched))


def _observing(watched: Mapping[str, tuple[Subject, Sequence[Row]]]) -> sql.Composed | None:
    parts = [
        sql.SQL("{}, ({})").format(sql.Literal(label), subject.observing())
        for label, (subject, _) in sorted(watched.items())
        if subject.is_table
    ]
    return sql.SQL("select jsonb_build_object({})").format(sql.SQL(", ").join(parts)) if parts else None


def _changed(
    done: Sequence[Outcome], watched: Mapping[str, tuple[Subject, Sequence[Row]]]
) -> tuple[str, ...]:
    found = set()
    for label, (_, rows) in watched.items():
        before = {(row.key, row.place) for row in rows}
        seen = [each.observed[label] for each in done if each.ran and label in each.observed]
        if any({(each.key, each.place) for each in now} != before for now in seen):
            found.add(label)
    return tuple(sorted(found))
