"""Promises about the behaviour log: no row is lost, partitions are closed, 12 months are kept."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from uuid import UUID

import psycopg

from pgproof.database import Connection

from ..world import accepted, as_server, as_user, as_visitor, leave_trace, load, new_user, one, refused

DEFAULT = "user_behavior_log_default"


def make_partition(pg: Connection, month: str | None = None) -> str:
    """What the job does (without a month), or an owner who plans ahead."""
    with as_server(pg):
        return one(pg, "select public.create_monthly_partition(%s::date)", (month,))


def partitions(pg: Connection) -> list[str]:
    """Names of all partitions."""
    rows = pg.execute(
        "select c.relname from pg_inherits as i join pg_class as c on c.oid = i.inhrelid"
        " where i.inhparent = 'public.user_behavior_log'::regclass order by c.relname"
    )
    return [name for (name,) in rows]


def rows_by_partition(pg: Connection) -> Counter[str]:
    """How many rows are where."""
    rows = pg.execute("select tableoid::regclass::text, count(*) from public.user_behavior_log group by 1")
    return Counter({name.removeprefix("public."): count for name, count in rows})


def check_rows_of_any_time_are_kept(pg: Connection) -> None:
    """Whether or not their month has a partition, before and after partitions are made."""
    with accepted(pg):
        load(pg, "behaviour_around_new_year")
    assert rows_by_partition(pg) == {DEFAULT: 9}
    for month in ("2025-12-01", "2026-01-31"):
        with accepted(pg):
            make_partition(pg, month)
    assert rows_by_partition(pg) == {
        "user_behavior_log_2025_12": 2,
        "user_behavior_log_2026_01": 3,
        DEFAULT: 4,
    }
    for at in ("2025-11-30 23:59:59.999999+00", "2026-02-01 00:00:00+00", "0001-01-01 00:00+00 BC"):
        with accepted(pg):
            leave_trace(pg, one(pg, "select id from public.users"), at=at)
    assert rows_by_partition(pg)[DEFAULT] == 7


def check_making_a_partition_twice_is_harmless(pg: Connection) -> None:
    """The second time finds the first; rows that came meanwhile and rows that waited are all there."""
    load(pg, "behaviour_around_new_year")
    user = one(pg, "select id from public.users")
    with accepted(pg):
        assert make_partition(pg, "2026-01-15") == "user_behavior_log_2026_01"
        leave_trace(pg, user, at="2026-01-20 00:00+00")
        assert make_partition(pg, "2026-01-01") == "user_behavior_log_2026_01"
    assert rows_by_partition(pg)["user_behavior_log_2026_01"] == 4
    assert partitions(pg) == ["user_behavior_log_2026_01", DEFAULT]


def security_of(pg: Connection, table: str) -> tuple[object, ...]:
    """Row-level security, grants, column grants and policies of a table, its own name aside."""
    flags = pg.execute(
        "select relrowsecurity, relforcerowsecurity from pg_class where oid = %s::regclass", (table,)
    ).fetchone()
    grants = pg.execute(
        "select grantee::regrole::text, privilege_type from pg_class, aclexplode(relacl)"
        " where oid = %s::regclass and grantee <> relowner order by 1, 2",
        (table,),
    ).fetchall()
    columns = pg.execute(
        "select attname, grantee::regrole::text, privilege_type from pg_attribute, aclexplode(attacl)"
        " where attrelid = %s::regclass order by 1, 2, 3",
        (table,),
    ).fetchall()
    policies = pg.execute(
        "select polname, polcmd, polpermissive, polroles::regrole[]::text, pg_get_expr(polqual, polrelid),"
        " pg_get_expr(polwithcheck, polrelid), obj_description(oid, 'pg_policy')"
        " from pg_policy where polrelid = %s::regclass order by polname",
        (table,),
    ).fetchall()
    return flags, grants, columns, policies


def check_partitions_are_as_closed_as_the_whole(pg: Connection) -> None:
    """Those of today and those made later, by catalog and by trying."""
    me, other = new_user(pg), new_user(pg)
    for user in (me, other):
        leave_trace(pg, user, at="2026-01-15 12:00+00")
        leave_trace(pg, user, at="2026-02-15 12:00+00")
        leave_trace(pg, user, at="1999-01-01 00:00+00")
    make_partition(pg, "2026-01-01")
    make_partition(pg, "2026-02-01")
    whole = security_of(pg, "public.user_behavior_log")
    assert whole[0] == (True, True)
    assert len(whole[3]) == 2
    for name in partitions(pg):
        table = f"public.{name}"
        assert security_of(pg, table) == whole, name
        check_rows_are_private(pg, table, me)


def check_rows_are_private(pg: Connection, table: str, me: UUID) -> None:
    """Through this table a traveller reads their own rows and changes none; visitors are refused."""
    with as_user(pg, me):
        assert pg.execute(f"select user_id from {table}".encode()).fetchall() == [(me,)]
    for statement in (
        f"update {table} set action_type = 'x'",
        f"delete from {table}",
        f"truncate {table}",
        f"insert into {table} (user_id, action_type) values (gen_random_uuid(), 'x')",
    ):
        with refused(pg), as_user(pg, me):
            pg.execute(statement.encode())
    with refused(pg), as_visitor(pg):
        pg.execute(f"select from {table}".encode())


def check_travellers_leave_traces_at_the_servers_time(pg: Connection) -> None:
    """Their own, now: a client sets neither the time nor somebody else's id."""
    me, other = new_user(pg), new_user(pg)
    with accepted(pg), as_user(pg, me):
        pg.execute("insert into public.user_behavior_log (user_id, action_type) values (%s, 'search')", (me,))
    assert one(pg, "select created_at = now() from public.user_behavior_log")
    with refused(pg), as_user(pg, me):
        pg.execute("insert into public.user_behavior_log (user_id, action_type) values (%s, 'x')", (other,))
    with refused(pg), as_user(pg, me):
        pg.execute(
            "insert into public.user_behavior_log (user_id, action_type, created_at) values (%s, 'x', now())",
            (me,),
        )


def check_twelve_months_are_kept(pg: Connection, clock, now: datetime, oldest_kept: str) -> None:
    """At `now`, the job keeps what is from `oldest_kept` on, and drops what is before, wherever it is."""
    user = new_user(pg)
    clock.set(now)
    start = f"{oldest_kept} 00:00:00+00"
    before = one(pg, "select (%s::date - 1)::text", (oldest_kept,))
    make_partition(pg, oldest_kept)
    make_partition(pg, before)
    leave_trace(pg, user, "kept", at=start)
    leave_trace(pg, user, "kept", at="infinity")
    pg.execute(
        "insert into public.user_behavior_log (user_id, action_type, created_at)"
        " values (%s, 'dropped', %s::timestamptz - interval '1 microsecond'), (%s, 'dropped', '-infinity'),"
        " (%s, 'dropped', %s::timestamptz - interval '5 years')",
        (user, start, user, user, start),
    )
    make_partition(pg)
    left = Counter(action for (action,) in pg.execute("select action_type from public.user_behavior_log"))
    assert left == {"kept": 2}
    assert f"user_behavior_log_{before[:7].replace('-', '_')}" not in partitions(pg)


def check_the_job_needs_no_luck(pg: Connection, clock, now: datetime) -> None:
    """The job makes this month's and next month's partition, and those of what waited in the default one."""
    user = new_user(pg)
    clock.set(now)
    months = pg.execute(
        "select to_char(date_trunc('month', %s at time zone 'utc') + n * interval '1 month', 'YYYY-MM-15')"
        " from generate_series(-12, 1) as n",
        (now,),
    ).fetchall()
    for (day,) in months:
        leave_trace(pg, user, at=f"{day} 00:00+00")
    try:
        last = make_partition(pg)
    except psycopg.Error as error:
        raise AssertionError(f"the job failed: {error}") from error
    names = [f"user_behavior_log_{day[:7].replace('-', '_')}" for (day,) in months]
    assert last == names[-1]
    assert partitions(pg) == [*names, DEFAULT]
    assert rows_by_partition(pg) == dict.fromkeys(names, 1)
