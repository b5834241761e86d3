"""Promises about conversations, messages, and when a conversation was last touched."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

import psycopg

from pgproof.database import Connection
from pgproof.harness import OwnDatabase

from ...concurrency import Work, all_at_once
from ...outcomes import accepted, refused, touched
from ..world import (
    as_member,
    as_service,
    new_company,
    new_conversation,
    new_member,
    new_message,
)


def touched_at(pg: Connection, conversation: UUID) -> datetime:
    """When a conversation was last touched."""
    row = pg.execute("select updated_at from public.conversations where id = %s", (conversation,)).fetchone()
    assert row is not None
    return row[0]


def check_a_message_touches_its_conversation_whoever_writes_it(pg: Connection) -> None:
    """The owner, the service role, a statement with many messages; and no other conversation."""
    owner = new_member(pg)
    quiet = new_conversation(pg, owner)
    before = touched_at(pg, quiet)
    for writer in (as_member(pg, owner), as_service(pg), pg.transaction()):
        conversation = new_conversation(pg, owner)
        with writer, accepted("a message can be written"):
            new_message(pg, conversation)
        assert touched_at(pg, conversation) > before, writer
    both = [new_conversation(pg, owner), new_conversation(pg, owner)]
    pg.execute(
        "insert into public.messages (conversation_id, role, content)"
        " select c, 'assistant', 'x' from unnest(%s::uuid[]) as c, generate_series(1, 3)",
        (both,),
    )
    assert all(touched_at(pg, each) > before for each in both)
    assert touched_at(pg, quiet) == before


def check_many_messages_touch_a_conversation_once(pg: Connection) -> None:
    """One statement with a hundred messages updates each conversation once, not once per message."""
    conversation = new_conversation(pg, new_member(pg))
    pg.execute("create temp table touches (id uuid) on commit drop")
    pg.execute(
        "create function pg_temp.note() returns trigger language plpgsql as"
        " $$begin insert into touches values (new.id); return new; end$$"
    )
    pg.execute(
        "create trigger zzz_note after update on public.conversations"
        " for each row execute function pg_temp.note()"
    )
    pg.execute(
        "insert into public.messages (conversation_id, role, content)"
        " select %s, 'user', n::text from generate_series(1, 100) as n",
        (conversation,),
    )
    assert pg.execute("select id from touches").fetchall() == [(conversation,)]


TENANT_AND_CONVERSATION = "insert into public.messages (tenant_id, conversation_id, role, content)"


def check_a_message_is_of_its_conversation_s_tenant(pg: Connection) -> None:
    """Whether the client sends the tenant, null or nothing; and when the conversation changes tenants."""
    with accepted("messages are written without their tenant"):
        ours, theirs = new_company(pg), new_company(pg)
    insert = f"{TENANT_AND_CONVERSATION} values (%s, %s, 'user', 'Which tide?')"
    for writer in (as_member(pg, ours.ana), as_service(pg), pg.transaction()):
        with writer, accepted("the tenant need not be sent"):
            new_message(pg, ours.conversation)
            for tenant in (None, ours.ana.tenant):
                pg.execute(insert, (tenant, ours.conversation))
    with refused(pg, "42501"), as_member(pg, ours.ana):
        pg.execute(insert, (theirs.ana.tenant, ours.conversation))
    for sent in ((theirs.ana.tenant, ours.conversation), (ours.ana.tenant, uuid4())):
        with refused(pg, "23503", "messages_tenant_id_conversation_id_fkey"), as_service(pg):
            pg.execute(insert, sent)
    assert tenants_of_messages(pg, ours.conversation) == {ours.ana.tenant}
    with as_service(pg), accepted("a conversation can be given to another tenant"):
        pg.execute(
            "update public.conversations set tenant_id = %s, user_id = %s where id = %s",
            (theirs.ana.tenant, theirs.ana.user, ours.conversation),
        )
    assert tenants_of_messages(pg, ours.conversation) == {theirs.ana.tenant}


def check_messages_are_read_without_the_tenant_s_conversations(pg: Connection) -> None:
    """What a member asks of one conversation costs the same whether the tenant has ten or ten thousand."""
    ours = new_company(pg)
    query = f"explain select id from public.messages where conversation_id = '{ours.conversation}'"
    with as_member(pg, ours.ana):
        plan = "\n".join(line for (line,) in pg.execute(query.encode()))
    assert " on messages" in plan, plan
    assert " on conversations" not in plan, plan


def tenants_of_messages(pg: Connection, conversation: UUID) -> set[UUID]:
    """Whose the messages of a conversation are."""
    found = pg.execute("select tenant_id from public.messages where conversation_id = %s", (conversation,))
    return {tenant for (tenant,) in found}


def check_updated_at_is_the_database_s(pg: Connection) -> None:
    """An update moves updated_at to now, whatever the client sent."""
    member = new_member(pg)
    conversation = new_conversation(pg, member)
    with as_member(pg, member):
        assert touched(pg, "update public.conversations set title = 'x', updated_at = '2001-01-01'") == 1
    row = pg.execute(
        "select updated_at = now() from public.conversations where id = %s", (conversation,)
    ).fetchone()
    assert row == (True,)


# table and column, the sentence that refuses, SQL expressions just inside, SQL expressions just outside
BOUNDARIES = [
    ("tenants.temperature", "is_between_0_and_2", ["0", "2.00"], ["-0.01", "2.01", "'NaN'"]),
    ("tenants.max_tokens", "is_positive", ["1"], ["0"]),
    ("tenants.rate_limit", "is_positive", ["1"], ["0"]),
    ("tenants.daily_token_limit", "is_positive", ["1", "9223372036854775807"], ["0"]),
    ("users.role", "is_known", ["'admin'", "'user'"], ["'owner'", "''"]),
    ("conversations.title", "has_at_most_500_characters", ["''", "repeat('ü', 500)"], ["repeat('ü', 501)"]),
    ("messages.role", "is_known", ["'user'", "'assistant'", "'system'"], ["'User'", "''", "'tool'"]),
    ("messages.content", "is_not_empty", ["' '", "repeat('x', 100000)"], ["''"]),
    ("messages.token_count", "is_not_negative", ["null", "0", "2147483647"], ["-1"]),
    ("messages.latency", "is_not_negative", ["null", "0"], ["-1"]),
    ("feedback.rating", "is_up_or_down", ["-1", "1"], ["0", "2", "-2"]),
    ("feedback.comment", "has_at_most_5000_characters", ["null", "repeat('ü', 5000)"], ["repeat('ü', 5001)"]),
    ("usage_metrics.prompt_tokens", "is_not_negative", ["0"], ["-1"]),
    ("usage_metrics.completion_tokens", "is_not_negative", ["0"], ["-1"]),
    ("usage_metrics.request_count", "is_not_negative", ["0"], ["-1"]),
    ("usage_metrics.estimated_cost", "is_a_number_not_negative", ["0", "999999.9999"], ["-0.0001", "'NaN'"]),
    (
        "usage_metrics.date",
        "is_between_the_years_1_and_9999",
        ["'0001-01-01'", "'9999-12-31'"],
        ["'0001-12-31 BC'", "'10000-01-01'", "'infinity'"],
    ),
]
UNITS = {
    "rate_limit": "rate_limit_per_minute",
    "latency": "latency_ms",
}  # columns that a sentence names shorter


def check_values_on_the_boundary_are_taken_and_just_beyond_it_refused(pg: Connection) -> None:
    """Every limit of every column, from both sides; the refusal comes from exactly that limit."""
    new_company(pg)
    for subject, sentence, inside, outside in BOUNDARIES:
        table, name = subject.split(".")
        update = f"update public.{table} set {UNITS.get(name, name)} = {{}} where {ONE.format(table)}"
        for value in inside:
            with accepted(f"{subject} takes {value}"), pg.transaction():
                pg.execute(update.format(value).encode())
        for value in outside:
            with refused(pg, "23514", f"{table}_{name}_{sentence}"):
                pg.execute(update.format(value).encode())


# One row of a table, so that no unique key is in the way of a value.
ONE = "id = (select t.id from public.{} as t order by t.id limit 1)"


def check_writers_into_the_same_conversations_do_not_lock_each_other_out(own: OwnDatabase) -> None:
    """Sixteen connections write into four conversations in every order: nothing is lost, nobody deadlocks."""
    pg = own.connect()
    owner = new_member(pg)
    conversations = [new_conversation(pg, owner) for _ in range(4)]

    def write(turn: int) -> Work:
        order = conversations[turn % 4 :] + conversations[: turn % 4]
        return lambda connection: answer_all(connection, order)

    all_at_once(own, [[write(client + turn) for turn in range(10)] for client in range(16)])
    counted = pg.execute(
        "select conversation_id, count(*) from public.messages group by conversation_id"
    ).fetchall()
    assert dict(counted) == dict.fromkeys(conversations, 160)


def answer_all(connection: Connection, conversations: list[UUID]) -> None:
    """One message into each conversation, in one statement; a deadlock is the end of it."""
    connection.execute("set local deadlock_timeout = '20ms'")
    try:
        connection.execute(
            "insert into public.messages (conversation_id, role, content)"
            " select t, 'assistant', 'x' from unnest(%s::uuid[]) as t",
            (conversations,),
        )
    except psycopg.errors.DeadlockDetected as error:
        raise AssertionError(f"writers lock each other out: {error}") from error
