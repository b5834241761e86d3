"""A finding as a script: run by psql on a fresh database with the same rows, it prints LEAK or LOCKED OUT.

The script does what the attempt did, in one transaction that it rolls back, and compares before and after itself.
"""

from __future__ import annotations

import json

from pgproof.access.actors.kinds import becoming
from pgproof.access.attempts.statements import Attempt
from pgproof.access.judging.judge import Verdict
from pgproof.access.relations.subjects import Subject
from pgproof.database import Connection, sql

SCRIPT = """\
-- {title}
\\set ON_ERROR_STOP off
\\set seen '[]'
begin;
create temporary table before on commit drop as {rows};
{prepare}
select {becoming} \\gset
set local role {role};
savepoint attempt;
{statement}
\\set sqlstate :SQLSTATE
\\if :ERROR
    rollback to savepoint attempt;
\\else
    set constraints all immediate;
\\endif
\\if :{{?seen}}
\\else
    \\set seen '[]'
\\endif
reset role;
select case when {test} then '{word}' else 'as it should be' end as verdict;
rollback;
"""

# What COPY shows goes to a file, since psql does not say how much it was.
COPIED = """\
\\o /tmp/pgproof-copied
{statement};
\\o
\\set copied `wc -l < /tmp/pgproof-copied`
\\! rm -f /tmp/pgproof-copied"""

CHANGED = """exists (
    select
    from jsonb_array_elements({keys}) as wanted (key)
    left join before using (key)
    left join ({rows}) as after using (key)
    where before.place is distinct from after.place
)"""
NEW = "exists (select from {name} as t where {key} not in (select key from before) and ({condition}) is not true)"
SEEN = """exists (
    select
    from jsonb_array_elements({keys}) as wanted (key)
    where {unless}exists (select from jsonb_array_elements(:'seen') as seen (key) where seen.key = wanted.key)
)"""


def script(connection: Connection, subject: Subject, verdict: Verdict, condition: sql.Composable) -> str:
    """The script for one verdict about the rows of ``subject``; ``condition`` is what new rows must meet."""
    attempt = verdict.outcome.attempt
    return _script(
        connection,
        attempt,
        title=f"{verdict.name}: {attempt.actor.label} on {subject.label}",
        rows=_rows(subject).as_string(connection),
        statement=_copying(connection, subject, attempt),
        test=_test(connection, subject, verdict, condition),
        word="LEAK" if verdict.rule == "leak" else "LOCKED OUT",
    )


def call_script(connection: Connection, attempt: Attempt, denials: tuple[str, ...], called: bool) -> str:
    """The script for a function that was called, or could not be; ``denials`` are what PostgreSQL says to forbid it."""
    denied = sql.SQL(":'sqlstate' = '42501' and :'LAST_ERROR_MESSAGE' in ({})").format(
        sql.SQL(", ").join(map(sql.Literal, denials))
    )
    test = denied.as_string(connection)
    return _script(
        connection,
        attempt,
        title=f"{attempt.actor.label} calls {attempt.relation}",
        rows="select null::jsonb as key, null::text as place",
        test=f"not ({test})" if called else test,
        word="LEAK" if called else "LOCKED OUT",
    )


def returned_script(connection: Connection, attempt: Attempt) -> str:
    """The script for a function that gave back rows that it may not; the attempt asks for these alone."""
    return _script(
        connection,
        attempt,
        title=f"{attempt.actor.label} calls {attempt.relation}",
        rows="select null::jsonb as key, null::text as place",
        test=":'seen' <> '[]'",
        word="LEAK",
    )


def _copying(connection: Connection, subject: Subject, attempt: Attempt) -> str:
    """COPY as psql takes it, with its row behind it, or its rows counted; empty for another statement."""
    made = attempt.statement.as_string(connection)
    if attempt.variant == "copied in" and attempt.row is not None:
        return f"{made};\n{subject.line(attempt.row)}\\."
    return COPIED.format(statement=made) if attempt.variant == "copied out" else ""


def _script(
    connection: Connection,
    attempt: Attempt,
    *,
    title: str,
    rows: str,
    test: str,
    word: str,
    statement: str = "",
) -> str:
    copying, statement = statement, attempt.statement.as_string(connection)
    return SCRIPT.format(
        title=title.replace("\n", " "),
        rows=rows,
        prepare=f"{attempt.prepare.as_string(connection)};" if attempt.prepare else "",
        becoming=becoming(attempt.actor).as_string(connection),
        role=sql.Identifier(attempt.actor.role).as_string(connection),
        statement=copying
        or (
            f"{statement} \\gset" if attempt.reads and not statement.startswith("call ") else f"{statement};"
        ),
        test=test,
        word=word,
    )


def _rows(subject: Subject) -> sql.Composed:
    return sql.SQL("select {} as key, {} as place from {} as t").format(
        subject.key, subject.place, subject.name
    )


def _test(connection: Connection, subject: Subject, verdict: Verdict, condition: sql.Composable) -> str:
    outcome, leak = verdict.outcome, verdict.rule == "leak"
    keys = sql.SQL("{}::jsonb").format(sql.Literal("[" + ", ".join(verdict.keys) + "]"))
    if verdict.rule == "access-error":
        return ":'sqlstate' <> '00000'"
    if leak and not outcome.ran:
        return ":'sqlstate' like '23%'"
    if outcome.attempt.variant == "truncate":
        return ":'sqlstate' = '00000'"
    if outcome.attempt.variant == "read column":
        return ":'seen' <> '[]'"
    if outcome.attempt.variant == "copied out":
        return sql.SQL(":copied >= {}").format(sql.Literal(len(outcome.returned))).as_string(connection)
    if outcome.attempt.variant in ("count", "explained"):
        return sql.SQL(":'seen'::bigint >= {}").format(sql.Literal(outcome.returned)).as_string(connection)
    if leak and outcome.attempt.reads and not verdict.keys:
        made = sql.SQL("jsonb_array_length(:'seen') >= {}").format(sql.Literal(len(outcome.returned)))
    elif outcome.attempt.reads and outcome.attempt.variant != "call":
        made = sql.SQL(SEEN).format(keys=keys, unless=sql.SQL("" if leak else "not "))
    elif verdict.cell.command == "insert" and (leak or outcome.attempt.variant != "upsert"):
        bound = condition if leak else sql.SQL("false")
        made = sql.SQL(NEW).format(name=subject.name, key=subject.key, condition=bound)
    else:
        made = sql.SQL(CHANGED).format(keys=keys, rows=_rows(subject))
    text = made.as_string(connection)
    return text if leak or outcome.attempt.reads else f"not {text}"


def keys_in_words(keys: tuple[str, ...], most: int = 5) -> str:
    """A few keys for a message."""
    shown = ", ".join(
        " ".join(map(str, json.loads(key))) if key.startswith("[") else key for key in keys[:most]
    )
    return shown + (f" and {len(keys) - most} more" if len(keys) > most else "")
