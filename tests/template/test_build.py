"""Templates: built once, reused, rebuilt when anything that matters changed, recognised when half-built."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from pgproof import database, project, template
from pgproof.psql import ScriptFailed
from pgproof.template import build, databases, names, session


def steps(number):
    return {f"{each:03}_t{each}.sql": f"create table t{each} (id int);\n" for each in range(1, number + 1)}


def ensure(folder, **options):
    loaded = project.load(folder)
    with template.open_session(loaded, "embedded") as session:
        return template.ensure_template(session, loaded, **options)


def tables(folder):
    loaded = project.load(folder)
    with template.open_session(loaded, "embedded") as session:
        made = template.ensure_template(session, loaded)
        with database.connect(session.clone(made.name).dsn) as connection:
            return [
                name
                for (name,) in connection.execute(
                    "select tablename from pg_tables where schemaname = 'public' order by 1"
                )
            ]


@pytest.fixture
def maintenance(own_cache, make_project):
    loaded = project.load(make_project({"001_x.sql": "select 1;"}, name="any"))
    with template.open_session(loaded, "embedded") as session:
        yield session


def test_the_second_time_nothing_is_applied(own_cache, make_project):
    folder = make_project(steps(3))
    assert [ensure(folder).applied, ensure(folder).applied] == [3, 0]


def test_who_edits_the_last_migration_pays_for_the_last_only(own_cache, make_project):
    folder = make_project(steps(21))
    assert ensure(folder).applied == 21
    (folder / "021_t21.sql").write_text("create table edited (id int);\n")
    assert ensure(folder).applied == 1
    assert "edited" in tables(folder)
    assert "t21" not in tables(folder)


def kept_templates(folder):
    with template.open_session(project.load(folder), "embedded") as opened:
        return opened.maintenance.execute(
            "select datname from pg_database where datistemplate and starts_with(datname, 'pgproof') order by oid"
        ).fetchall()


def test_who_edits_all_day_keeps_the_newest_templates_only(own_cache, make_project, monkeypatch):
    folder = make_project(steps(1))
    ensure(folder)
    before = kept_templates(folder)
    monkeypatch.setattr(session, "TEMPLATES", len(before) + 1)
    for number in range(3):
        (folder / "001_t1.sql").write_text(f"create table edited_{number} (id int);\n")
        ensure(folder)
    assert len(kept_templates(folder)) == len(before) + 1
    assert kept_templates(folder)[0] != before[0]
    assert "edited_2" in tables(folder)


def test_templates_stay_while_another_session_may_be_using_them(own_cache, make_project, monkeypatch):
    monkeypatch.setattr(session, "TEMPLATES", 0)
    loaded = project.load(make_project(steps(1)))
    with template.open_session(loaded, "embedded") as other:
        made = template.ensure_template(other, loaded)
        ensure(make_project(steps(2), name="another"))
        with database.connect(other.clone(made.name).dsn) as connection:
            assert connection.execute("select count(*) from t1").fetchone() == (0,)


@pytest.mark.parametrize(("slow", "applied"), [(True, 4), (False, 21)])
def test_states_further_back_are_kept_if_it_took_long_to_get_there(
    own_cache, make_project, monkeypatch, slow, applied
):
    monkeypatch.setattr(build, "worth_keeping", lambda spent, copying: slow)
    folder = make_project(steps(21))
    ensure(folder)
    (folder / "019_t19.sql").write_text("create table earlier (id int);\n")
    assert ensure(folder).applied == applied  # the nearest kept state is four before the end or there is none
    assert "earlier" in tables(folder)


def test_a_state_is_worth_more_than_two_copies_or_it_is_not_kept():
    assert build.worth_keeping(spent=0.61, copying=0.3)
    assert not build.worth_keeping(spent=0.6, copying=0.3)


def test_a_migration_added_at_the_end_costs_one(own_cache, make_project):
    folder = make_project(steps(5))
    ensure(folder)
    (folder / "006_t6.sql").write_text("create table t6 ();\n")
    assert ensure(folder).applied == 1


@pytest.mark.parametrize(
    ("start", "end"), [(0, 1), (0, 7), (3, 4), (0, 21), (20, 21), (5, 5), (-1, 0), (-1, 1), (-1, 2), (-1, 21)]
)
def test_stretches_cover_every_migration_once_and_in_order(start, end):
    covered = [number for first, last in build.stretches(start, end) for number in range(first, last + 1)]
    assert covered == list(range(start + 1, end + 1))


def test_a_failed_migration_leaves_no_template_and_the_next_run_starts_from_what_is_good(
    own_cache, make_project
):
    folder = make_project({**steps(2), "003_bad.sql": "create table t3 (id int);\nselect 1 / 0;\n"})
    for _ in range(2):
        with pytest.raises(ScriptFailed, match="003_bad.sql:2: error 22012: division by zero"):
            ensure(folder)
    (folder / "003_bad.sql").write_text("create table good (id int);\n")
    assert tables(folder) == ["good", "t1", "t2"]


def test_a_half_built_template_is_recognised_and_rebuilt(own_cache, make_project):
    folder = make_project(steps(2))
    made = ensure(folder)
    loaded = project.load(folder)
    with template.open_session(loaded, "embedded") as session:
        session.maintenance.execute(
            f"alter database {made.name} with is_template false"
        )  # what a crash leaves
        with database.connect(session.server.dsn(made.name)) as connection:
            connection.execute("drop table t2")
    assert tables(folder) == ["t1", "t2"]


def test_a_builder_killed_in_the_middle_leaves_nothing_that_the_next_one_trusts(own_cache, make_project):
    folder = make_project(
        {**steps(2), "003_slow.sql": "create table t3 ();\nselect pg_sleep(60);\ncreate table t4 ();\n"}
    )
    code = f"from tests.template.test_build import ensure; from pathlib import Path; ensure(Path({str(folder)!r}))"
    builder = subprocess.Popen([sys.executable, "-c", code])
    with pytest.raises(subprocess.TimeoutExpired):
        builder.wait(timeout=4)
    builder.kill()
    builder.wait()
    (folder / "003_slow.sql").write_text("create table t3 ();\n")
    assert tables(folder) == ["t1", "t2", "t3"]


def test_reuse_can_be_refused(own_cache, make_project):
    folder = make_project(steps(2))
    ensure(folder)
    assert ensure(folder, reuse=False).applied == 2
    assert ensure(folder).applied == 0


def test_the_same_template_is_built_once_however_many_want_it(own_cache, make_project):
    folder = make_project({**steps(3), "004_slow.sql": "select pg_sleep(1);\n"})
    with ThreadPoolExecutor(6) as pool:
        applied = sorted(each.applied for each in pool.map(lambda _: ensure(folder), range(6)))
    assert applied == [0, 0, 0, 0, 0, 4]


@pytest.mark.parametrize(
    "change",
    ["privileges = 'explicit'", "platform = 'plain'", "extensions = ['citext']"],
)
def test_what_the_settings_say_belongs_to_the_digest(own_cache, make_project, change):
    settings = {"platform": "platform = 'supabase'"} | {change.split(" ")[0]: change}
    before = make_project({**steps(1), "pgproof.toml": "[project]\nplatform = 'supabase'\n"}, name="before")
    after = make_project(
        {**steps(1), "pgproof.toml": "[project]\n" + "\n".join(settings.values())}, name="after"
    )
    assert ensure(before).digest != ensure(after).digest


def test_our_own_version_belongs_to_the_digest(own_cache, make_project, monkeypatch):
    folder = make_project(steps(1))
    before = ensure(folder).digest
    monkeypatch.setattr("pgproof.__version__", "99")
    assert ensure(folder).digest != before


def test_what_the_build_said_is_remembered_with_the_template(own_cache, make_project):
    folder = make_project({"001_w.sql": "do $$ begin raise warning 'mind this'; end $$;\n"})
    first, second = ensure(folder).note, ensure(folder).note
    assert [(each.kind, each.text, each.line) for each in first.said] == [("WARNING", "mind this", 1)]
    assert [each.text for each in second.said] == ["mind this"]


def test_a_project_that_changes_roles_gets_a_cluster_of_its_own(own_cache, make_project):
    from pgproof.conductor import bench

    folder = make_project({"001_r.sql": "create role reporter;\nalter role postgres set work_mem = '5MB';\n"})
    other = make_project(steps(1), name="other")
    loaded, server = bench.load(folder)
    with bench.workbench(loaded, server) as own:
        assert own.session.maintenance.execute("select 1 from pg_roles where rolname = 'reporter'").fetchone()
        shared_project, _ = bench.load(other)
        with bench.workbench(shared_project, server) as shared:
            found = shared.session.maintenance.execute(
                "select 1 from pg_roles where rolname = 'reporter'"
                " union all select 1 from pg_db_role_setting where setdatabase = 0"
            ).fetchall()
            assert own.session.server.folder != shared.session.server.folder
            assert found == [] or (shared.session.server.folder / "dirty").exists()
    with bench.workbench(
        shared_project, server
    ) as shared:  # a spoiled cluster is replaced when nobody is in it
        assert not shared.session.maintenance.execute(
            "select 1 from pg_db_role_setting where setdatabase = 0"
        ).fetchall()


def test_only_our_own_databases_are_dropped(maintenance):
    for name in ("postgres", "template1", "customer", "pgproof"):
        assert not names.is_ours(name)
        with pytest.raises(ValueError, match="none of those that pgproof made"):
            maintenance.drop(name)


def test_the_database_of_pg_cron_is_replaced_and_never_dropped_since_all_sessions_schedule_in_it(maintenance):
    with pytest.raises(ValueError, match="pgproof_cron is none of those"):
        maintenance.drop(names.CRON)


def test_clones_of_a_session_that_is_gone_are_dropped_by_the_next(maintenance):
    databases.create(maintenance.maintenance, "pgproof_c_deadbeef_1")
    maintenance.reap()
    left = maintenance.maintenance.execute(
        "select 1 from pg_database where datname like 'pgproof_c_dead%'"
    ).fetchall()
    assert left == []


def test_clones_of_a_living_session_are_left_alone(maintenance):
    mine = maintenance.clone("template0")
    maintenance.reap()
    with database.connect(mine.dsn) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_two_clones_do_not_see_each_other(own_cache, make_project):
    loaded = project.load(make_project(steps(1)))
    with template.open_session(loaded, "embedded") as session:
        made = template.ensure_template(session, loaded)
        one, two = session.clone(made.name), session.clone(made.name)
        with database.connect(one.dsn) as connection:
            connection.execute("insert into t1 values (1)")
        with database.connect(two.dsn) as connection:
            assert connection.execute("select count(*) from t1").fetchone() == (0,)
