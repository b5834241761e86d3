"""What psql says is read into messages; the errors themselves come from a real server."""

from pathlib import Path

import pytest

from pgproof import psql
from pgproof.errors import ServerError


@pytest.fixture
def play(make_project, pg_clone, pg_server):
    def play_(content: str | bytes, **others: str) -> tuple[psql.Message, ...]:
        folder = make_project({"001_x.sql": content, **others})
        return psql.run(pg_server.psql, pg_clone.dsn, [folder / "001_x.sql"], folder)

    return play_


@pytest.fixture(scope="module")
def pg_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plain")
    (folder / "001_nothing.sql").write_text("select 1;")
    return folder


CASES = {
    "missing table": (
        "\n\n-- c\ncreate table b (\n    id int,\n    x int references nope (id)\n);\n",
        4,
        "42P01",
    ),
    "inside a body": (
        "create function f() returns int language sql as $$\n  select\n    nope\n$$;\n",
        3,
        "42703",
    ),
    "second on a line": ("select 1; select foo;\n", 1, "42703"),
    "unfinished dollar quote": (
        "select 1;\ncreate function f() returns int as $$\nbegin\n  return 1;\n",
        2,
        "42601",
    ),
    "unfinished quote": ("select 1;\nselect 'abc;\nselect 2;\n", 2, "42601"),
    "without semicolon": ("create table a (id int)\n\ncreate table b (id int)", 3, "42601"),
    "copied rows": ("create table t (a int);\ncopy t from stdin;\n1\nx\n\\.\n", 5, "22P02"),
}


@pytest.mark.parametrize("case", CASES)
def test_an_error_has_file_line_sqlstate_and_statement(play, case):
    content, line, sqlstate = CASES[case]
    with pytest.raises(psql.ScriptFailed) as caught:
        play(content)
    message = caught.value.message
    assert (message.path.name, message.line, message.sqlstate, message.kind) == (
        "001_x.sql",
        line,
        sqlstate,
        "ERROR",
    )
    assert message.statement
    assert message.statement.splitlines()[0] in content


def test_detail_and_hint_are_the_servers(play):
    raising = (
        "do $$ begin raise exception 'no' using errcode = 'TESTX', detail = 'why', hint = 'do this'; end $$;"
    )
    with pytest.raises(psql.ScriptFailed) as caught:
        play(raising)
    message = caught.value.message
    assert (message.sqlstate, message.text, message.detail, message.hint) == ("TESTX", "no", "why", "do this")
    assert str(message).splitlines()[1:3] == ["  detail: why", "  hint: do this"]


def test_warnings_and_notices_are_returned_in_order(play):
    said = play("do $$ begin raise notice 'one'; raise warning 'two' using hint = 'three'; end $$;")
    assert [(each.kind, each.text, each.hint) for each in said] == [
        ("NOTICE", "one", ""),
        ("WARNING", "two", "three"),
    ]


def test_nothing_after_the_error_is_run(play, pg_clone):
    with pytest.raises(psql.ScriptFailed):
        play("create table before ();\nselect 1 / 0;\ncreate table after ();\n")
    with pg_clone.connect() as connection:
        row = connection.execute(
            "select to_regclass('before') is not null, to_regclass('after') is null"
        ).fetchone()
    assert row == (True, True)


def test_what_only_psql_understands_works(play, pg_clone):
    play(
        "create table t (a int, b text);\n\\ir parts/more.sql\ncopy t from stdin with (format csv);\n1,one\n2,two\n\\.\n"
        "create index concurrently on t (a);\nvacuum t;\n",
        **{"parts/more.sql": "insert into t values (0, 'included');"},
    )
    with pg_clone.connect() as connection:
        assert connection.execute("select b from t order by a").fetchall() == [
            ("included",),
            ("one",),
            ("two",),
        ]


def test_an_error_in_an_included_file_names_that_file(play):
    with pytest.raises(psql.ScriptFailed) as caught:
        play("\\i more.sql\n", **{"more.sql": "select 1;\nselect nope;\n"})
    assert (caught.value.message.path.name, caught.value.message.line) == ("more.sql", 2)


def test_a_missing_include_is_an_error_with_its_line(play):
    with pytest.raises(psql.ScriptFailed) as caught:
        play("select 1;\n\\i nowhere.sql\n")
    assert (caught.value.message.line, caught.value.message.text) == (
        2,
        "nowhere.sql: No such file or directory",
    )


def test_a_byte_order_mark_and_crlf_apply(play):
    assert play(b"\xef\xbb\xbfselect 1;\r\nselect 2;\r\n") == ()


def test_a_lost_server_is_not_a_failed_script(play):
    with pytest.raises(ServerError, match="psql lost the server while it ran"):
        play("select pg_terminate_backend(pg_backend_pid());\n")


def test_the_environment_of_the_person_does_not_leak_in(play, monkeypatch):
    monkeypatch.setenv("PGOPTIONS", "-c search_path=nowhere")
    monkeypatch.setenv("PGDATABASE", "nowhere")
    assert play("create table t ();") == ()


def test_a_long_statement_is_shortened_in_the_message(play):
    columns = ",\n".join(f"c{number} int" for number in range(40))
    with pytest.raises(psql.ScriptFailed) as caught:
        play(f"create table t (\n{columns},\nc1 int);")
    assert "... (30 more lines)" in str(caught.value)
    assert "c39" in caught.value.message.statement
