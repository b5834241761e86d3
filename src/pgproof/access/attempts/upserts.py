"""INSERT ... ON CONFLICT DO UPDATE of rows that are there, which is an update by another name. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pgproof.access.actors.kinds import Actor
from pgproof.access.attempts.statements import Attempt, Row
from pgproof.access.relations.subjects import Subject
from pgproof.database import filled, sql


def upserts(
    subject: Subject,
    actor: Actor,
    rows: Sequence[Row],
    column: str,
    value: sql.Composable,
    nameable: Sequence[str],
    observe: sql.Composed,
) -> Iterator[Attempt]:
    """Insert rows that are there, and change them when they turn out to be."""
    if not subject.key_columns:
        return
    keys = sql.SQL(", ").join(map(sql.Identifier, subject.key_columns))
    for row in rows:
        statement = filled(
            "{} on conflict ({}) do update set {} = {}",
            subject.insertion(row.content, nameable),
            keys,
            sql.Identifier(column),
            value,
        )
        yield Attempt(actor, subject.label, "insert", "upsert", statement, observe, row.key)
