"""Promises about who reaches which rows of conversations, messages, feedback and users."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid4

from pgproof.database import Claims, Connection, acting_as

from ...outcomes import accepted, refused, touched
from ..world import (
    Company,
    Member,
    as_member,
    as_service,
    as_visitor,
    new_company,
    new_conversation,
    new_feedback,
    new_member,
    new_message,
    refresh,
)

TABLES = ("tenants", "users", "conversations", "messages", "feedback", "usage_metrics")
VIEWS = ("message_feedback_summary", "monthly_usage_summary", "current_day_usage")
# Claims of nobody: absent, as after a reset in a pooled session, malformed in every way, and of a stranger.
NOBODY: tuple[Claims, ...] = (
    None,
    "",
    "{",
    "null",
    "[]",
    '"sub"',
    "{}",
    '{"sub": null}',
    '{"sub": ""}',
    '{"sub": "ana"}',
    '{"sub": 7}',
    '{"sub": {"sub": "x"}}',
    {"sub": str(uuid4())},
)

TENANT_OF = {
    "tenants": "id",
    "messages": "(select c.tenant_id from public.conversations as c where c.id = messages.conversation_id)",
    "feedback": "(select u.tenant_id from public.users as u where u.id = feedback.user_id)",
}


def tenants_seen(pg: Connection, relation: str) -> set[UUID]:
    """Whose rows of ``relation`` can be seen."""
    query = f"select {TENANT_OF.get(relation, 'tenant_id')} from public.{relation}"
    return {row[0] for row in pg.execute(query.encode())}


def rows_seen(pg: Connection, relations: Iterable[str]) -> dict[str, int]:
    """How many rows of each relation can be seen."""
    seen = {}
    for relation in relations:
        row = pg.execute(f"select count(*) from public.{relation}".encode()).fetchone()
        assert row is not None
        seen[relation] = row[0]
    return seen


def check_members_see_their_tenant_only(pg: Connection) -> None:
    """All rows of the own tenant, colleagues' included, and none of another; the service role sees all."""
    ours, theirs = new_company(pg), new_company(pg)
    refresh(pg)
    for relation in (*TABLES, *VIEWS):
        where = f"where {TENANT_OF.get(relation, 'tenant_id')} = %s"
        query = f"select count(*) from public.{relation} {where}"
        with as_service(pg):
            rows = pg.execute(query.encode(), (ours.ana.tenant,)).fetchone()
            assert {ours.ana.tenant, theirs.ana.tenant} <= tenants_seen(pg, relation), relation
        with as_member(pg, ours.bo), accepted(f"a member reads {relation}"):
            assert tenants_seen(pg, relation) == {ours.ana.tenant}, relation
            assert rows_seen(pg, [relation]) == {relation: (rows or (0,))[0]}, relation


def check_nobody_sees_anything(pg: Connection) -> None:
    """Claims that are absent, empty, malformed or of a stranger show nothing and raise nothing."""
    with accepted("rows are written with empty claims, as left behind in a pooled session"):
        pg.execute("select set_config('request.jwt.claims', '', true)")
        new_company(pg)
    refresh(pg)
    for claims in NOBODY:
        with acting_as(pg, "authenticated", claims), accepted(f"claims {claims!r} raise nothing"):
            assert rows_seen(pg, (*TABLES, *VIEWS)) == dict.fromkeys((*TABLES, *VIEWS), 0), claims


def check_visitors_are_refused_everywhere(pg: Connection) -> None:
    """Somebody who has not signed in has no privilege on anything."""
    new_company(pg)
    for relation in (*TABLES, *VIEWS):
        with refused(pg, "42501"), as_visitor(pg):
            pg.execute(f"select from public.{relation}".encode())
    for table in TABLES:
        for statement in (
            f"insert into public.{table} default values",
            f"update public.{table} set id = id",
            f"delete from public.{table}",
            f"truncate public.{table} cascade",
        ):
            with refused(pg, "42501"), as_visitor(pg):
                pg.execute(statement.encode())


def check_deactivated_members_have_no_access(pg: Connection) -> None:
    """From the moment of deactivation: no row to read, none to write, the own ones included."""
    ours = new_company(pg)
    refresh(pg)
    pg.execute("update public.users set is_active = false where id = %s", (ours.ana.user,))
    relations = (*TABLES, *VIEWS)
    with as_member(pg, ours.ana):
        assert rows_seen(pg, relations) == dict.fromkeys(relations, 0)
        for table, column in (("conversations", "title"), ("messages", "content"), ("feedback", "comment")):
            assert touched(pg, f"update public.{table} set {column} = 'x'") == 0, table
            assert touched(pg, f"delete from public.{table}") == 0, table
        assert touched(pg, "update public.users set is_active = true") == 0
    for insert in (
        lambda: new_conversation(pg, ours.ana),
        lambda: new_message(pg, ours.conversation),
        lambda: new_feedback(pg, ours.message, ours.ana),
    ):
        with refused(pg, "42501"), as_member(pg, ours.ana):
            insert()


def check_members_start_conversations_as_themselves(pg: Connection) -> None:
    """In the own tenant and the own name; not in a colleague's name, not elsewhere."""
    ours, theirs = new_company(pg), new_company(pg)
    with as_member(pg, ours.ana), accepted("a member starts a conversation"):
        new_conversation(pg, ours.ana)
    for owner in (
        ours.bo,
        theirs.ana,
        Member(theirs.ana.tenant, ours.ana.user, ours.ana.auth),
        Member(ours.ana.tenant, theirs.ana.user, theirs.ana.auth),
    ):
        with refused(pg, "42501"), as_member(pg, ours.ana):
            new_conversation(pg, owner)


def check_members_speak_as_user_in_their_own_conversations(pg: Connection) -> None:
    """Nobody puts words into the mouth of the model, of the application or of a colleague."""
    ours, theirs = new_company(pg), new_company(pg)
    with as_member(pg, ours.ana), accepted("a member writes into the own conversation"):
        new_message(pg, ours.conversation)
    for conversation, role in (
        (ours.conversation, "assistant"),
        (ours.conversation, "system"),
        (ours.colleagues_conversation, "user"),
        (ours.colleagues_conversation, "system"),
        (theirs.conversation, "user"),
        (uuid4(), "user"),
    ):
        with refused(pg, "42501"), as_member(pg, ours.ana):
            new_message(pg, conversation, role=role)
    with as_service(pg), accepted("the service role writes as anybody"):
        for role in ("user", "assistant", "system"):
            new_message(pg, ours.conversation, role=role)


def check_members_rate_messages_of_their_tenant(pg: Connection) -> None:
    """As themselves, also what a colleague got; nothing of another tenant, nothing as somebody else."""
    ours, theirs = new_company(pg), new_company(pg)
    with as_member(pg, ours.ana), accepted("a member rates messages"):
        new_feedback(pg, ours.message, ours.ana)
        new_feedback(pg, ours.colleagues_message, ours.ana)
    for message, author in (
        (theirs.message, ours.ana),
        (ours.message, ours.bo),
        (theirs.message, theirs.ana),
        (uuid4(), ours.ana),
    ):
        with refused(pg, "42501"), as_member(pg, ours.ana):
            new_feedback(pg, message, author)


def check_members_change_and_delete_their_own_rows_only(pg: Connection) -> None:
    """Blind or with a condition, an update or delete reaches the own rows and leaves all others."""
    ours, _theirs = new_company(pg), new_company(pg)
    own = {
        "conversations": ("title", ours.conversation),
        "messages": ("content", ours.message),
        "feedback": ("comment", ours.feedback),
    }
    for table, (column, key) in own.items():
        for condition in ("", " where id is not null"):
            for change in (f"update public.{table} set {column} = 'mine'", f"delete from public.{table}"):
                with pg.transaction(force_rollback=True):
                    before = set(pg.execute(f"select t::text, id from public.{table} as t".encode()))
                    with as_member(pg, ours.ana), accepted("a member changes the own row"):
                        assert pg.execute((change + condition).encode()).rowcount == 1, change + condition
                    after = set(pg.execute(f"select t::text, id from public.{table} as t".encode()))
                    assert {row[1] for row in before ^ after} == {key}, change + condition


def check_rows_stay_in_their_tenant(pg: Connection) -> None:
    """No update gives a row away or takes it elsewhere, with or without a condition that reads the row."""
    ours, theirs = new_company(pg), new_company(pg)
    for change in moves(ours, theirs):
        for condition in ("", " where id is not null"):
            statement, values = change
            with pg.transaction(force_rollback=True):
                with as_member(pg, ours.ana):
                    count = touched(pg, statement + condition, values)
                assert count == 0, f"{statement + condition} moved {count} rows"


def moves(ours: Company, theirs: Company) -> list[tuple[str, tuple[object, ...]]]:
    """Statements that would give a row of Ana's to somebody else, and the values they take."""
    conversation, message, feedback = (
        f"update public.{table} set " for table in ("conversations", "messages", "feedback")
    )
    return [
        (conversation + "tenant_id = %s", (theirs.ana.tenant,)),
        (conversation + "tenant_id = %s, user_id = %s", (theirs.ana.tenant, theirs.ana.user)),
        (conversation + "user_id = %s", (ours.bo.user,)),
        (message + "conversation_id = %s", (theirs.conversation,)),
        (message + "conversation_id = %s", (ours.colleagues_conversation,)),
        (message + "tenant_id = %s", (theirs.ana.tenant,)),
        (message + "tenant_id = %s, conversation_id = %s", (theirs.ana.tenant, theirs.conversation)),
        (message + "role = %s", ("system",)),
        (feedback + "message_id = %s", (theirs.message,)),
        (feedback + "user_id = %s", (ours.bo.user,)),
        (feedback + "user_id = %s, message_id = %s", (theirs.ana.user, theirs.message)),
    ]


def check_admins_deactivate_members_of_their_tenant(pg: Connection) -> None:
    """An admin (de)activates members of the own tenant, and does nothing else to anybody."""
    ours, theirs = new_company(pg), new_company(pg)
    admin = new_member(pg, ours.ana.tenant, role="admin")
    with as_member(pg, admin), accepted("an admin manages members"):
        assert tenants_seen(pg, "users") == {admin.tenant}
        for is_active in ("false", "true"):
            statement = f"update public.users set is_active = {is_active} where id = %s"
            assert touched(pg, statement, (ours.ana.user,)) == 1
            assert touched(pg, statement, (theirs.ana.user,)) == 0
    for change in (
        "name = name",
        "name = 'x'",
        "preferences = '{\"x\": 1}'",
        "role = 'admin'",
        "tenant_id = id",
        "email = 'x'",
    ):
        with as_member(pg, admin):
            assert touched(pg, f"update public.users set {change} where id = %s", (ours.ana.user,)) == 0, (
                change
            )
    with as_member(pg, admin):
        assert touched(pg, "delete from public.users") == 0


def check_members_change_only_their_own_profile(pg: Connection) -> None:
    """Name and preferences, and nothing that decides what they may do."""
    ours = new_company(pg)
    with as_member(pg, ours.ana), accepted("a member edits the own profile"):
        assert touched(pg, "update public.users set name = 'Ana B.', preferences = '{\"dark\": true}'") == 1
        for change in (
            "role = 'admin'",
            "is_active = false",
            "tenant_id = gen_random_uuid()",
            "auth_id = gen_random_uuid()",
            "email = 'x@harbor.example'",
            "id = gen_random_uuid()",
        ):
            assert touched(pg, f"update public.users set {change}") == 0, change
        for change in ("name = 'x'", "is_active = false"):
            assert touched(pg, f"update public.users set {change} where id = %s", (ours.bo.user,)) == 0, (
                change
            )
        assert touched(pg, "delete from public.users") == 0
    with refused(pg, "42501"), as_member(pg, ours.ana):
        new_member(pg, ours.ana.tenant, role="admin")
