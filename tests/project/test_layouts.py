from pathlib import Path

import pytest

from pgproof import project
from pgproof.errors import UsageError

T = "create table {} ();"


def names(loaded):
    return [(each.version, each.name, each.down.name if each.down else None) for each in loaded.migrations]


def test_plain_numbers_are_ordered_as_numbers_not_as_text(make_project):
    loaded = project.load(make_project({"10_c.sql": T, "9_b.sql": T, "001_a.sql": T}))
    assert [each.up.name for each in loaded.migrations] == ["001_a.sql", "9_b.sql", "10_c.sql"]
    assert loaded.layout == "numbered files"


def test_rows_for_the_access_contract_are_no_migration(make_project):
    loaded = project.load(make_project({"001_a.sql": T, "access_population.sql": T}))
    assert [each.up.name for each in loaded.migrations] == ["001_a.sql"]
    assert loaded.seeds == ()


def test_a_rollback_is_found_by_file_name_and_by_number(make_project):
    files = [
        "001_a.sql",
        "002_create_b_table.sql",
        "rollback_001_a.sql",
        "rollback_002_b.sql",
        "seed_data.sql",
    ]
    loaded = project.load(make_project(dict.fromkeys(files, T)))
    assert names(loaded) == [
        ("001", "a", "rollback_001_a.sql"),
        ("002", "create_b_table", "rollback_002_b.sql"),
    ]
    assert [each.name for each in loaded.seeds] == ["seed_data.sql"]


def test_the_supabase_cli_layout_is_recognised_from_its_root_and_from_inside(make_project):
    files = {
        "supabase/config.toml": "",
        "supabase/migrations/20240101000000_a.sql": T,
        "supabase/migrations/20240102000000_b.sql": T,
        "supabase/seed.sql": "",
    }
    root = make_project(files)
    for folder in (root, root / "supabase"):
        loaded = project.load(folder)
        assert loaded.layout == "Supabase CLI"
        assert loaded.platform == "supabase"
        assert [each.version for each in loaded.migrations] == ["20240101000000", "20240102000000"]
        assert [each.name for each in loaded.seeds] == ["seed.sql"]


def test_up_and_down_files_are_paired(make_project):
    loaded = project.load(make_project(dict.fromkeys(["001_a.up.sql", "001_a.down.sql", "002_b.up.sql"], T)))
    assert names(loaded) == [("001", "a", "001_a.down.sql"), ("002", "b", None)]


def test_a_sqitch_plan_gives_the_order(make_project):
    plan = "%syntax-version=1.0.0\n%project=x\n\nzebra 2024-01-01T00:00:00Z A <a@b> # first\napple [zebra] 2024-01-02T00:00:00Z A <a@b>\n@v1 2024\n"
    files = {"sqitch.plan": plan, "deploy/zebra.sql": T, "deploy/apple.sql": T, "revert/apple.sql": T}
    assert names(project.load(make_project(files))) == [
        ("0001", "zebra", None),
        ("0002", "apple", "apple.sql"),
    ]


def test_the_settings_may_list_the_order(make_project):
    files = {
        "pgproof.toml": '[project]\nname = "x"\nmigrations = ["base.sql", "later/*.sql"]\nseed = ["data.sql"]\n',
        "base.sql": T, "later/b.sql": T, "later/a.sql": T, "rollback_base.sql": T, "data.sql": "",
    }  # fmt: skip
    loaded = project.load(make_project(files))
    assert [each.up.name for each in loaded.migrations] == ["base.sql", "a.sql", "b.sql"]
    assert loaded.migrations[0].down.name == "rollback_base.sql"
    assert [each.name for each in loaded.seeds] == ["data.sql"]


def test_a_folder_of_projects_is_all_of_them(make_project):
    root = make_project({"b/001_x.sql": T, "a/001_x.sql": T, "notes/readme.md": ""})
    assert [each.name for each in project.discover(root)] == ["a", "b"]


@pytest.mark.parametrize(
    ("sql", "platform", "reason"),
    [
        ("create policy p on t using (id = auth.uid());", "supabase", "mentions auth.uid"),
        ("create table auth_users ();", "plain", "no script mentions"),
    ],
)
def test_the_platform_is_guessed_and_the_reason_given(make_project, sql, platform, reason):
    loaded = project.load(make_project({"001_a.sql": sql}))
    assert loaded.platform == platform
    assert reason in loaded.platform_reason


def test_what_the_settings_say_of_the_platform_is_not_guessed(make_project):
    files = {"001_a.sql": "select auth.uid();", "pgproof.toml": '[project]\nplatform = "plain"\n'}
    loaded = project.load(make_project(files))
    assert (loaded.platform, loaded.platform_reason) == ("plain", "")


BAD = {
    "empty folder": ({}, "has no SQL files; expected supabase/migrations"),
    "no numbers": ({"a.sql": T, "b.sql": T}, "files without a number (a.sql, b.sql)"),
    "one without a number": ({"001_a.sql": T, "extra.sql": T}, "extra.sql has no number"),
    "two of one version": ({"001_a.sql": T, "1_b.sql": T}, "1_b.sql and 001_a.sql have the same version 1"),
    "rollback without migration": ({"001_a.sql": T, "rollback_002_b.sql": T}, "rollback_002_b.sql takes back a migration that does not exist"),
    "two rollbacks": ({"001_a.sql": T, "rollback_001_b.sql": T, "rollback_001_c.sql": T}, "both take back 001_a.sql"),
    "down without up": ({"001_a.up.sql": T, "002_b.down.sql": T}, "expected 002_b.up.sql"),
    "stray beside up and down": ({"001_a.up.sql": T, "x.sql": T}, "x.sql is neither .up.sql nor .down.sql"),
    "sqitch without script": ({"sqitch.plan": "%project=x\na 2024 A\n"}, "'a' has no script"),
    "sqitch rework": ({"sqitch.plan": "a 2024 A\na 2025 A\n", "deploy/a.sql": T}, "'a' is reworked"),
    "sqitch revert without change": ({"sqitch.plan": "a 2024 A\n", "deploy/a.sql": T, "revert/b.sql": T}, "sqitch.plan has no such change"),
    "listed but missing": ({"pgproof.toml": '[project]\nmigrations = ["nope.sql"]\n'}, "no file matches 'nope.sql' of `migrations`"),
    "seed but missing": ({"001_a.sql": T, "pgproof.toml": '[project]\nseed = ["nope.sql"]\n'}, "no file matches 'nope.sql' of `seed`"),
    "not UTF-8": ({"001_a.sql": b"select 1;\nselect '\xe9';\n"}, "001_a.sql:2: byte 0xe9 is not UTF-8"),
    "unknown setting": ({"001_a.sql": T, "pgproof.toml": "[project]\nnaem = 'x'\n"}, "unknown setting 'naem' in [project]; known are allow_url"),
    "unknown table": ({"001_a.sql": T, "pgproof.toml": "[projcet]\n"}, "unknown table [projcet]"),
    "wrong choice": ({"001_a.sql": T, "pgproof.toml": "[project]\nplatform = 'mysql'\n"}, "platform is 'mysql'; expected one of supabase, plain"),
    "wrong type": ({"001_a.sql": T, "pgproof.toml": "[project]\nseed = 'x'\n"}, "seed is 'x'; expected a list of strings"),
    "not TOML": ({"001_a.sql": T, "pgproof.toml": "[project\n"}, "not valid TOML"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_what_is_in_the_way_is_named(make_project, case):
    files, message = BAD[case]
    with pytest.raises(UsageError) as caught:
        project.load(make_project(files))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "case", ["empty folder", "two of one version", "not UTF-8", "rollback without migration"]
)
def test_the_command_line_says_it_in_one_line_and_exits_with_2(make_project, pgproof, case):
    files, message = BAD[case]
    done = pgproof("check", make_project(files))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("pgproof: ")
    assert message in done.stderr


@pytest.mark.parametrize(
    ("path", "message"), [("nowhere", "does not exist"), ("file.sql", "is a file; name the folder")]
)
def test_a_missing_folder_is_wrong_use(tmp_path: Path, pgproof, path, message):
    (tmp_path / "file.sql").write_text("")
    done = pgproof("check", tmp_path / path)
    assert (done.returncode, message in done.stderr) == (2, True)


def test_a_byte_order_mark_and_crlf_are_remarked_on_and_applied(make_project, pgproof):
    folder = make_project(
        {"001_a.sql": b"\xef\xbb\xbfcreate table a ();\r\n", "002_b.sql": "create table b ();\n"}
    )
    done = pgproof("check", folder)
    assert done.returncode == 0, done.stderr
    assert "warning byte-order-mark: 001_a.sql" in done.stdout
    assert "warning crlf: 001_a.sql" in done.stdout
    assert "002_b.sql" not in done.stdout
    assert "2 migrations applied from zero" in done.stdout
