from __future__ import annotations

import pytest

from ..outcomes import touched
from . import world
from .checks import access


def test_members_see_their_tenant_only(pg):
    access.check_members_see_their_tenant_only(pg)


def test_absent_empty_malformed_and_foreign_claims_show_nothing_and_raise_nothing(pg):
    access.check_nobody_sees_anything(pg)


def test_visitors_are_refused_everywhere(pg):
    access.check_visitors_are_refused_everywhere(pg)


def test_deactivated_members_have_no_access(pg):
    access.check_deactivated_members_have_no_access(pg)


def test_members_start_conversations_as_themselves(pg):
    access.check_members_start_conversations_as_themselves(pg)


def test_members_speak_as_user_in_their_own_conversations(pg):
    access.check_members_speak_as_user_in_their_own_conversations(pg)


def test_members_rate_messages_of_their_tenant(pg):
    access.check_members_rate_messages_of_their_tenant(pg)


def test_members_change_and_delete_their_own_rows_only(pg):
    access.check_members_change_and_delete_their_own_rows_only(pg)


def test_rows_stay_in_their_tenant(pg):
    access.check_rows_stay_in_their_tenant(pg)


def test_admins_deactivate_members_of_their_tenant_and_do_nothing_else(pg):
    access.check_admins_deactivate_members_of_their_tenant(pg)


def test_members_change_only_their_own_profile(pg):
    access.check_members_change_only_their_own_profile(pg)


def test_a_deactivated_admin_deactivates_nobody(pg):
    admin = world.new_member(pg, role="admin", is_active=False)
    colleague = world.new_member(pg, admin.tenant)
    with world.as_member(pg, admin):
        assert touched(pg, "update public.users set is_active = false where id = %s", (colleague.user,)) == 0


def test_the_service_role_edits_any_profile(pg):
    member = world.new_member(pg)
    with world.as_service(pg):
        pg.execute(
            "update public.users set name = 'Renamed', is_active = false where id = %s", (member.user,)
        )
    row = pg.execute("select name, is_active from public.users where id = %s", (member.user,)).fetchone()
    assert row == ("Renamed", False)


def test_feedback_can_be_given_again_as_an_upsert(pg):
    ours = world.new_company(pg)
    with world.as_member(pg, ours.ana):
        pg.execute(
            "insert into public.feedback (message_id, user_id, rating) values (%s, %s, -1)"
            " on conflict (message_id, user_id) do update set rating = excluded.rating",
            (ours.answer, ours.ana.user),
        )
    row = pg.execute("select rating from public.feedback where id = %s", (ours.feedback,)).fetchone()
    assert row == (-1,)


@pytest.mark.parametrize("schema", ["analytics", "private"])
def test_helper_schemas_give_client_roles_no_relation(pg, schema):
    reachable = pg.execute(
        "select c.oid::regclass::text from pg_class as c, unnest(array['anon', 'authenticated']) as r (name)"
        " where c.relnamespace = %s::regnamespace and c.relkind in ('r', 'm', 'v', 'S')"
        " and has_table_privilege(r.name, c.oid, 'select, insert, update, delete, truncate')",
        (schema,),
    ).fetchall()
    assert reachable == []


def test_members_get_back_what_they_insert(pg):
    ours = world.new_company(pg)
    for statement, values in (
        ("conversations (tenant_id, user_id)", (ours.ana.tenant, ours.ana.user)),
        ("messages (conversation_id, role, content)", (ours.conversation, "user", "Which tide?")),
        ("feedback (message_id, user_id, rating)", (ours.message, ours.ana.user, 1)),
    ):
        places = ", ".join(["%s"] * len(values))
        with world.as_member(pg, ours.ana):
            row = pg.execute(
                f"insert into public.{statement} values ({places}) returning id", values
            ).fetchone()
        assert row is not None
