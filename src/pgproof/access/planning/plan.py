"""Which attempts one actor makes on one relation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from pgproof.access.actors.kinds import Actor
from pgproof.access.attempts import reading, statements
from pgproof.access.attempts.candidates import as_own, candidates, distinct, spread
from pgproof.access.attempts.setting import another, columns_to_set, settings
from pgproof.access.attempts.statements import Attempt, Row
from pgproof.access.attempts.upserts import upserts
from pgproof.access.contract.model import SERVICE
from pgproof.access.planning import views
from pgproof.access.world.survey import AS_STORAGE, STORED, Copied, Survey, nameable, settable
from pgproof.access.world.world import World
from pgproof.database import sql

OWN = 2  # rows that are moved, or deleted, one by one
VALUES = 4  # owners that a row is given
PAST = {"timestamp with time zone": ("2000-01-01 00:00:00+00",), "date": ("2000-01-01",)}


def plan(world: World, surveyed: Survey, actor: Actor) -> Iterator[Attempt]:
    """Everything that one actor tries on one relation."""
    for each in _planned(world, surveyed, actor):
        if actor.kind != SERVICE or (surveyed.subject.root, each.command, SERVICE) in world.contract.cells:
            yield each


def _planned(world: World, surveyed: Survey, actor: Actor) -> Iterator[Attempt]:
    subject, expected = surveyed.subject, world.expected(actor, surveyed.subject.label)
    read = reading.reads(subject, actor, expected.cells["select"].columns)
    yield from islice(read, 1) if world.pretends(actor) else read  # single columns go by role
    other = next((each for each in world.actors if each.role == actor.role and each != actor), None)
    if other and not world.closed(actor, subject.label, "select"):
        yield reading.prepared_read(subject, actor, other, world.end)
        yield reading.read_after(subject, actor, other, world.end)
        if world.leads(actor):
            yield reading.explained(subject, actor, expected.cells["select"].columns)
    observe = world.observation(world.expectations(actor, [subject.label, *sorted(surveyed.behind)]))
    if subject.is_table:
        assert observe is not None
        yield from _updates(world, surveyed, actor, observe)
        yield from _deletes(world, surveyed, actor, observe)
        yield from _inserts(world, surveyed, actor, observe)
        return
    yield from reading.leaky_reads(subject, actor)
    if surveyed.writable_view and observe is not None:
        yield from views.writes(world, surveyed, actor, observe)


def _updates(world: World, surveyed: Survey, actor: Actor, observe: sql.Composed) -> Iterator[Attempt]:
    subject, rows, expected = surveyed.subject, surveyed.rows, world.expected(actor, surveyed.subject.label)
    allowed, rights = expected.cells["update"].columns, world.rights(actor.role, subject.label)
    column, value = settable(surveyed, rights, expected.everywhere or allowed)
    tried = statements.updates(subject, actor, column, value, observe)
    if world.closed(actor, subject.label, "update"):
        yield next(tried)
        return
    yield from tried
    if not world.pretends(actor) and expected.cells["update"].condition:
        yield from _columns(world, surveyed, actor)
    own = samples(rows, expected.reach["update"])
    for deciding in subject.deciding if own else ():
        if deciding in subject.writable and (allowed is None or deciding in allowed):
            owners = [each for each in distinct(rows, deciding)[:VALUES] if each is not None]
            values_of = [*owners, *PAST.get(subject.columns[deciding], ()), None]
            yield from statements.moves(
                subject, actor, own, deciding, values_of, observe, surveyed.unblock_moves
            )
    yield from _takes(surveyed, actor, own, expected.reach["update"], allowed, observe)


def _columns(world: World, surveyed: Survey, actor: Actor) -> Iterator[Attempt]:
    """Every column set by itself: whoever leads a kind sets those too that may be, for a privilege goes by role."""
    subject, expected = surveyed.subject, world.expected(actor, surveyed.subject.label)
    own = [row for row in surveyed.rows if row.key in expected.reach["update"]]
    for column in columns_to_set(subject):
        value, may = another(subject, surveyed.rows, own, column), expected.may_set(column)
        made = (
            settings(subject, actor, column, value, own, may, len(surveyed.rows)) if value is not None else ()
        )
        yield from (each for each in made if each.variant == "set column" or world.leads(actor))


def _deletes(world: World, surveyed: Survey, actor: Actor, observe: sql.Composed) -> Iterator[Attempt]:
    subject, expected = surveyed.subject, world.expected(actor, surveyed.subject.label)
    own = samples(surveyed.rows, expected.reach["delete"])
    served = sql.Composed([sql.SQL(AS_STORAGE)]) if subject.label in STORED else None
    tried = statements.deletes(subject, actor, own, observe, surveyed.unblock_deletes, served)
    yield from islice(tried, 1) if world.closed(actor, subject.label, "delete") else tried
    if not world.pretends(actor):  # a privilege, which goes by role
        yield from statements.truncates(subject, actor)


def _inserts(world: World, surveyed: Survey, actor: Actor, observe: sql.Composed) -> Iterator[Attempt]:
    subject, rows, expected = surveyed.subject, surveyed.rows, world.expected(actor, surveyed.subject.label)
    rights = world.rights(actor.role, subject.label)
    named = nameable(subject, rights)
    near = samples(rows, expected.reach["select"])
    bases = [*near, *spread([row for row in rows if row not in near], OWN)]
    brought = {str(each) for each in actor.values.values()}
    first = 1 if world.closed(actor, subject.label, "insert") else None
    copies = _statements(surveyed, bases, named, frozenset(brought), first)
    yield from statements.inserts(
        subject,
        actor,
        [each for each, _ in copies],
        named,
        observe,
        statements=[statement for _, statement in copies],
    )
    if first:
        return
    again = list(candidates(subject, near, rows, surveyed.free, changed=False))
    yield from statements.inserts(subject, actor, again, named, observe, returning=True)
    could = samples(rows, expected.reach["insert"])
    others = [row for row in rows if row.key not in expected.reach["insert"]]
    yield from statements.again(subject, actor, [*could, *spread(others, OWN)], named, observe)
    mine = [as_own(actor.values, row) for row in spread(rows, 1)]
    whole = list(candidates(subject, mine, rows, surveyed.free, changed=False))
    as_mine = list(statements.inserts(subject, actor, whole, named, observe))
    yield from as_mine
    yield from statements.otherwise(subject, as_mine, named)
    own = samples(rows, expected.reach["update"])
    column, value = settable(surveyed, rights, expected.everywhere or expected.cells["update"].columns)
    foreign = [row for row in rows if row.key not in expected.reach["update"]]
    yield from upserts(subject, actor, [*own, *spread(foreign, OWN)], column, value, named, observe)


def _statements(
    surveyed: Survey,
    bases: Sequence[Row],
    named: tuple[str, ...],
    brought: frozenset[str],
    first: int | None,
) -> Sequence[Copied]:
    """Rows to insert with their statements; made once for all those who would insert the same."""
    place = (tuple(row.key for row in bases), named, brought, first)
    if place not in surveyed.copies:
        made = candidates(surveyed.subject, bases, surveyed.rows, surveyed.free, own=brought)
        surveyed.copies[place] = [
            (each, surveyed.subject.insertion(each, named)) for each in islice(made, first)
        ]
    return surveyed.copies[place]


def _takes(
    surveyed: Survey,
    actor: Actor,
    own: list[Row],
    reach: frozenset[str],
    allowed: tuple[str, ...] | None,
    observe: sql.Composed,
) -> Iterator[Attempt]:
    subject = surveyed.subject
    columns = [
        each for each in subject.deciding if each in subject.writable and each not in subject.key_columns
    ]
    foreign = spread([row for row in surveyed.rows if row.key not in reach], OWN)
    if own and columns and (allowed is None or set(columns) <= set(allowed)):
        values = {each: own[0].content[each] for each in columns}
        yield from statements.takes(subject, actor, values, foreign, observe, surveyed.unblock_moves)


def samples(rows: tuple[Row, ...], keys: frozenset[str], most: int = OWN) -> list[Row]:
    """The first few rows among ``keys``."""
    return [row for row in rows if row.key in keys][:most]
