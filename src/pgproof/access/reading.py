"""Attempts to read: plainly, column by column, with a function of one's own, with another's prepared statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pgproof.access.actors import Actor
from pgproof.access.attempts import Attempt
from pgproof.access.subjects import Subject
from pgproof.database import sql


def reads(subject: Subject, actor: Actor, columns: Sequence[str] | None) -> Iterator[Attempt]:
    """Read the key of every row together with the columns that may be read, and each other column alone."""
    allowed = [each for each in subject.columns if columns is None or each in columns]
    named = sql.SQL(", ").join(
        [sql.SQL("{} as key").format(subject.key), *(sql.Identifier("t", each) for each in allowed)]
    )
    statement = sql.SQL(
        "select coalesce(jsonb_agg(r.key), '[]') as seen from (select {} from {} as t) as r"
    ).format(named, subject.name)
    yield Attempt(actor, subject.label, "select", "read", statement)
    counted = sql.SQL("select to_jsonb(count(*)) as seen from {} as t").format(subject.name)
    yield Attempt(actor, subject.label, "select", "count", counted)
    for column in set(subject.columns) - set(allowed):
        one = sql.SQL("select coalesce(jsonb_agg({}), '[]') as seen from {} as t").format(
            sql.Identifier("t", column), subject.name
        )
        yield Attempt(actor, subject.label, "select", "read column", one, change=column)


# What a caller's own function sees before the conditions of a view are applied, it tells.
LEAKY = """
create function pg_temp.tell(p_key text) returns boolean language plpgsql volatile cost 0.0000001 as $$
begin
    perform set_config('pgproof.told', coalesce(current_setting('pgproof.told', true), '') || p_key || chr(10), true);
    return true;
end
$$;
grant execute on function pg_temp.tell(text) to public;
select set_config('pgproof.told', '', true)
"""


def leaky_reads(subject: Subject, actor: Actor) -> Iterator[Attempt]:
    """Read a view with a function of one's own in the condition."""
    statement = sql.SQL(
        "with read as materialized (select count(*) as rows from {} as t where pg_temp.tell({}::text))"
        " select coalesce(jsonb_agg(told::jsonb), '[]') as seen from read, lateral"
        " regexp_split_to_table(case when read.rows >= 0 then current_setting('pgproof.told') end, chr(10)) as told"
        " where told <> ''"
    ).format(subject.name, subject.key)
    yield Attempt(
        actor,
        subject.label,
        "select",
        "through a leaky function",
        statement,
        prepare=sql.Composed([sql.SQL(LEAKY)]),
    )


# A prepared statement outlives the transaction that it was made in, so one of an earlier attempt may be there still.
PREPARED = "pgproof_by_another"
FORGET = """do $$ begin
    if exists (select from pg_prepared_statements where name = 'pgproof_by_another') then
        deallocate pgproof_by_another;
    end if;
end $$"""


def prepared_read(subject: Subject, actor: Actor, other: Actor) -> Attempt:
    """Execute a statement that ``other``, of the same role, prepared and ran on this connection."""
    prepare = sql.SQL(
        "{forget}; select set_config('plan_cache_mode', 'force_generic_plan', true);"
        " select set_config('request.jwt.claims', {claims}, true); set local role {role};"
        " prepare {name} as select coalesce(jsonb_agg({key}), '[]') as seen from {table} as t;"
        " execute {name}; reset role"
    ).format(
        forget=sql.SQL(FORGET),
        claims=sql.Literal(other.claims),
        role=sql.Identifier(other.role),
        name=sql.Identifier(PREPARED),
        key=subject.key,
        table=subject.name,
    )
    return Attempt(
        actor,
        subject.label,
        "select",
        "as prepared by another",
        sql.SQL("execute {}").format(sql.Identifier(PREPARED)),
        change=other.label,
        prepare=prepare,
    )


def read_after(subject: Subject, actor: Actor, other: Actor) -> Attempt:
    """Read on a connection on which ``other``, of the same role, has just read: nothing of it may have stayed."""
    statement = sql.SQL("select coalesce(jsonb_agg({}), '[]') as seen from {} as t").format(
        subject.key, subject.name
    )
    prepare = sql.SQL(
        "select set_config('request.jwt.claims', {claims}, true); set local role {role}; {statement}; reset role"
    ).format(claims=sql.Literal(other.claims), role=sql.Identifier(other.role), statement=statement)
    return Attempt(
        actor, subject.label, "select", "after another", statement, change=other.label, prepare=prepare
    )
