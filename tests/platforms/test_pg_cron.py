"""pg_cron's functions and tables as the real 1.6 has them; where a server has it, these tests judge it."""

from __future__ import annotations

import psycopg
import pytest

pytestmark = pytest.mark.usefixtures("needs_pg_cron_1_6")

JOB = ["jobid", "schedule", "command", "nodename", "nodeport", "database", "username", "active", "jobname"]
RUN = [
    "jobid",
    "runid",
    "job_pid",
    "database",
    "username",
    "command",
    "status",
    "return_message",
    "start_time",
    "end_time",
]


def call(pg, function, *args, **named):
    marks = [psycopg.sql.Placeholder()] * len(args) + [
        psycopg.sql.SQL("{} => {}").format(psycopg.sql.Identifier(name), psycopg.sql.Placeholder())
        for name in named
    ]
    query = psycopg.sql.SQL("select {}({})").format(
        psycopg.sql.Identifier("cron", function), psycopg.sql.SQL(", ").join(marks)
    )
    return pg.execute(query, [*args, *named.values()]).fetchone()[0]


def jobs(pg, columns="jobname, schedule, command, active"):
    return pg.execute(f"select {columns} from cron.job order by jobid").fetchall()


@pytest.fixture
def user(pg):
    """Somebody who is no superuser and may use pg_cron, as its documentation grants it."""
    pg.execute("create role cron_user login")
    pg.execute("grant usage on schema cron to cron_user")
    return "cron_user"


@pytest.mark.parametrize(("table", "columns"), [("job", JOB), ("job_run_details", RUN)])
def test_tables_have_the_columns_of_the_real_ones_in_order(pg, table, columns):
    rows = pg.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 order by attnum",
        (f"cron.{table}",),
    )
    assert [name for (name,) in rows] == columns


def test_a_job_is_written_with_who_and_where(pg):
    job = call(pg, "schedule", "nightly", "0 2 * * *", "select 1")
    me, port = pg.execute("select current_user, current_setting('port')::int").fetchone()
    row = pg.execute("select jobid, nodename, nodeport, username, active from cron.job").fetchone()
    assert row == (job, "localhost", port, me, True)


def test_a_job_belongs_to_the_database_of_pg_cron_not_to_a_copy_of_it(pg):
    call(pg, "schedule", "nightly", "0 2 * * *", "select 1")
    home = pg.execute("select coalesce(current_setting('cron.database_name', true), 'postgres')").fetchone()
    assert jobs(pg, "database") == [home]


def test_the_same_name_again_changes_the_job_and_keeps_its_number(pg):
    first = call(pg, "schedule", "nightly", "0 2 * * *", "select 1")
    assert call(pg, "schedule", "nightly", "0 3 * * *", "select 2") == first
    assert jobs(pg) == [("nightly", "0 3 * * *", "select 2", True)]


def test_scheduling_again_leaves_an_inactive_job_inactive(pg):
    job = call(pg, "schedule", "nightly", "0 2 * * *", "select 1")
    call(pg, "alter_job", job, active=False)
    call(pg, "schedule", "nightly", "0 3 * * *", "select 1")
    assert jobs(pg) == [("nightly", "0 3 * * *", "select 1", False)]


def test_jobs_without_a_name_are_always_new(pg):
    first, second = (
        call(pg, "schedule", "0 2 * * *", "select 1"),
        call(pg, "schedule", "0 2 * * *", "select 1"),
    )
    assert first != second
    assert jobs(pg, "jobname") == [(None,), (None,)]


def test_two_users_may_use_one_name(pg, user, act_as):
    mine = call(pg, "schedule", "nightly", "0 2 * * *", "select 1")
    with act_as(user):
        assert call(pg, "schedule", "nightly", "0 3 * * *", "select 2") != mine
    assert len(jobs(pg)) == 2


@pytest.mark.parametrize(
    "schedule", ["1 minute", "* * * *", "60 * * * *", "@often", "", "0 2 * * * ".replace("2", "24")]
)
def test_a_schedule_that_is_none_is_refused_in_the_words_of_the_real_one(pg, schedule):
    with pytest.raises(psycopg.errors.InvalidParameterValue) as caught:
        call(pg, "schedule", "nightly", schedule, "select 1")
    assert caught.value.diag.message_primary == f"invalid schedule: {schedule}"
    assert caught.value.diag.message_hint == (
        "Use cron format (e.g. 5 4 * * *), or interval format '[1-59] seconds'"
    )


def test_alter_job_refuses_the_same_schedules(pg):
    job = call(pg, "schedule", "nightly", "0 2 * * *", "select 1")
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="invalid schedule: 1 minute"):
        call(pg, "alter_job", job, schedule="1 minute")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((None, "0 2 * * *", "select 1"), "job_name can not be NULL"),
        (("j", None, "select 1"), "schedule can not be NULL"),
        (("j", "0 2 * * *", None), "command can not be NULL"),
    ],
)
def test_nothing_may_be_null(pg, args, message):
    with pytest.raises(psycopg.errors.InternalError_) as caught:
        pg.execute("select cron.schedule(%s::text, %s::text, %s::text)", args)
    assert caught.value.diag.message_primary == message


def test_unschedule_by_number_and_by_name_returns_true(pg):
    job = call(pg, "schedule", "0 2 * * *", "select 1")
    call(pg, "schedule", "nightly", "0 2 * * *", "select 1")
    assert pg.execute("select cron.unschedule(%s::bigint)", (job,)).fetchone() == (True,)
    assert pg.execute("select cron.unschedule('nightly')").fetchone() == (True,)
    assert jobs(pg) == []


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("select cron.unschedule(4711)", "could not find valid entry for job 4711"),
        ("select cron.unschedule('nothing')", "could not find valid entry for job 'nothing'"),
    ],
)
def test_a_job_that_is_not_there_cannot_be_unscheduled(pg, statement, message):
    with pytest.raises(psycopg.errors.InternalError_) as caught:
        pg.execute(statement)
    assert caught.value.diag.message_primary == message


def test_alter_job_changes_what_is_given_and_nothing_else(pg):
    job = call(pg, "schedule", "nightly", "0 2 * * *", "select 1")
    call(pg, "alter_job", job, command="select 2", active=False)
    assert jobs(pg) == [("nightly", "0 2 * * *", "select 2", False)]
    call(pg, "alter_job", job, schedule="5 seconds")
    assert jobs(pg) == [("nightly", "5 seconds", "select 2", False)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("1", "no updates specified"),
        ("null, 'x'", "job_id can not be NULL"),
        ("4711, active => false", "Job 4711 does not exist or you don't own it"),
        ("1, username => 'nobody_here'", 'role "nobody_here" does not exist'),
        ("1, username => 'anon'", 'role "anon" can not log in'),
    ],
)
def test_alter_job_says_what_is_wrong(pg, arguments, message):
    pg.execute(
        "insert into cron.job (jobid, schedule, command, nodeport) values (1, '0 2 * * *', 'select 1', 1)"
    )
    with pytest.raises(psycopg.errors.InternalError_) as caught:
        pg.execute(f"select cron.alter_job({arguments})")
    assert caught.value.diag.message_primary == message


def test_a_superuser_schedules_for_another_role_that_can_log_in(pg, user):
    database = pg.execute("select current_database()").fetchone()[0]
    call(pg, "schedule_in_database", "his", "0 2 * * *", "select 1", database, user, False)
    assert jobs(pg, "jobname, username, database, active") == [("his", user, database, False)]


@pytest.mark.parametrize(
    ("database", "role", "error", "message"),
    [
        ("postgres", "anon", "XX000", 'role "anon" can not log in'),
        ("postgres", "nobody_here", "XX000", 'role "nobody_here" does not exist'),
        ("no_such_database", None, "3D000", 'database "no_such_database" does not exist'),
    ],
)
def test_schedule_in_database_says_what_is_wrong(pg, database, role, error, message):
    with pytest.raises(psycopg.Error) as caught:
        call(pg, "schedule_in_database", "j", "0 2 * * *", "select 1", database, role)
    assert (caught.value.sqlstate, caught.value.diag.message_primary) == (error, message)


def test_a_user_sees_and_removes_his_own_jobs_only(pg, user, act_as):
    job = call(pg, "schedule", "mine", "0 2 * * *", "select 1")
    with act_as(user):
        call(pg, "schedule", "his", "0 3 * * *", "select 2")
        assert jobs(pg, "jobname") == [("his",)]
        assert call(pg, "unschedule", "his") is True
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied for table job"),
        act_as(user),
    ):
        pg.execute("select cron.unschedule(%s::bigint)", (job,))
    assert jobs(pg, "jobname") == [("mine",)]


def test_unschedule_by_name_means_ones_own(pg, user, act_as):
    call(pg, "schedule", "nightly", "0 2 * * *", "select 1")
    with pytest.raises(psycopg.errors.InternalError_, match="could not find valid entry"), act_as(user):
        call(pg, "unschedule", "nightly")


@pytest.mark.parametrize(
    "statement",
    [
        "insert into cron.job (schedule, command) values ('0 2 * * *', 'select 1')",
        "update cron.job set command = 'select 2'",
        "delete from cron.job",
        "insert into cron.job_run_details (jobid) values (1)",
        "update cron.job_run_details set status = 'x'",
        "select nextval('cron.jobid_seq')",
        "select cron.schedule_in_database('j', '0 2 * * *', 'select 1', 'postgres')",
        "select cron.alter_job(1, active => false)",
    ],
)
def test_a_user_may_not_go_around_the_functions(pg, user, act_as, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege), act_as(user):
        pg.execute(statement)


def test_a_user_reads_and_clears_the_history_of_his_own_jobs(pg, user, act_as):
    pg.execute(
        "insert into cron.job_run_details (runid, username) values (1, %s), (2, current_user)", (user,)
    )
    with act_as(user):
        assert pg.execute("delete from cron.job_run_details returning runid").fetchall() == [(1,)]
    assert pg.execute("select runid from cron.job_run_details").fetchall() == [(2,)]


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_no_api_role_may_use_pg_cron(pg, act_as, role):
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied for schema cron"),
        act_as(role),
    ):
        pg.execute("select cron.schedule('j', '0 2 * * *', 'select 1')")


def test_a_definer_function_schedules_for_its_owner(pg, user, act_as):
    pg.execute(
        "create function public.plan() returns bigint language sql security definer"
        " as $$select cron.schedule('planned', '0 2 * * *', 'select 1')$$"
    )
    with act_as("authenticated"):
        pg.execute("select public.plan()")
    assert jobs(pg, "jobname, username") == [("planned", pg.execute("select current_user").fetchone()[0])]


def test_dropping_the_extension_takes_everything_along(pg):
    pg.execute("drop extension pg_cron")
    assert pg.execute("select nspname from pg_namespace where nspname like '%cron%'").fetchall() == []
