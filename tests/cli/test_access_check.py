"""``pgproof check`` and who may do what: both worlds of default privileges, and the lock, as a person meets them."""

from __future__ import annotations

import pytest

from pgproof.conductor import bench, check

NOTES = """\
create table public.notes (
    id bigint generated always as identity primary key,
    owner uuid not null references auth.users (id)
);
alter table public.notes enable row level security;
revoke references, trigger, truncate on public.notes from anon, authenticated;
grant select, delete on public.notes to authenticated;
create policy select_own on public.notes for select to authenticated using (owner = (select auth.uid()));
"""
CONTRACT = """\
[actors.user]
role = "authenticated"
each = "select id from auth.users"
claims = { sub = ":id", role = "authenticated" }

[relations."public.notes"]
select.user = "owner = :id"
"""
SEED = """\
insert into auth.users (id) values ('00000000-0000-4000-8000-00000000000a'), ('00000000-0000-4000-8000-00000000000b');
insert into public.notes (owner) select u.id from auth.users as u;
"""
FILES = {
    "pgproof.toml": '[project]\nname = "notes"\nplatform = "supabase"\n',
    "001_notes.sql": NOTES,
    "access.toml": CONTRACT,
    "seed.sql": SEED,
}


@pytest.fixture
def checked(make_project):
    """``checked(more_sql, update)``: the report on the project with ``more_sql`` at the end of its migration."""

    def checked_(more: str = "", *, update: bool = False):
        folder = make_project({**FILES, "001_notes.sql": NOTES + more})
        project, server = bench.load(folder)
        return check.check(project, server, update=update)

    return checked_


def told(report, rule):
    return [f"{each.subject}: {each.observed}" for each in report.findings if each.rule == rule]


def steps(report, rule):
    return [(each.outcome, each.claim) for each in report.steps if each.rule == rule]


def test_a_change_in_who_can_do_what_fails_until_it_is_recorded(checked, tmp_path):
    assert steps(checked(), "lock") == [
        ("not run", "no access.lock to compare with; pgproof check --update writes it")
    ]
    assert steps(checked(update=True), "lock") == [("ok", "who can do what recorded in access.lock")]
    text = (tmp_path / "project" / "access.lock").read_text("utf-8")
    assert text.endswith("public.notes delete user: none\n")
    assert steps(checked(), "lock") == [("ok", "who can do what is as in access.lock")]
    more = "create policy delete_own on public.notes for delete to authenticated using (owner = auth.uid());"
    changed = checked(more)
    (finding,) = (each for each in changed.findings if each.rule == "lock-differs")
    assert finding.subject == "delete by user on public.notes"
    assert finding.observed == "user may now delete public.notes: was none, is own rows (owner = :id)"
    assert text.splitlines()[finding.line - 1] == "public.notes delete user: none"
    assert finding.remedy.endswith("pgproof check --update")
    checked(more, update=True)
    assert told(checked(more), "lock-differs") == []


def test_a_leak_in_one_world_alone_says_in_which(checked):
    clean = checked()
    assert [outcome for outcome, _ in steps(clean, "access")] == ["ok", "ok"]
    assert [claim.split(":")[0] for _, claim in steps(clean, "access")] == [
        "access.toml kept with classic default privileges",
        "access.toml kept with explicit default privileges",
    ]
    leaking = checked(
        "create policy everybody on public.notes for update to anon using (true);"
        "create policy all_of_them on public.notes for select to authenticated, anon using (true);"
    )
    found = told(leaking, "leak-select")
    (user,) = (each for each in found if each.startswith("user on"))
    (nobody,) = (each for each in found if each.startswith("nobody on"))
    assert "default privileges only" not in user
    assert nobody.endswith("; with classic default privileges only")
    assert [outcome for outcome, _ in steps(leaking, "access")] == ["failed", "failed"]


def test_init_drafts_once_and_says_what_to_do_with_it(pgproof, make_project):
    folder = make_project({name: text for name, text in FILES.items() if name != "access.toml"})
    done = pgproof("init", folder)
    assert done.returncode == 0, done.stderr
    assert f"wrote {folder / 'access.toml'}\n" in done.stdout
    assert done.stdout.endswith(f"Then: pgproof check {folder}\n")
    assert 'select.user = "owner = :id"  # measured\n' in (folder / "access.toml").read_text("utf-8")
    again = pgproof("init", folder)
    assert again.returncode == 2
    assert "init overwrites nothing" in again.stderr


UNTRIED = ("not run", "who may do what was not tried: no access.toml; pgproof init writes a first one")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"access.toml": None}, [UNTRIED]),
        ({}, []),
        (
            {
                "access.toml": None,
                "seed.sql": None,
                "001_notes.sql": "create table a ();",
                "pgproof.toml": "",
            },
            [],
        ),
    ],
    ids=["no contract", "a contract", "plain PostgreSQL, of which init knows no users"],
)
def test_a_report_says_that_nobody_was_acted_as(make_project, changes, said):
    files = {name: text for name, text in {**FILES, **changes}.items() if text is not None}
    project, server = bench.load(make_project(files))
    found = steps(check.check(project, server), "access")
    assert [each for each in found if each[0] == "not run"] == said


ROLES = """\
create role reports_reader nologin;
create table public.reports (id integer primary key, body text);
alter table public.reports enable row level security;
revoke all on public.reports from anon, authenticated;
grant select on public.reports to reports_reader;
create policy all_of_them on public.reports for select to reports_reader using (body <> 'secret');
"""
READER = """\
[actors.reader]
role = "reports_reader"
claims = { role = "reports_reader" }
[relations."public.reports"]
select.reader = "body <> 'secret'"
"""


def test_a_project_that_makes_roles_is_checked_in_both_worlds_each_on_a_cluster_of_its_own(
    make_project, pgproof
):
    folder = make_project(
        {
            "pgproof.toml": '[project]\nname = "roles"\nplatform = "supabase"\nprivileges = "both"\n',
            "001_roles.sql": ROLES,
            "rollback_001_roles.sql": "drop table public.reports;\ndrop role reports_reader;\n",
            "seed.sql": "insert into public.reports values (1, 'open'), (2, 'secret');\n",
            "access.toml": READER,
        }
    )
    done = pgproof("check", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "access.toml kept with classic default privileges" in done.stdout
    assert "access.toml kept with explicit default privileges" in done.stdout


def test_default_privileges_count_from_where_the_platform_has_not_given_them_and_point_at_their_line(checked):
    later = "alter default privileges in schema public\ngrant all on tables to anon, authenticated;\n"
    found = [each for each in checked(later).findings if each.rule == "leak-default-privilege"]
    assert [each.subject for each in found] == [
        "anon on later tables in schema public",
        "authenticated on later tables in schema public",
    ]
    for each in found:
        assert each.observed.endswith("; with explicit default privileges only")
        assert each.severity == "warning"
        assert each.source.name == "001_notes.sql"
        assert each.source_line == NOTES.count("\n") + 1
    assert "leak-default-privilege" not in {each.rule for each in checked().findings}
