"""The fixtures as users meet them: whole pytest runs inside pytest (`pytester`)."""

import re
import subprocess
import sys

import pytest

PROJECT = {
    "pgproof.toml": '[project]\nname = "demo"\nplatform = "supabase"\nextensions = ["pg_cron"]\n',
    "001_t.sql": (
        "create table public.t (id int primary key, owner uuid, made timestamptz default now());\n"
        "alter table public.t enable row level security;\n"
        "create policy own on public.t to authenticated using (owner = (select auth.uid()));\n"
        "grant select, insert on public.t to authenticated;\n"
        "select cron.schedule('nightly', '0 2 * * *', 'insert into public.t values (2)');\n"
    ),
}


@pytest.fixture
def run(pytester, monkeypatch):
    """Run a test file in a folder that holds the project, in a process of its own."""
    monkeypatch.delenv("CI", raising=False)
    for name, content in PROJECT.items():
        target = pytester.path / "db" / name
        target.parent.mkdir(exist_ok=True)
        target.write_text(content)
    pytester.makeini("[pytest]\npgproof_project = db\nfilterwarnings = error\n")

    def run_(source, *words):
        pytester.makepyfile(source)
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", *words)

    return run_


def test_pg_has_the_migrations_applied_and_forgets_what_a_test_did(run):
    result = run("""
        import pytest
        @pytest.mark.parametrize("again", [1, 2, 3])
        def test_insert(pg, again):
            assert pg.execute("select count(*) from t").fetchone() == (0,)
            pg.execute("insert into t values (1)")
            pg.execute("create table made_in_a_test ()")
            pg.execute("set role authenticated")
        def test_nothing_is_left(pg):
            assert pg.execute("select count(*), current_user, to_regclass('made_in_a_test') from t").fetchone() == (0, "postgres", None)
    """)
    result.assert_outcomes(passed=4)


def test_a_test_that_breaks_its_transaction_or_connection_does_not_hurt_the_next(run):
    result = run("""
        import psycopg, pytest
        def test_error(pg):
            with pytest.raises(psycopg.errors.DivisionByZero):
                pg.execute("select 1 / 0")
        def test_fine(pg):
            assert pg.execute("select 1").fetchone() == (1,)
        def test_terminated(pg):
            with pytest.raises(psycopg.OperationalError):
                pg.execute("select pg_terminate_backend(pg_backend_pid())")
        def test_fine_again(pg):
            assert pg.execute("select 1").fetchone() == (1,)
        def test_commit_is_refused(pg):
            with pytest.raises(psycopg.ProgrammingError, match="commit"):
                pg.commit()
    """)
    assert result.parseoutcomes()["passed"] >= 5


def test_act_as_switches_role_and_claims_and_comes_back(run):
    result = run("""
        import json, psycopg, pytest
        A, B = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
        def who(pg):
            return pg.execute("select current_user, coalesce(auth.uid()::text, '-')").fetchone()
        def test_roles(pg, act_as):
            pg.execute("insert into t values (1, %s), (2, %s)", (A, B))
            with act_as("authenticated", {"sub": A}):
                assert who(pg) == ("authenticated", A)
                assert pg.execute("select id from t").fetchall() == [(1,)]
                with act_as("authenticated", {"sub": B}):
                    assert pg.execute("select id from t").fetchall() == [(2,)]
                assert who(pg) == ("authenticated", A)
            assert who(pg) == ("postgres", "-")
            with act_as("anon"):
                assert who(pg) == ("anon", "-")
        def test_a_refusal_is_contained(pg, act_as):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                with act_as("anon"):
                    pg.execute("select * from auth.users")
            assert who(pg) == ("postgres", "-")
        def test_a_refusal_may_be_caught_inside(pg, act_as):
            with act_as("anon"), pytest.raises(psycopg.errors.InsufficientPrivilege):
                pg.execute("select * from auth.users")
            assert who(pg) == ("postgres", "-")
        def test_what_was_written_stays_until_the_end_of_the_test(pg, act_as):
            pg.execute("create policy adding on public.t for insert to authenticated with check (true)")
            with act_as("authenticated", {"sub": A}):
                pg.execute("insert into t values (1, %s)", (A,))
            assert pg.execute("select count(*) from t").fetchone() == (1,)
        def test_malformed_claims_reach_the_database_as_they_are(pg, act_as):
            with pytest.raises(psycopg.errors.InvalidTextRepresentation):
                with act_as("authenticated", "{not json"):
                    pg.execute("select auth.uid()")
    """)
    result.assert_outcomes(passed=5)


def test_pg_clone_is_a_database_of_its_own_that_commits(run):
    result = run("""
        import pytest
        seen = set()
        @pytest.mark.parametrize("again", [1, 2])
        def test_clone(pg_clone, pg_server, again):
            with pg_clone.connect() as one, pg_clone.connect() as two:
                assert two.execute("select count(*) from t").fetchone() == (0,)
                one.execute("insert into t values (1)")
                assert two.execute("select count(*) from t").fetchone() == (1,)
            assert pg_clone.name not in seen
            seen.add(pg_clone.name)
            assert pg_server.version_num >= 150000
    """)
    result.assert_outcomes(passed=2)


def test_a_hypothesis_test_starts_every_example_afresh(run):
    result = run("""
        from hypothesis import given, settings, strategies as st
        @settings(max_examples=25, deadline=None, database=None)
        @given(number=st.integers(1, 9))
        def test_insert(pg, act_as, number):
            assert pg.execute("select count(*) from t").fetchone() == (0,)
            for each in range(number):
                pg.execute("insert into t values (%s)", (each,))
            with act_as("anon"):
                pass
    """)
    result.assert_outcomes(passed=1)


def test_a_failing_hypothesis_example_shrinks_on_a_clean_database(run):
    result = run("""
        from hypothesis import given, settings, strategies as st
        @settings(max_examples=200, deadline=None, database=None, derandomize=True)
        @given(numbers=st.lists(st.integers(0, 50), unique=True))
        def test_insert(pg, numbers):
            for each in numbers:
                pg.execute("insert into t values (%s)", (each,))
            assert pg.execute("select coalesce(max(id), 0) < 7 from t").fetchone() == (True,)
    """)
    result.assert_outcomes(failed=1)
    assert "numbers=[7]" in result.stdout.str()


def test_parametrize_goes_together_with_hypothesis(run):
    result = run("""
        import pytest
        from hypothesis import given, strategies as st
        @pytest.mark.parametrize("fixed", [1, 2])
        @given(number=st.integers(3, 9))
        def test_insert(pg, fixed, number):
            pg.execute("insert into t values (%s), (%s)", (fixed, number))
    """)
    result.assert_outcomes(passed=2)


def test_another_function_scoped_fixture_still_gets_hypothesis_warning(run):
    result = run("""
        import pytest
        from hypothesis import given, strategies as st
        @pytest.fixture
        def mine(pg):
            return []
        @given(number=st.integers())
        def test_insert(pg, mine, number):
            pass
    """)
    assert "uses a function-scoped fixture" in result.stdout.str()


def test_the_clock_moves_and_jobs_run_inside_the_transaction(run):
    result = run("""
        from datetime import datetime, timedelta, timezone
        def test_nights(pg, pg_clock):
            start = datetime(2024, 2, 28, tzinfo=timezone.utc)
            runs = pg_clock.run_jobs(start, start + timedelta(days=1))
            assert [run.jobname for run in runs] == ["nightly"]
            assert pg.execute("select made from t where id = 2").fetchone() == (start + timedelta(hours=2),)
        def test_forgotten(pg):
            assert pg.execute("select count(*), now() > '2025-01-01' from t").fetchone() == (0, True)
    """)
    result.assert_outcomes(passed=2)


def test_xdist_workers_share_one_server(run, pytester):
    result = run(
        """
        import pytest
        @pytest.mark.parametrize("number", range(8))
        def test_share(pg, pg_server, number, record_property):
            print("SERVER", pg_server.host)
            assert pg.execute("select count(*) from t").fetchone() == (0,)
            pg.execute("insert into t values (1)")
        """,
        "-n2", "-rP",
    )  # fmt: skip
    result.assert_outcomes(passed=8)
    assert len(set(re.findall(r"SERVER (\S+)", result.stdout.str()))) == 1


def test_a_failed_test_keeps_its_database_and_says_how_to_look_at_it(run, pytester, pgproof):
    result = run(
        """
        def test_broken(pg):
            pg.execute("insert into t values (41)")
            assert False
        def test_broken_clone(pg_clone):
            with pg_clone.connect() as connection:
                connection.execute("insert into t values (42)")
            assert False
        def test_fine(pg):
            assert pg.execute("select count(*) from t").fetchone() == (0,)
        """,
        "--pgproof-keep",
    )
    result.assert_outcomes(failed=2, passed=1)
    kept = re.findall(r"pgproof up (\S+) --database (\S+)", result.stdout.str())
    assert len(kept) == 2
    contents = [
        pgproof("up", folder, "--database", name, "--exec", "psql -Atc 'select id from t'").stdout
        for folder, name in kept
    ]
    assert contents == ["41\n", "42\n"]


def test_the_header_names_server_version_project_and_stand_ins(run):
    result = run("def test_x(pg): pass")
    result.stdout.re_match_lines(
        [r"pgproof: embedded PostgreSQL 18\.\d+, project db, stand-ins at hand: .*pg_cron.*"]
    )


def test_a_run_without_pgproof_says_nothing_of_it(pytester):
    pytester.makepyfile("def test_x(): pass")
    assert "pgproof:" not in pytester.runpytest_subprocess().stdout.str()


def test_a_script_that_fails_is_an_error_with_its_line_and_no_traceback_of_ours(run, pytester):
    (pytester.path / "db" / "002_bad.sql").write_text("select nope;\n") if (
        pytester.path / "db"
    ).exists() else None
    result = run("def test_x(pg): pass")
    result.assert_outcomes(errors=1)
    assert "002_bad.sql:1: error 42703" in result.stdout.str()


def test_the_plugin_imports_nothing_that_costs(tmp_path):
    code = (
        "import sys, pytest; before = set(sys.modules); import pgproof.pytest_plugin; "
        "print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['pgproof', 'pgproof.pytest_plugin']\n"


def test_every_option_has_an_ini_setting_of_the_same_name(pytester):
    from pgproof.pytest_plugin import OPTIONS

    shown = pytester.runpytest_subprocess("--help").stdout.str()
    for name in OPTIONS:
        assert f"--pgproof-{name}=" in shown
        assert f"pgproof_{name} (" in shown
