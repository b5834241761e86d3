"""Attempts to read: plainly, column by column, with a function of one's own, with another's prepared statement."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pgproof.access.actors.kinds import Actor, becoming
from pgproof.access.attempts.statements import Attempt
from pgproof.access.relations.subjects import Subject
from pgproof.database import filled, sql


def reads(subject: Subject, actor: Actor, columns: Sequence[str] | None) -> Iterator[Attempt]:
    """Read the key of every row together with the columns that may be read, and each other column alone."""
    allowed = [each for each in subject.columns if columns is None or each in columns]
    named = sql.SQL(", ").join(
        [filled("{} as key", subject.key), *(sql.Identifier("t", each) for each in allowed)]
    )
    statement = filled(
        "select coalesce(jsonb_agg(r.key), '[]') as seen from (select {} from {} as t) as r",
        named,
        subject.name,
    )
    yield Attempt(actor, subject.label, "select", "read", statement)
    counted = filled("select to_jsonb(count(*)) as seen from {} as t", subject.name)
    yield Attempt(actor, subject.label, "select", "count", counted)
    for column in set(subject.columns) - set(allowed):
        one = filled(
            "select coalesce(jsonb_agg({}), '[]') as seen from {} as t",
            sql.Identifier("t", column),
            subject.name,
        )
        yield Attempt(actor, subject.label, "select", "read column", one, change=column)


# A plan that was carried out says how many rows came of it.
EXPLAIN = """
create function pg_temp.explained(p_query text) returns jsonb language plpgsql as $$
declare
    plan jsonb;
begin
    execute 'explain (analyze, costs off, timing off, summary off, format json) ' || p_query into plan;
    return to_jsonb((plan -> 0 -> 'Plan' ->> 'Actual Rows')::numeric::bigint);
end
$$;
grant execute on function pg_temp.explained(text) to public
"""


def explained(subject: Subject, actor: Actor, columns: Sequence[str] | None) -> Attempt:
    """EXPLAIN ANALYZE of a read, which tells how many rows it found without returning one."""
    allowed = [each for each in subject.columns if columns is None or each in columns]
    named = sql.SQL(", ").join(sql.Identifier("t", each) for each in allowed)
    query = sql.SQL("select {} from {} as t").format(named, subject.name)
    statement = sql.SQL("select pg_temp.explained({}) as seen").format(sql.Literal(query.as_string(None)))
    return Attempt(
        actor, subject.label, "select", "explained", statement, prepare=sql.Composed([sql.SQL(EXPLAIN)])
    )


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


# What a transaction sets for itself alone is gone when the next one begins; here both are parts of one.
LOCAL = re.compile(r"set_config\s*\(\s*'(\w+\.[\w.]+)'\s*,[^;]*?,\s*true\s*\)", re.IGNORECASE)
SESSION = re.compile(r"set_config\s*\(\s*'(\w+\.[\w.]+)'\s*,[^;]*?,\s*false\s*\)", re.IGNORECASE)


def ends_with_transaction(sources: Iterable[str]) -> sql.Composed:
    """What takes back the settings that functions make for the transaction, and never for the session."""
    local, session = set[str](), set[str]()
    for source in sources:
        local |= set(LOCAL.findall(source))
        session |= set(SESSION.findall(source))
    names = sorted(local - session)
    return sql.Composed(
        [sql.SQL("; select set_config({}, '', true)").format(sql.Literal(each)) for each in names]
    )


def prepared_read(subject: Subject, actor: Actor, other: Actor, end: sql.Composed) -> Attempt:
    """Execute a statement that ``other``, of the same role, prepared and ran on this connection.

    ``end`` takes back what was set for their transaction.
    """
    prepare = sql.SQL(
        "{forget}; select set_config('plan_cache_mode', 'force_generic_plan', true);"
        " select {becoming}; set local role {role};"
        " prepare {name} as select coalesce(jsonb_agg({key}), '[]') as seen from {table} as t;"
        " execute {name}; reset role{end}"
    ).format(
        end=end,
        forget=sql.SQL(FORGET),
        becoming=becoming(other),
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


def read_after(subject: Subject, actor: Actor, other: Actor, end: sql.Composed) -> Attempt:
    """Read on a connection on which ``other``, of the same role, has just read: nothing of it may have stayed."""
    statement = sql.SQL("select coalesce(jsonb_agg({}), '[]') as seen from {} as t").format(
        subject.key, subject.name
    )
    prepare = sql.SQL("select {becoming}; set local role {role}; {statement}; reset role{end}").format(
        becoming=becoming(other), role=sql.Identifier(other.role), statement=statement, end=end
    )
    return Attempt(
        actor, subject.label, "select", "after another", statement, change=other.label, prepare=prepare
    )
