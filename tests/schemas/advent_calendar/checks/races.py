"""Promises about two connections that do the same at the same time."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any, TypeVar

from pgproof.database import Connection

from ..world import add, keys_of, new_family, new_person, one
from .accounts import ensure_account

T = TypeVar("T")
WAITING = (
    "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
)
PATIENCE = 20  # seconds
PAST = datetime(2020, 1, 1, tzinfo=timezone.utc)


def at_once(own: Any, act: Callable[[Connection], T]) -> tuple[T, T]:
    """What ``act`` returns on two connections; the first commits when the second waits for it, or is done."""
    first, second, watcher = own.connect(autocommit=False), own.connect(), own.connect()
    with ThreadPoolExecutor(1) as pool:
        before = act(first)
        later = pool.submit(act, second)
        deadline = time.monotonic() + PATIENCE
        while not later.done() and not one(watcher, WAITING) and time.monotonic() < deadline:
            time.sleep(0.01)
        first.commit()
        return before, later.result(PATIENCE)


def check_two_first_sign_ins_open_one_account(own: Any) -> None:
    """Somebody signs in on the tablet and on the phone: one account, and no error on either."""
    person = new_person(own.connect())
    tablet, phone = at_once(own, lambda pg: ensure_account(pg, person))
    assert tablet == phone
    assert one(own.connect(), "select count(*) from public.account_v2") == 1


def check_messages_of_two_connections_are_all_counted(own: Any) -> None:
    """Child and persona speak at once: the total of the conversation knows both."""
    family = new_family(own.connect())
    at_once(own, lambda pg: add(pg, "chat_message_v2", family))
    total = "select total_messages from public.chat_session_v2 where session_id = %s"
    assert one(own.connect(), total, (family.session,)) == 3


def check_cleanup_passes_over_a_conversation_whose_memory_is_being_changed(own: Any) -> None:
    """A fragment outlives its conversation; whoever changes it while the job runs is not waited for."""
    setup = own.connect()
    family = new_family(setup)
    setup.execute("update public.chat_session_v2 set created_at = %s, expires_at = %s", (PAST, PAST))
    writer, job = own.connect(autocommit=False), own.connect()
    writer.execute("update public.memory_fragment set content = 'Likes tea.'")
    job.execute("set lock_timeout = '2s'")
    job.execute("select private.remove_expired_chat_memory()")
    assert keys_of(setup, "chat_session_v2") == {family.session}
    writer.commit()
    job.execute("select private.remove_expired_chat_memory()")
    assert keys_of(setup, "chat_session_v2") == set()
    kept = setup.execute("select content, session_id from public.memory_fragment").fetchall()
    assert kept == [("Likes tea.", None)]
