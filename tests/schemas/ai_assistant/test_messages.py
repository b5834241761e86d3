from __future__ import annotations

from ..outcomes import refused
from . import world
from .checks import messages


def test_a_message_touches_its_conversation_whoever_writes_it(pg):
    messages.check_a_message_touches_its_conversation_whoever_writes_it(pg)


def test_many_messages_touch_a_conversation_once(pg):
    messages.check_many_messages_touch_a_conversation_once(pg)


def test_a_message_is_of_its_conversation_s_tenant_whoever_writes_it(pg):
    messages.check_a_message_is_of_its_conversation_s_tenant(pg)


def test_messages_are_read_without_the_tenant_s_conversations(pg):
    messages.check_messages_are_read_without_the_tenant_s_conversations(pg)


def test_updated_at_is_the_database_s(pg):
    messages.check_updated_at_is_the_database_s(pg)


def test_values_on_the_boundary_are_taken_and_just_beyond_it_refused(pg):
    messages.check_values_on_the_boundary_are_taken_and_just_beyond_it_refused(pg)


def test_a_conversation_is_titled_new_conversation(pg):
    world.new_conversation(pg, world.new_member(pg))
    assert pg.execute("select title from public.conversations").fetchall() == [("New Conversation",)]


def test_a_member_has_one_opinion_of_a_message(pg):
    company = world.new_company(pg)
    with refused(pg, "23505", "feedback_message_id_user_id_key"):
        world.new_feedback(pg, company.answer, company.ana, -1)


def test_a_conversation_cannot_pair_a_member_with_another_tenant(pg):
    ours, theirs = world.new_member(pg), world.new_member(pg)
    with refused(pg, "23503", "conversations_tenant_id_user_id_fkey"):
        world.new_conversation(pg, world.Member(theirs.tenant, ours.user, ours.auth))


def test_writers_into_the_same_conversations_do_not_lock_each_other_out(pg_clone):
    messages.check_writers_into_the_same_conversations_do_not_lock_each_other_out(pg_clone)
