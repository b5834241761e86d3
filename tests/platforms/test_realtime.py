from __future__ import annotations

import psycopg
import pytest


def published(pg):
    return pg.execute(
        "select schemaname, tablename from pg_publication_tables where pubname = 'supabase_realtime'"
    ).fetchall()


def test_the_publication_is_there_and_empty(pg):
    assert pg.execute(
        "select puballtables from pg_publication where pubname = 'supabase_realtime'"
    ).fetchall() == [(False,)]
    assert published(pg) == []


def test_a_migration_can_publish_a_table(pg):
    pg.execute("alter publication supabase_realtime add table public.things")
    assert published(pg) == [("public", "things")]


def test_what_is_sent_is_a_private_message_with_its_topic(pg):
    pg.execute("""select realtime.send('{"a": 1}', 'moved', 'room:1')""")
    assert pg.execute(
        "select payload, event, topic, private, extension from realtime.messages"
    ).fetchall() == [({"a": 1}, "moved", "room:1", True, "broadcast")]


def test_a_broadcast_that_fails_is_a_warning_not_an_error(pg):
    warnings = []
    pg.add_notice_handler(lambda notice: warnings.append(notice.severity_nonlocalized))
    pg.execute("select realtime.send('{}', 'moved', null)")
    assert warnings == ["WARNING"]
    assert pg.execute("select count(*) from realtime.messages").fetchone() == (0,)


def test_a_trigger_broadcasts_the_change(pg):
    pg.execute(
        "create function public.announce() returns trigger language plpgsql as $$ begin"
        " perform realtime.broadcast_changes("
        "'things', tg_op, tg_op, tg_table_name, tg_table_schema, new, old);"
        " return null; end $$"
    )
    pg.execute(
        "create trigger announce after insert on public.things"
        " for each row execute function public.announce()"
    )
    pg.execute("insert into public.things (name) values ('ball')")
    (payload,) = pg.execute("select payload from realtime.messages").fetchone()
    assert payload["operation"] == "INSERT"
    assert payload["record"]["name"] == "ball"
    assert payload["old_record"] is None


def test_a_statement_trigger_cannot_broadcast_rows(pg):
    with pytest.raises(psycopg.errors.RaiseException, match="row trigger"):
        pg.execute(
            "select realtime.broadcast_changes('t', 'e', 'INSERT', 'things', 'public', t, t, 'STATEMENT')"
            " from (values (1)) as t (a)"
        )


def test_a_policy_on_the_topic_decides_who_hears(pg, act_as):
    pg.execute("select realtime.send('{}', 'e', 'room:1')")
    pg.execute(
        "create policy hear on realtime.messages for select to authenticated"
        " using (topic = (select realtime.topic()))"
    )
    for topic, heard in [("room:1", 1), ("room:2", 0), ("", 0)]:
        with act_as("authenticated"):
            pg.execute("select set_config('realtime.topic', %s, true)", (topic,))
            assert pg.execute("select count(*) from realtime.messages").fetchone() == (heard,), topic
    with act_as("anon"):
        assert pg.execute("select count(*) from realtime.messages").fetchone() == (0,)


def test_a_message_of_any_day_finds_a_partition(pg):
    for day in ("1999-01-01", "2026-11-20", "2126-01-01"):
        pg.execute(
            "insert into realtime.messages (topic, extension, inserted_at) values ('t', 'broadcast', %s)",
            (day,),
        )
    assert pg.execute("select count(*) from realtime.messages").fetchone() == (3,)
