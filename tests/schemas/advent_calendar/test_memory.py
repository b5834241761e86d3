from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .checks import expiry, memory, races
from .world import add, as_person, has_vectors, new_family, one

numbers = st.integers(-20, 20).map(float)
meanings = st.lists(numbers, min_size=1, max_size=6).filter(any).map(tuple)
EXPIRY = [check for name, check in vars(expiry).items() if name.startswith("check_") and "waits" not in name]
SEARCH = [check for name, check in vars(memory).items() if name.startswith("check_")]


@pytest.fixture
def vectors(pg):
    if not has_vectors(pg):
        pytest.skip("this server has no pgvector, so memories have no embeddings")


@pytest.mark.parametrize("check", EXPIRY, ids=lambda check: check.__name__.removeprefix("check_"))
def test_promise(pg, check):
    check(pg)


@pytest.mark.parametrize("check", SEARCH, ids=lambda check: check.__name__.removeprefix("check_"))
def test_search(pg, vectors, check):
    check(pg)


def test_jobs_keep_up_for_a_month(pg):
    expiry.check_jobs_keep_up(pg, days=30)


def test_cleanup_waits_for_nobody(pg_clone):
    expiry.check_cleanup_waits_for_nobody(pg_clone)


def test_cleanup_passes_over_a_conversation_whose_memory_is_being_changed(pg_clone):
    races.check_cleanup_passes_over_a_conversation_whose_memory_is_being_changed(pg_clone)


@given(mine=st.lists(meanings, max_size=8), others=st.lists(meanings, max_size=8), query=meanings,
       limit=st.integers(0, 10), exact=st.sampled_from([0, 3, 1000]))  # fmt: skip
def test_the_search_agrees_with_comparing_everything(pg, mine, others, query, limit, exact):
    """Up to ``exact`` memories exactly the nearest; of more, what the vector index promises.

    The index is always at hand here. Left to itself the planner takes it once autovacuum has counted a table
    whose rows nobody has committed as empty, so which path a search took was a matter of time.
    """
    if not has_vectors(pg):
        pytest.skip("this server has no pgvector, so memories have no embeddings")
    family, other = new_family(pg), new_family(pg)
    pg.execute("delete from public.memory_embedding")
    memory.remember(pg, other, *others)
    memories = memory.remember(pg, family, *mine)
    memory.use_the_vector_index(pg)
    promised = memory.assert_nearest if len(mine) <= exact else memory.assert_own_by_distance
    with as_person(pg, family):
        promised(memory.search(pg, query, limit, exact), memories, query, limit)


@given(hours=st.lists(st.integers(-3, 3), max_size=6), batch=st.integers(1, 4))
def test_cleanup_leaves_exactly_what_has_not_expired(pg, hours, batch):
    expiry.Clock(pg).set(expiry.START)
    family = new_family(pg)
    keys = [
        expiry.expiring_row(pg, "memory_fragment", family, expiry.START + timedelta(hours=n)) for n in hours
    ]
    pg.execute("select private.remove_expired_chat_memory(%s)", (batch,))
    left = expiry.all_keys(pg, "memory_fragment") & set(keys)
    assert left == {key for key, n in zip(keys, hours, strict=True) if n > 0}


@given(script=st.lists(st.tuples(st.booleans(), st.integers(1, 4)), max_size=6))
def test_the_total_of_a_conversation_follows_its_messages(pg, script):
    family = new_family(pg)
    expected = 1
    for inserting, count in script:
        if inserting:
            pg.execute(
                "insert into public.chat_message_v2 (account_id, session_id, sender, message_text)"
                " select %s, %s, 'child', 'Hello!' from generate_series(1, %s)",
                (family.account, family.session, count),
            )
        else:
            pg.execute(
                "delete from public.chat_message_v2 where message_id in"
                " (select message_id from public.chat_message_v2 where account_id = %s limit %s)",
                (family.account, count),
            )
        expected = expected + count if inserting else max(0, expected - count)
    total = "select total_messages from public.chat_session_v2 where session_id = %s"
    assert one(pg, total, (family.session,)) == expected


def test_a_message_that_moves_is_counted_where_it_went(pg):
    family = new_family(pg)
    other = add(pg, "chat_session_v2", family)
    pg.execute("update public.chat_message_v2 set session_id = %s", (other,))
    totals = dict(pg.execute("select session_id, total_messages from public.chat_session_v2").fetchall())
    assert totals == {family.session: 0, other: 1}


def test_messages_of_two_connections_are_all_counted(pg_clone):
    races.check_messages_of_two_connections_are_all_counted(pg_clone)
