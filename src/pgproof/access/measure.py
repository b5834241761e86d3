"""What each kind of actor can do, whatever a contract says: a few attempts per relation, function and command.

The access suite holds attempts against conditions; this only looks. ``lock`` keeps what was seen in a file, ``draft``
makes a first contract of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pgproof.access import attempts
from pgproof.access.actors import Actor, read_actors
from pgproof.access.attempts import Attempt, Row
from pgproof.access.candidates import candidates, spread
from pgproof.access.contract import SERVICE, Command, Contract
from pgproof.access.held import Held, read_held
from pgproof.access.measure_calls import Called, measure_calls
from pgproof.access.perform import Outcome, canonical, perform
from pgproof.access.rules import Rule, Vocabulary
from pgproof.access.subjects import Subject, root_of, subject_of
from pgproof.access.survey import CONSTANTS, deciding_columns, free_keys, read_rows, unblocking
from pgproof.catalog import Catalog
from pgproof.catalog.model import Table, View
from pgproof.database import Connection, errors, sql

OWN, BASES, VALUES = 2, 3, 4  # rows that are moved, rows that are copied, owners that a row is given
COLUMNS = 6  # columns that are set
SUPERUSER = Actor("superuser", "superuser", "none", "", {})


@dataclass(frozen=True, slots=True)
class Trial:
    """One row that an actor with ``values`` reached, made, or did not: ``content`` is the row."""

    values: Mapping[str, Any]
    content: Mapping[str, Any]
    done: bool


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


@dataclass(frozen=True)
class Place:
    """A relation while it is measured; ``looking`` is what a superuser asks afterwards, the same each time."""

    relation: Table | View
    subject: Subject
    rows: tuple[Row, ...]
    looking: sql.Composed
    settable: Sequence[tuple[str, sql.Composable]] = ()


def measure(
    connection: Connection,
    contract: Contract,
    catalog: Catalog,
    progress: Callable[[str], None],
    *,
    everybody: bool = False,
) -> Measurement:
    """Try a little of everything as two actors of each kind, or ``everybody``, on what the contract mentions.

    The database is disposable, has rows, and has ``perform.install`` behind it; it is left as it was.
    """
    acting = [each for each in read_actors(connection, contract) if each.kind != SERVICE]
    actors = acting if everybody else few(acting)
    held = read_held(connection, contract.exposed, sorted({each.role for each in actors}))
    places = [_place(connection, contract, each, actors) for each in _relations(catalog, contract)]
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
    return Place(relation, subject, rows, _looking(subject), _settable(connection, subject, owning))


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
    read = [trial for actor in own for trial in _read(connection, place, actor, held)]
    yield Measured(label, "select", kind, tuple(read), held.columns(label, "select", place.subject))
    if not isinstance(place.relation, Table) or not place.subject.is_table:
        return
    tried: dict[Command, list[Trial]] = {"insert": [], "update": [], "becomes": [], "delete": []}
    for actor in own:
        update = list(_changed(connection, place, actor, held))
        tried["update"] += update
        tried["becomes"] += [each for each in update if each.done]
        tried["becomes"] += _moved(connection, place, actor, [each.content for each in update if each.done])
        tried["delete"] += _deleted(connection, words.catalog, place, actor)
        tried["insert"] += _inserted(connection, place, actor, words, held)
    for command, trials in tried.items():
        limited = command in ("update", "insert")
        columns = held.columns(label, command, place.subject) if limited else None
        yield Measured(label, command, kind, tuple(trials), columns)


def _read(connection: Connection, place: Place, actor: Actor, held: Held) -> Iterator[Trial]:
    subject = place.subject
    readable = held.readable.get((subject.label, "select"), ())
    named = sql.SQL(", ").join([sql.SQL("{} as key").format(subject.key), *map(_column, readable)])
    if not set(subject.key_columns or subject.columns) <= set(readable):
        named = sql.Composed([sql.SQL("null as key")])  # without a key nobody can say which rows they were
    statement = sql.SQL(
        "select coalesce(jsonb_agg(r.key), '[]') as seen from (select {} from {} as t) as r"
    ).format(named, subject.name)
    (outcome,) = perform(connection, [Attempt(actor, subject.label, "select", "read", statement)])
    returned = outcome.returned or () if outcome.ran else ()
    seen = {canonical(key) for key in returned}
    everything = len(returned) >= len(place.rows) > 0
    for row in place.rows:
        yield Trial(actor.values, row.content, row.key in seen or (everything and "null" in seen))


def _column(name: str) -> sql.Composable:
    return sql.Identifier("t", name)


def _changed(connection: Connection, place: Place, actor: Actor, held: Held) -> Iterator[Trial]:
    """Set columns, one after the other: a trigger may let one be changed and another not."""
    subject = place.subject
    granted = held.readable.get((subject.label, "update"), ())
    ways = [(column, value) for column, value in place.settable if column in granted] or place.settable[:1]
    settings = [
        sql.SQL("update {} as t set {} = {}").format(subject.name, sql.Identifier(column), value)
        for column, value in ways[:COLUMNS]
    ]
    tries = [Attempt(actor, subject.label, "update", "blind", each, place.looking) for each in settings]
    yield from _touched(place, actor, perform(connection, tries))


def _settable(
    connection: Connection, subject: Subject, owning: Sequence[str]
) -> list[tuple[str, sql.Composable]]:
    """Columns with a value that a superuser can give to every row; the first column and its own value if none has."""
    if not subject.is_table:
        return []
    found = []
    for column, kind in subject.columns.items():
        constant = CONSTANTS.get(kind.split("(")[0])
        free = column in subject.writable and column not in (*subject.key_columns, *owning)
        if constant and free:
            found.append((column, sql.SQL(constant)))
    tries = [
        Attempt(
            SUPERUSER,
            subject.label,
            "update",
            "blind",
            sql.SQL("update {} as t set {} = {}").format(subject.name, sql.Identifier(column), value),
        )
        for column, value in found
    ]
    works = [each.ran for each in perform(connection, tries, as_superuser=True)]
    ways: list[tuple[str, sql.Composable]] = [way for way, ran in zip(found, works, strict=True) if ran]
    return ways or [(each, sql.Identifier("t", each)) for each in subject.columns]


def _deleted(connection: Connection, catalog: Catalog, place: Place, actor: Actor) -> Iterator[Trial]:
    subject = place.subject
    statement = sql.SQL("delete from {} as t").format(subject.name)
    unblock = unblocking(catalog, subject.label, "on_delete")
    attempt = Attempt(actor, subject.label, "delete", "blind", statement, place.looking, prepare=unblock)
    yield from _touched(place, actor, perform(connection, [attempt]))


def _touched(place: Place, actor: Actor, outcomes: Sequence[Outcome]) -> Iterator[Trial]:
    """Which rows are not where they were after one of the attempts."""
    after = [
        {(_key(each.key), each.place) for each in outcome.observed.get(place.subject.label, ())}
        for outcome in outcomes
        if outcome.ran
    ]
    for row in place.rows:
        yield Trial(actor.values, row.content, any((row.key, row.place) not in now for now in after))


def _moved(
    connection: Connection, place: Place, actor: Actor, own: Sequence[Mapping[str, Any]]
) -> Iterator[Trial]:
    """Give rows that may be changed another owner, blind, so that no policy on reading narrows what may be written."""
    subject = place.subject
    rows = [row for row in place.rows if row.content in own][:OWN]
    tries = []
    for column in subject.deciding if rows else ():
        if column in subject.writable:
            values = _distinct(place.rows, column)[:VALUES]
            made = attempts.moves(subject, actor, rows, column, values, place.looking, None)
            tries += [(column, each) for each in made if each.variant == "move alone"]
    yield from _compared(connection, subject, actor, [each for _, each in tries])


def _inserted(
    connection: Connection, place: Place, actor: Actor, words: Vocabulary, held: Held
) -> Iterator[Trial]:
    subject = place.subject
    assert isinstance(place.relation, Table)
    near = somehow_own(place.rows, words.own(subject.label), actor.values)[:OWN]
    bases = [*near, *spread([row for row in place.rows if row not in near], max(2, BASES - len(near)))]
    brought = {str(each) for each in actor.values.values()}
    copies = list(candidates(subject, bases, place.rows, free_keys(connection, place.relation), own=brought))
    granted = held.readable.get((subject.label, "insert"), ())
    named = [each for each in subject.writable if each in granted]
    some = copies if named else copies[:1]  # without the privilege one attempt says it all
    made = attempts.inserts(subject, actor, some, named or subject.writable, place.looking)
    yield from _compared(connection, subject, actor, list(made))


def somehow_own(rows: Sequence[Row], rules: Sequence[Rule], values: Mapping[str, Any]) -> list[Row]:
    """Rows that are somebody's in as many ways as possible, those first: whoever may copy any may copy these."""
    ways = {row.key: sum(rule.holds(row.content, values) for rule in rules) for row in rows}
    return sorted((row for row in rows if ways[row.key]), key=lambda row: -ways[row.key])


def _compared(
    connection: Connection, subject: Subject, actor: Actor, tries: Sequence[Attempt]
) -> Iterator[Trial]:
    """The row that each attempt made, or, where it made none, the row that a superuser makes by the same statement.

    What a superuser cannot do either proves nothing, unless somebody was refused or got as far as a constraint.
    """
    before = {canonical(each) for each in _contents(connection, subject)}
    failed = []
    for outcome in perform(connection, tries):
        became = _new(outcome, subject, before)
        if became is None:
            failed.append(outcome)
        else:
            yield Trial(actor.values, became, True)
    asked = perform(connection, [each.attempt for each in failed], as_superuser=True)
    for outcome, possible in zip(failed, asked, strict=True):
        told = outcome.refused or outcome.constrained  # a policy speaks before any constraint does
        content = _new(possible, subject, before) or (outcome.attempt.row if told else None)
        if content is not None:
            yield Trial(actor.values, content, outcome.constrained)


def _new(outcome: Outcome, subject: Subject, before: set[str]) -> Mapping[str, Any] | None:
    """The first row after an attempt that was not there before."""
    if not outcome.ran:
        return None
    rows = (json.loads(each.key)[1] for each in outcome.observed.get(subject.label, ()))
    return next((row for row in rows if canonical(row) not in before), None)


def _contents(connection: Connection, subject: Subject) -> list[Mapping[str, Any]]:
    found = connection.execute(sql.SQL("select to_jsonb(t) from {} as t").format(subject.name)).fetchall()
    return [content for (content,) in found]


def _looking(subject: Subject) -> sql.Composed:
    """Every row afterwards: its key together with its content, and its place."""
    return sql.SQL(
        "select coalesce(jsonb_agg(jsonb_build_array(jsonb_build_array({}, to_jsonb(t)), {})), '[]') from {} as t"
    ).format(subject.key, subject.place, subject.name)


def _key(seen: str) -> str:
    return canonical(json.loads(seen)[0])


def _distinct(rows: Sequence[Row], column: str) -> list[Any]:
    found = {json.dumps(row.content.get(column)): row.content.get(column) for row in rows}
    return [each for each in found.values() if each is not None]
