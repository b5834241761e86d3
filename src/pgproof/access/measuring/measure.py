"""What each kind of actor can do, whatever a contract says: a few attempts per relation, function and command.

The access suite holds attempts against conditions; this only looks. ``lock`` keeps what was seen in a file, ``draft``
makes a first contract of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pgproof.access.actors.kinds import Actor, read_actors
from pgproof.access.attempts.statements import Row
from pgproof.access.contract.model import SERVICE, Command, Contract
from pgproof.access.measuring.column_trials import changed, settings_of
from pgproof.access.measuring.measure_calls import Called, measure_calls
from pgproof.access.measuring.rules import Vocabulary
from pgproof.access.measuring.trials import (
    Place,
    Trial,
    deleted,
    inserted,
    looking_at,
    moved,
    read,
    states,
)
from pgproof.access.relations.held import Held, read_held
from pgproof.access.relations.subjects import root_of, subject_of
from pgproof.access.world.survey import deciding_columns, read_rows
from pgproof.catalog import Catalog
from pgproof.catalog.model import Table, View
from pgproof.database import Connection, errors


@dataclass(frozen=True, slots=True)
class Measured:
    """What a kind of actor could do to a relation by one command, row by row.

    ``columns`` are those that the role has the privilege on, None where that is every column.
    """

    relation: str
    command: Command
    actor: str
    trials: tuple[Trial, ...]
    columns: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Measurement:
    """Everything that was seen: cells, calls, privileges beside rows, and the rows that there were."""

    cells: tuple[Measured, ...]
    calls: tuple[Called, ...]
    held: Mapping[tuple[str, str], tuple[str, ...]]
    rows: Mapping[str, tuple[Row, ...]]


def measure(
    connection: Connection,
    contract: Contract,
    catalog: Catalog,
    progress: Callable[[str], None],
    *,
    everybody: bool = False,
) -> Measurement:
    """Try a little of everything as two actors of each kind, or ``everybody`` and a little more, on what the contract
    mentions.

    The database is disposable, has rows, and has ``perform.install`` behind it; it is left as it was.
    """
    acting = [each for each in read_actors(connection, contract) if each.kind != SERVICE]
    actors = acting if everybody else few(acting)
    held = read_held(connection, contract.exposed, sorted({each.role for each in actors}))
    places = [_place(connection, contract, each, actors) for each in _relations(catalog, contract)]
    if everybody:
        places = [replace(each, states=states(each.relation, each.rows)) for each in places]
    rows = {each.subject.label: each.rows for each in places}
    names = tuple(dict.fromkeys(name for each in actors for name in each.values))
    words = Vocabulary(catalog, rows, names)
    cells: list[Measured] = []
    for place in places:
        progress(f"measuring access: {place.subject.label}")
        for kind in dict.fromkeys(each.kind for each in actors):
            own = [each for each in actors if each.kind == kind]
            cells += _cells(connection, words, place, own, held[own[0].role])
    beside = {
        (place.subject.label, kind.name): held[kind.role].beside.get(place.subject.label, ())
        for place in places
        for kind in contract.actors
        if kind.role in held
    }
    watched = {each.subject.label: (each.subject, each.rows) for each in places}
    found = tuple(measure_calls(connection, contract, catalog, watched, actors))
    return Measurement(tuple(cells), found, beside, rows)


def few(actors: Sequence[Actor]) -> list[Actor]:
    """The first and the last of each kind: two are enough to tell one's own rows from everybody's."""
    kinds: dict[str, list[Actor]] = {}
    for each in actors:
        kinds.setdefault(each.kind, []).append(each)
    return [each for own in kinds.values() for each in (own[:1] if len(own) == 1 else [own[0], own[-1]])]


def _relations(catalog: Catalog, contract: Contract) -> list[Table | View]:
    known = catalog.relations_by_name
    return [
        known[name]
        for name in sorted(contract.relations)
        if name in known and root_of(catalog, known[name]) == name
    ]


def _place(
    connection: Connection, contract: Contract, relation: Table | View, actors: Sequence[Actor]
) -> Place:
    label = relation.qualified
    plain = subject_of(relation, (), label, contract.sources.get(label, ""))
    try:
        with connection.transaction(force_rollback=True):
            rows = read_rows(connection, plain)
    except errors.Error:
        rows = ()  # a view that needs somebody's claims shows a superuser nothing
    deciding = deciding_columns(contract, label, set(relation.columns_by_name))
    owning = owning_columns(relation, rows, actors)
    named = {*deciding, *owning}
    subject = subject_of(relation, tuple(sorted(named)), label, contract.sources.get(label, ""))
    place = Place(relation, subject, rows, looking_at(subject))
    return replace(place, settable=settings_of(connection, place, owning))


def owning_columns(relation: Table | View, rows: Sequence[Row], actors: Sequence[Actor]) -> list[str]:
    """The columns that make a row somebody's: foreign keys, and those in which a value of an actor stands."""
    keys = relation.foreign_keys if isinstance(relation, Table) else ()
    pointing = {column for key in keys for column in key.columns}
    values = {str(value) for actor in actors for value in actor.values.values() if _tells(value)}
    return [
        each.name
        for each in relation.columns
        if each.name in pointing or any(str(row.content.get(each.name)) in values for row in rows)
    ]


def _tells(value: Any) -> bool:
    """Whether a value is somebody's alone, unlike a flag or a null."""
    return value is not None and not isinstance(value, bool)


def _cells(
    connection: Connection, words: Vocabulary, place: Place, own: Sequence[Actor], held: Held
) -> Iterator[Measured]:
    kind, label = own[0].kind, place.subject.label
    seen = [trial for actor in own for trial in read(connection, place, actor, held)]
    yield Measured(label, "select", kind, tuple(seen), held.columns(label, "select", place.subject))
    if not isinstance(place.relation, Table) or not place.subject.is_table:
        return
    tried: dict[Command, list[Trial]] = {"insert": [], "update": [], "becomes": [], "delete": []}
    for actor in own:
        update = list(changed(connection, place, actor, held))
        tried["update"] += update
        tried["becomes"] += [Trial(each.values, row, done=True) for each in update for row in each.became]
        tried["becomes"] += moved(connection, place, actor, update)
        tried["delete"] += deleted(connection, words.catalog, place, actor)
        tried["insert"] += inserted(connection, place, actor, words, held)
    for command, trials in tried.items():
        limited = command in ("update", "insert")
        columns = held.columns(label, command, place.subject) if limited else None
        yield Measured(label, command, kind, tuple(trials), columns)
