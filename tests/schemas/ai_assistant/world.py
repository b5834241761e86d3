"""Rows of ai_assistant, made one at a time with only what a test is about, and the people who act on them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import psycopg

from pgproof.database import Connection, acting_as

from ..outcomes import accepted

LONG_AGO = "2020-02-29 12:00:00+00"


@dataclass(frozen=True)
class Member:
    """A row of users: who signs in, and for whom."""

    tenant: UUID
    user: UUID
    auth: UUID


def new_tenant(pg: Connection) -> UUID:
    """A tenant of which only the name is known."""
    return _insert(
        pg,
        "insert into public.tenants (id, name, slug) values (%s, 'Harbor Books', %s)",
        (f"harbor-{uuid4()}",),
    )


def new_member(
    pg: Connection, tenant: UUID | None = None, *, role: str = "user", is_active: bool = True
) -> Member:
    """A member of ``tenant``, or of a tenant of their own."""
    tenant, auth = tenant or new_tenant(pg), uuid4()
    user = _insert(
        pg,
        "insert into public.users (id, tenant_id, auth_id, email, name, role, is_active)"
        " values (%s, %s, %s, 'ana@harbor.example', 'Ana', %s, %s)",
        (tenant, auth, role, is_active),
    )
    return Member(tenant, user, auth)


def new_conversation(
    pg: Connection, owner: Member, *, touched: str = LONG_AGO, is_archived: bool = False
) -> UUID:
    """A conversation of ``owner``, last touched long ago."""
    return _insert(
        pg,
        "insert into public.conversations (id, tenant_id, user_id, created_at, updated_at, is_archived)"
        " values (%s, %s, %s, %s, %s, %s)",
        (owner.tenant, owner.user, touched, touched, is_archived),
    )


def new_message(pg: Connection, conversation: UUID, *, role: str = "user") -> UUID:
    """A message in ``conversation``."""
    return _insert(
        pg,
        "insert into public.messages (id, conversation_id, role, content) values (%s, %s, %s, 'Which tide?')",
        (conversation, role),
    )


def new_feedback(pg: Connection, message: UUID, author: Member, rating: int = 1) -> UUID:
    """What ``author`` thinks of ``message``."""
    return _insert(
        pg,
        "insert into public.feedback (id, message_id, user_id, rating) values (%s, %s, %s, %s)",
        (message, author.user, rating),
    )


def increment(
    pg: Connection,
    tenant: UUID,
    user: UUID | None,
    day: date = date(2026, 1, 5),
    prompt: int | None = 10,
    completion: int | None = 5,
    cost: Decimal | None = Decimal("0.0010"),
) -> None:
    """One request, through the function that the application calls."""
    pg.execute(
        "select public.increment_usage_metrics(%s, %s, %s, %s::bigint, %s::bigint, %s::numeric)",
        (tenant, user, day, prompt, completion, cost),
    )


def refresh(pg: Connection) -> None:
    """Both summaries, as of now."""
    with accepted("the summaries can be refreshed"):
        pg.execute("refresh materialized view concurrently analytics.message_feedback_summary")
        pg.execute("refresh materialized view concurrently analytics.monthly_usage_summary")


def _insert(pg: Connection, statement: str, values: tuple[object, ...]) -> UUID:
    """Insert a row with a key of our own: for `returning`, the select policy would have a say too."""
    key = uuid4()
    pg.execute(statement.encode(), (key, *values))
    return key


@dataclass(frozen=True)
class Company:
    """A tenant in which something has happened: two members, each with a row wherever a member has rows."""

    ana: Member
    bo: Member
    conversation: UUID
    message: UUID
    answer: UUID
    feedback: UUID
    colleagues_conversation: UUID
    colleagues_message: UUID


def new_company(pg: Connection) -> Company:
    """A tenant with members, conversations, messages, feedback and usage; the summaries do not know yet."""
    ana = new_member(pg)
    bo = new_member(pg, ana.tenant)
    conversation, colleagues = new_conversation(pg, ana), new_conversation(pg, bo)
    message, answer = new_message(pg, conversation), new_message(pg, conversation, role="assistant")
    feedback = new_feedback(pg, answer, ana)
    colleagues_message = new_message(pg, colleagues)
    new_feedback(pg, answer, bo, -1)
    for user in (ana.user, bo.user, None):
        increment(pg, ana.tenant, user)
    pg.execute(
        "insert into public.usage_metrics (tenant_id, user_id, date)"
        " values (%s, %s, (now() at time zone 'utc')::date)",
        (ana.tenant, ana.user),
    )
    return Company(ana, bo, conversation, message, answer, feedback, colleagues, colleagues_message)


def as_member(pg: Connection, member: Member) -> AbstractContextManager[Connection]:
    """Be ``member``, signed in."""
    return acting_as(pg, "authenticated", {"sub": str(member.auth), "role": "authenticated"})


def as_visitor(pg: Connection) -> AbstractContextManager[Connection]:
    """Be somebody who has not signed in."""
    return acting_as(pg, "anon", {"role": "anon"})


def as_service(pg: Connection) -> AbstractContextManager[Connection]:
    """Be the application's own backend."""
    return acting_as(pg, "service_role", {"role": "service_role"})


def touched_or_refused(pg: Connection, statement: str, values: tuple[object, ...] = ()) -> bool:
    """Whether a statement was taken; a check that refuses it is as good."""
    try:
        with pg.transaction():
            pg.execute(statement.encode(), values)
    except psycopg.errors.CheckViolation:
        return False
    return True
