from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from pgproof import platforms
from pgproof.platforms import Platform

PLAIN = Platform("plain")
SUPABASE = Platform("supabase")


def test_plain_brings_nothing():
    assert platforms.scripts(PLAIN) == ()
    assert platforms.roles_sql(PLAIN) == ""
    assert platforms.database_settings(PLAIN) == ()
    assert platforms.extension_names(PLAIN) == ()


def test_scripts_come_in_the_order_of_their_numbers_and_privileges_last():
    names = [Path(name).name for name, _ in platforms.scripts(SUPABASE)]
    assert names[:-1] == sorted(names[:-1])
    assert names[0] == "10_schemas.sql"
    assert names[-1] == "classic.sql"


@pytest.mark.parametrize("privileges", ["classic", "explicit"])
def test_exactly_one_world_of_default_privileges_is_applied(privileges):
    names = [Path(name).name for name, _ in platforms.scripts(Platform("supabase", privileges))]
    assert [name for name in names if name in ("classic.sql", "explicit.sql")] == [f"{privileges}.sql"]


def test_a_script_carries_the_text_of_the_file_that_it_names():
    folder = Path(platforms.__file__).parent
    for name, text in platforms.scripts(SUPABASE):
        assert text == (folder / name).read_text("utf-8")


def test_extensions_of_the_owner_come_after_those_of_every_supabase_project_and_once():
    names = platforms.extension_names(Platform("supabase", extensions=("pg_cron", "pgcrypto", "pg_cron")))
    assert names == ("pg_stat_statements", "pgcrypto", "supabase_vault", "uuid-ossp", "pg_cron")


def test_extensions_go_to_the_schema_extensions_unless_they_bring_their_own():
    wanted = Platform("supabase", extensions=("pg_cron", "citext"))
    sql = platforms.extension_sql(wanted, {"pg_cron", "citext"}).sql
    assert sql.splitlines() == [
        'create extension "pg_cron" cascade;',
        'create extension "citext" with schema extensions cascade;',
    ]


def test_extensions_of_a_plain_project_go_where_postgresql_puts_them():
    assert platforms.extension_sql(Platform("plain", extensions=("citext",)), {"citext"}).sql == (
        'create extension "citext" cascade;\n'
    )


def test_an_extension_that_nobody_has_is_named_and_left_out():
    result = platforms.extension_sql(Platform("plain", extensions=("citext", 'no"such')), {"citext"})
    assert result.missing == ('no"such',)
    assert "such" not in result.sql


def test_a_quote_in_the_name_of_an_extension_stays_inside_the_name():
    assert platforms.extension_sql(Platform("plain", extensions=('a"b',)), {'a"b'}).sql == (
        'create extension "a""b" cascade;\n'
    )


def test_stand_ins_are_only_used_for_what_the_server_lacks():
    assert platforms.stand_ins({"pgcrypto", "citext"}) == tuple(
        name for name in platforms.stand_in_names() if name != "pgcrypto"
    )
    assert platforms.stand_ins(set(platforms.stand_in_names())) == ()


def test_every_stand_in_says_that_it_is_one_and_has_the_script_that_it_names():
    folder = platforms.extensions_dir() / "extension"
    controls = sorted(folder.glob("*.control"))
    assert [path.stem for path in controls] == list(platforms.stand_in_names())
    for path in controls:
        fields = dict(line.split(" = ", 1) for line in path.read_text("utf-8").splitlines())
        assert fields["comment"].startswith("'pgproof stand-in: ")
        assert list(folder.glob(f"{path.stem}--*{fields['default_version'].strip(chr(39))}.sql"))


def test_no_script_of_a_stand_in_is_without_a_control_file():
    scripts = {path.name.split("--")[0] for path in (platforms.extensions_dir() / "extension").glob("*.sql")}
    assert scripts == set(platforms.stand_in_names())


@pytest.mark.parametrize(
    "other",
    [PLAIN, Platform("supabase", "explicit"), Platform("supabase", extensions=("pg_cron",))],
    ids=["name", "privileges", "extensions"],
)
def test_the_digest_tells_platforms_apart(other):
    assert platforms.digest(other) != platforms.digest(SUPABASE)


def test_the_digest_is_the_same_for_equal_platforms():
    assert platforms.digest(dataclasses.replace(SUPABASE)) == platforms.digest(SUPABASE)


def test_the_digest_changes_with_a_script(tmp_path, monkeypatch):
    (tmp_path / "a.sql").write_text("select 1")
    monkeypatch.setattr(platforms, "_HERE", tmp_path)
    before = platforms.digest.__wrapped__(SUPABASE)
    (tmp_path / "a.sql").write_text("select 2")
    assert platforms.digest.__wrapped__(SUPABASE) != before
