"""Each fault of a rollback is found, named and located; what looks like one and is none stays quiet."""

import json

import pytest

T = "create table public.t (id int primary key, note text);\n"


@pytest.fixture
def check(make_project, pgproof):
    def check_(files, *options):
        folder = make_project({"pgproof.toml": '[project]\nname = "demo"\nplatform = "plain"\n', **files})
        done = pgproof("check", folder, "--format", "json", *options)
        assert done.stdout, done.stderr
        (report,) = json.loads(done.stdout)["projects"]
        return done.returncode, report

    return check_


def outcomes(report):
    return {each["rule"]: each["outcome"] for each in report["steps"]}


def found(report):
    return [(each["rule"], each["subject"]) for each in report["findings"]]


def test_a_project_that_keeps_its_promises_is_clean(check):
    code, report = check(
        {
            "001_t.sql": T,
            "rollback_001_t.sql": "drop table public.t;\n",
            "seed.sql": "insert into public.t values (1);",
        }
    )
    assert (code, found(report)) == (0, [])
    assert outcomes(report) == {
        "apply": "ok",
        "seed": "ok",
        "rollback": "ok",
        "reapply": "ok",
        "catalog": "not run",
    }


LEFT_BEHIND = {
    "a table": ("create table public.u ();", "table public.u: still there"),
    "an index": ("create index t_note_idx on public.s (note);", "t_note_idx"),
    "a function": ("create function public.f() returns int language sql return 1;", "public.f()"),
    "a type": ("create type public.mood as enum ('a');", "public.mood"),
    "a comment": ("comment on table public.s is 'x';", "comment"),
    "a grant": ("grant select on public.s to public;", "select"),
    "a policy": ("create policy p on public.s using (true);", "policy"),
    "enabled security": ("alter table public.s enable row level security;", "row"),
    "a trigger": ("create trigger r before update on public.s for each row execute function suppress_redundant_updates_trigger();", "trigger"),
    "a column": ("alter table public.s add column extra int;", "extra"),
    "a default": ("alter table public.s alter column note set default 'x';", "default"),
    "a constraint": ("alter table public.s add check (id > 0);", "constraint"),
    "a sequence": ("create sequence public.q;", "public.q"),
    "a schema": ("create schema other;", "other"),
    "default privileges": ("alter default privileges in schema public grant select on tables to public;", "privileges"),
}  # fmt: skip


@pytest.mark.parametrize("what", LEFT_BEHIND)
def test_what_a_rollback_leaves_behind_is_found(check, what):
    statement, named = LEFT_BEHIND[what]
    code, report = check({
        "001_s.sql": "create table public.s (id int, note text);\n", "rollback_001_s.sql": "drop table public.s;\n",
        "002_t.sql": f"{T}{statement}\n", "rollback_002_t.sql": "drop table public.t;\n",
    })  # fmt: skip
    assert code == 1
    assert ("rollback-differs", "rollback_002_t.sql") in found(report)
    (finding,) = [each for each in report["findings"] if each["subject"] == "rollback_002_t.sql"]
    assert named in finding["observed"].lower()
    assert finding["expected"] == "the catalog as it was before 002_t.sql"
    assert outcomes(report)["rollback"] == "failed"


def test_a_rollback_that_takes_too_much_is_found(check):
    code, report = check({
        "001_s.sql": "create table public.s ();\n", "rollback_001_s.sql": "drop table public.s;\n",
        "002_t.sql": T, "rollback_002_t.sql": "drop table public.t; drop table public.s;\n",
    })  # fmt: skip
    assert (code, found(report)) == (1, [("rollback-differs", "rollback_002_t.sql")])


def test_a_column_that_comes_back_at_another_place_is_found(check):
    code, report = check({
        "001_s.sql": "create table public.s (a int, b int);\n", "rollback_001_s.sql": "drop table public.s;\n",
        "002_t.sql": "alter table public.s drop column a;\n",
        "rollback_002_t.sql": "alter table public.s add column a int;\n",
    })  # fmt: skip
    assert (code, found(report)) == (1, [("rollback-differs", "rollback_002_t.sql")])


def test_a_rollback_with_an_error_is_located(check):
    code, report = check({"001_t.sql": T, "rollback_001_t.sql": "\ndrop table public.tt;\n"})
    (finding,) = report["findings"]
    assert (code, finding["rule"], finding["line"]) == (1, "rollback-fails", 2)
    assert "42P01" in finding["observed"]


def test_one_bad_rollback_does_not_hide_or_invent_others(check):
    files = {f"00{n}_t{n}.sql": f"create table public.t{n} ();\n" for n in (1, 2, 3)}
    files |= {f"rollback_00{n}_t{n}.sql": f"drop table public.t{n};\n" for n in (1, 3)}
    code, report = check({**files, "rollback_002_t2.sql": "select 1;\n"})
    assert (code, found(report)) == (1, [("rollback-differs", "rollback_002_t2.sql")])


def test_a_missing_rollback_among_others_is_found(check):
    code, report = check(
        {
            "001_t.sql": T,
            "002_u.sql": "create table public.u ();",
            "rollback_001_t.sql": "drop table public.t;",
        }
    )
    assert (code, found(report)) == (1, [("rollback-missing", "002_u.sql")])


def test_a_project_without_any_rollback_has_not_passed_the_rollback_step(check):
    code, report = check({"001_t.sql": T})
    assert (code, found(report)) == (0, [])
    assert outcomes(report)["rollback"] == "not run"


def test_rollbacks_meet_the_seed_data(check):
    code, report = check({
        "001_t.sql": T, "rollback_001_t.sql": "drop table public.t;\n",
        "002_n.sql": "alter table public.t alter column note drop not null;\n",
        "rollback_002_n.sql": "alter table public.t alter column note set not null;\nalter table public.t alter column note drop not null;\n",
        "seed.sql": "insert into public.t values (1, null);\n",
    })  # fmt: skip
    assert (code, found(report)) == (1, [("rollback-fails", "rollback_002_n.sql")])


def test_a_migration_that_applies_only_once_is_found(check):
    code, report = check({
        "001_t.sql": "create table public.t (id int default 1);\ncreate extension if not exists citext;\n"
        "do $$ begin if exists (select from pg_largeobject_metadata) then raise exception 'once only'; end if;"
        " perform lo_create(42); end $$;\n",
        "rollback_001_t.sql": "drop table public.t;\ndrop extension citext;\n",
    })  # fmt: skip
    assert code == 1
    assert ("reapply-fails", "001_t.sql") in found(report) or (
        "rollback-differs",
        "rollback_001_t.sql",
    ) in found(report)


def test_bad_seed_data_is_found_and_located(check):
    code, report = check(
        {"001_t.sql": T, "seed.sql": "insert into public.t values (1);\ninsert into public.t values (1);\n"}
    )
    (finding,) = report["findings"]
    assert (code, finding["rule"], finding["line"]) == (1, "seed-fails", 2)


def test_a_warning_is_a_finding_that_does_not_fail(check):
    code, report = check(
        {"001_t.sql": "\ndo $$ begin raise warning 'careful' using hint = 'do this'; end $$;\n"}
    )
    (finding,) = report["findings"]
    assert (code, finding["severity"], finding["rule"], finding["line"]) == (0, "warning", "apply-warning", 2)
    assert (finding["observed"], finding["remedy"]) == ("01000 careful", "do this")


def test_a_migration_that_does_not_apply_exits_with_3(check):
    code, report = check({"001_t.sql": T, "002_bad.sql": "create tabel x;\n"})
    assert code == 3
    assert "002_bad.sql:1: error 42601" in report["failure"]
    assert report["steps"] == []


def test_roles_left_behind_are_found_in_a_cluster_of_its_own(check):
    code, report = check(
        {"001_r.sql": "create role pgproof_reporter;\n", "rollback_001_r.sql": "select 1;\n"}
    )
    assert code == 1
    assert ("rollback-differs", "rollback_001_r.sql") in found(report)


def test_roles_that_are_dropped_again_are_clean(check):
    code, report = check({
        "001_r.sql": "create role pgproof_reporter;\ncreate table public.t ();\ngrant select on public.t to pgproof_reporter;\n",
        "rollback_001_r.sql": "drop table public.t;\ndrop role pgproof_reporter;\n",
    })  # fmt: skip
    assert (code, found(report)) == (0, [])
    assert outcomes(report)["reapply"] == "ok"


def test_the_recorded_catalog_is_written_compared_and_refused_when_damaged(check, make_project, pgproof):
    files = {"001_t.sql": T, "rollback_001_t.sql": "drop table public.t;\n"}
    code, report = check(files, "--update")
    assert (code, outcomes(report)["catalog"]) == (0, "ok")
    code, report = check(files)
    assert (code, outcomes(report)["catalog"]) == (0, "ok")
    code, report = check(
        {
            "001_t.sql": T.replace("note text", "note varchar(5)"),
            "rollback_001_t.sql": "drop table public.t;\n",
        }
    )
    assert (code, found(report)) == (1, [("catalog-differs", "demo")])
    assert "note" in report["findings"][0]["observed"]
    folder = make_project({"catalog.json": "{"})
    done = pgproof("check", folder)
    assert (done.returncode, "catalog.json: not a recorded catalog" in done.stderr) == (2, True)


def test_a_script_for_everything_is_tried_too(check):
    files = {"001_t.sql": T, "rollback_001_t.sql": "drop table public.t;\n"}
    code, report = check({**files, "rollback_all.sql": "drop table public.t;\n"})
    assert (code, outcomes(report)["rollback-all"]) == (0, "ok")
    code, report = check({**files, "rollback_all.sql": "drop table public.t;\ncreate table public.u ();\n"})
    assert (code, found(report)) == (1, [("rollback-differs", "rollback_all.sql")])


def test_documents_are_written_compared_and_found_stale(check, make_project):
    files = {
        "pgproof.toml": '[project]\nname = "demo"\nplatform = "plain"\ndocuments = ["docs.md", "types.ts"]\n',
        "001_t.sql": T,
    }
    code, report = check(files)
    assert (code, found(report)) == (
        1,
        [("document-stale", "docs.md of demo"), ("document-stale", "types.ts of demo")],
    )
    code, report = check(files, "--update")
    assert (code, found(report)) == (0, [])
    folder = make_project({})
    assert "note: string | null" in (folder / "types.ts").read_text()
    assert "```mermaid" in (folder / "docs.md").read_text()
    assert check(files)[0] == 0
    (folder / "types.ts").write_text("export type Database = any\n")
    assert found(check(files)[1]) == [("document-stale", "types.ts of demo")]


def test_a_document_that_nobody_can_generate_is_wrong_use(make_project, pgproof):
    settings = '[project]\nname = "demo"\nplatform = "plain"\ndocuments = ["docs.pdf"]\n'
    done = pgproof("check", make_project({"pgproof.toml": settings, "001_t.sql": T}))
    assert (done.returncode, "cannot generate 'docs.pdf'; expected *.md or *.ts" in done.stderr) == (2, True)


def test_the_record_holds_what_the_project_made_and_nothing_of_the_platform(check, make_project):
    files = {"pgproof.toml": '[project]\nname = "demo"\nplatform = "supabase"\n', "001_t.sql": T}
    check(files, "--update")
    recorded = (make_project({}) / "catalog.json").read_text()
    assert '"t"' in recorded
    assert "refresh_tokens" not in recorded
