"""A finding as a script: run by psql on a fresh database with the same rows, it prints LEAK or LOCKED OUT."""

from __future__ import annotations

import json

from pgproof.access.judge import Verdict
from pgproof.access.subjects import Subject
from pgproof.database import Connection, sql


def script(connection: Connection, subject: Subject, verdict: Verdict) -> str:
    """The script for one verdict about a relation."""
    attempt = verdict.outcome.attempt
    word = "LEAK" if verdict.rule == "leak" else "LOCKED OUT"
    become = sql.SQL("set local role {};\nselect set_config('request.jwt.claims', {}, true);").format(
        sql.Identifier(attempt.actor.role), sql.Literal(attempt.actor.claims)
    )
    before = sql.SQL(
        "create temp table before on commit drop as select {} as key, {} as place from {} as t;"
    ).format(subject.key, subject.place, subject.name)
    parts = [
        "begin;",
        before.as_string(connection),
        f"-- as {attempt.actor.label}",
        become.as_string(connection),
        "\\set ON_ERROR_STOP off",
        "savepoint attempt;",
        _attempted(connection, subject, verdict),
        _conclusion(connection, subject, verdict, word),
        "rollback;",
    ]
    return "\n".join(parts) + "\n"


def _attempted(connection: Connection, subject: Subject, verdict: Verdict) -> str:
    statement = verdict.outcome.attempt.statement.as_string(connection)
    if verdict.outcome.attempt.reads:
        return f"{statement} as seen \\gset"
    return f"{statement};"


def _conclusion(connection: Connection, subject: Subject, verdict: Verdict, word: str) -> str:
    keys = sql.Literal("[" + ", ".join(verdict.keys) + "]").as_string(connection)
    happened = "\\if :ERROR\nrollback to savepoint attempt;\n\\set seen '[]'\n\\endif\nreset role;"
    if verdict.outcome.attempt.reads:
        reached = f"(:'seen')::jsonb @> jsonb_build_array(key) from jsonb_array_elements({keys}::jsonb) as wanted (key)"
        test = f"select case when bool_{'or' if word == 'LEAK' else 'and'}({'' if word == 'LEAK' else 'not '}{reached.split(' from ')[0]}) then '{word}' else 'as it should be' end as verdict from jsonb_array_elements({keys}::jsonb) as wanted (key);"
        return f"{happened}\n{test}"
    after = sql.SQL("select {} as key, {} as place from {} as t").format(
        subject.key, subject.place, subject.name
    )
    changed = f"exists (({after.as_string(connection)}) except select key, place from before) or exists (select key, place from before except ({after.as_string(connection)}))"
    wanted = changed if word == "LEAK" else f"not ({changed})"
    return f"{happened}\nselect case when {wanted} then '{word}' else 'as it should be' end as verdict;"


def keys_in_words(keys: tuple[str, ...], most: int = 5) -> str:
    """A few keys for a message."""
    shown = ", ".join(
        " ".join(map(str, json.loads(key))) if key.startswith("[") else key for key in keys[:most]
    )
    return shown + (f" and {len(keys) - most} more" if len(keys) > most else "")
