"""What happens to somebody while they are at work: revoked, deactivated, demoted, the owner of a row forgotten.

Derived from the contract: the queries that list its actors name the tables and columns that make somebody one.
A change counts if afterwards the same claims belong to another kind of actor, or to none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pgproof.access.actors.identity import BOASTS
from pgproof.access.actors.kinds import Actor, everyone
from pgproof.access.relations.code import bodies, conditions
from pgproof.access.relations.subjects import Subject, subject_of
from pgproof.access.world.survey import Survey, read_rows
from pgproof.access.world.world import World
from pgproof.catalog.model import Table
from pgproof.database import errors, sql

NAME = re.compile(r'"((?:[^"]|"")+)"|([a-z_][a-z0-9_$]*)')
PLATFORM = ("auth", "storage", "pgproof")
FEW, EACH = 6, 3  # values of a column that has few; changes that are kept for one actor
LONG_AGO = "2000-01-01"


@dataclass(frozen=True)
class Event:
    """A change, in SQL and in words, while ``actor`` is at work; ``after`` is as whom the contract sees them then.

    ``only`` is the relation that it matters to, if it is one.
    """

    actor: Actor
    after: Actor
    change: sql.Composed
    said: str
    only: str = ""


def events(world: World) -> Iterator[Event]:
    """Everything that may happen to the first and the last actor of each kind, and to rows that lose their owner."""
    words = {word for kind in world.contract.actors for word in _words(kind.each)}
    for actor in _at_the_ends(world):
        yield from _of_actor(world, actor, words)
    for surveyed in world.surveyed.values():
        yield from _without_owner(world, surveyed)
    yield from _boasting(world)


def _words(text: str) -> set[str]:
    return {quoted.replace('""', '"') or plain for quoted, plain in NAME.findall(text)}


def _at_the_ends(world: World) -> list[Actor]:
    found: dict[str, Actor] = {}
    for kind in world.contract.actors:
        own = [each for each in world.actors if each.kind == kind.name and each.values]
        found |= {each.label: each for each in (*own[:1], *own[-1:])}
    return list(found.values())


def _of_actor(world: World, actor: Actor, words: set[str]) -> Iterator[Event]:
    """The changes after which the actor is somebody else, at most a few of each sort."""
    kind = next(each for each in world.contract.actors if each.name == actor.kind)
    named, kept = _words(kind.each), dict[str, int]()
    for table in world.catalog.tables:
        if table.name not in named or table.schema in PLATFORM or table.partition_of:
            continue
        for change, said in _changes(world, table, actor, words):
            after = _afterwards(world, actor, change)
            if after is None or kept.get(after.label, 0) >= (1 if after.label != actor.label else EACH - 1):
                continue
            kept[after.label] = kept.get(after.label, 0) + 1
            yield Event(actor, after, change, said)


def _changes(world: World, table: Table, actor: Actor, words: set[str]) -> Iterator[tuple[sql.Composed, str]]:
    """What may become of the rows that name the actor: columns that queries of actors name, and the rows themselves."""
    subject = subject_of(table, (), table.qualified)
    rows = {row.key: row.content for row in read_rows(world.connection, subject)}
    own = _naming(rows, actor)
    if not own or len(own) > FEW:
        return
    where = sql.SQL(" or ").join(subject.at(key) for key in own)
    for column in table.columns:
        if (
            column.name in words
            and column.name in subject.writable
            and column.name not in subject.key_columns
        ):
            for value in _others(subject, column.name, rows, own):
                change = sql.SQL("update {} as t set {} = {} where {}").format(
                    subject.name, sql.Identifier(column.name), subject.constant(column.name, value), where
                )
                yield change, f"{column.name} = {value!r} in {table.qualified}"
    if not _pointed_at(world, table):
        gone = sql.SQL("delete from {} as t where {}").format(subject.name, where)
        yield gone, f"deleted from {table.qualified}"


def _pointed_at(world: World, table: Table) -> bool:
    """Whether rows elsewhere belong to those of a table: to delete a person is more than to revoke what they may."""
    keys = (key for each in world.catalog.tables if each != table for key in each.foreign_keys)
    return any(key.references == table.qualified for key in keys)


def _naming(rows: Mapping[str, Mapping[str, Any]], actor: Actor) -> list[str]:
    """The keys of the rows that hold the most of the actor's values."""
    mine = {str(each) for each in actor.values.values() if each is not None}
    held = {key: len(mine & {str(each) for each in content.values()}) for key, content in rows.items()}
    most = max(held.values(), default=0)
    return [key for key, number in held.items() if number == most > 0]


def _others(
    subject: Subject, column: str, rows: Mapping[str, Mapping[str, Any]], own: Sequence[str]
) -> Sequence[Any]:
    """Other values for a column: the opposite, none, long ago, or what other rows have if that is not much."""
    kind, now = subject.columns[column], [rows[key][column] for key in own]
    if kind == "boolean":
        return [not each for each in now[:1]]
    if kind.startswith(("timestamp", "date")):
        return [each for each in (None, LONG_AGO) if [each] != now[:1]]
    found = {json.dumps(content[column]): content[column] for content in rows.values()}
    return [each for each in found.values() if each not in now] if len(found) <= FEW else []


def _afterwards(world: World, actor: Actor, change: sql.Composed) -> Actor | None:
    """As whom the contract sees the actor after a change: somebody else, what they were where nobody has such claims
    any more, and None where nothing has changed, or the change cannot be made.
    """
    try:
        with world.connection.transaction(force_rollback=True):
            world.connection.execute(change)
            found = [
                each
                for kind in world.contract.actors
                if kind.each
                for each in everyone(world.connection, world.contract, kind)
                if each.identity == actor.identity
            ]
    except errors.Error:
        return None
    if not found:
        return actor
    if any(each.kind == actor.kind and each.values == actor.values for each in found):
        return None
    return found[0]


def _without_owner(world: World, surveyed: Survey) -> Iterator[Event]:
    """Rows that lose what makes them somebody's, where a column may be NULL and is in no row."""
    subject = surveyed.subject
    relation = world.catalog.relations_by_name[subject.label]
    if not isinstance(relation, Table) or subject.is_part or not surveyed.rows:
        return
    for column in subject.deciding:
        nullable = not relation.columns_by_name[column].not_null and column in subject.writable
        if not nullable or any(row.content.get(column) is None for row in surveyed.rows):
            continue
        for row in {
            surveyed.rows[0].key: surveyed.rows[0],
            surveyed.rows[-1].key: surveyed.rows[-1],
        }.values():
            change = sql.SQL("update {} as t set {} = null where {}").format(
                subject.name, sql.Identifier(column), subject.at(row.key)
            )
            for actor in (each for each in world.acting_on(subject.label) if world.leads(each)):
                yield Event(actor, actor, change, f"{column} of {row.key} had become NULL", subject.label)


def _boasting(world: World) -> Iterator[Event]:
    """People who write into their stored metadata whatever code reads there."""
    read = {
        key
        for text in (*bodies(world.catalog), *conditions(world.catalog))
        for key in re.findall(r"raw_user_meta_data\)?\s*(?:->>?|\?)\s*'([^']+)'", text)
    }
    for actor in _at_the_ends(world) if read else ():
        boasts = {**BOASTS, **dict.fromkeys(read, "admin")}
        for value in (boasts, {**boasts, **dict.fromkeys(read, True)}):
            change = sql.SQL(
                "update auth.users as u set raw_user_meta_data = {}::jsonb where u.id::text = ({}::jsonb) ->> 'sub'"
            ).format(sql.Literal(json.dumps(value)), sql.Literal(actor.claims or "{}"))
            yield Event(actor, actor, change, f"the user had written {json.dumps(value)} into their metadata")
