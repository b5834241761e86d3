from dataclasses import replace

from pgproof import project


def chain(folder):
    return project.load(folder).chain


def test_a_change_of_one_migration_changes_its_digest_and_those_after_it(make_project):
    folder = make_project({f"00{number}_x.sql": f"select {number};" for number in (1, 2, 3)})
    before = chain(folder)
    (folder / "002_x.sql").write_text("select 22;")
    after = chain(folder)
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, False, False]


def test_a_comment_counts_since_only_psql_knows_what_a_comment_is(make_project):
    folder = make_project({"001_x.sql": "select 1;"})
    before = chain(folder)
    (folder / "001_x.sql").write_text("select 1; -- one")
    assert chain(folder) != before


def test_included_files_count_wherever_they_are_included_from(make_project):
    files = {
        "001_x.sql": "\\i parts/one.sql\n",
        "parts/one.sql": "\\ir two.sql\n",
        "parts/two.sql": "select 2;",
        "unrelated.txt": "",
    }
    folder = make_project(files)
    before = chain(folder)
    (folder / "unrelated.txt").write_text("changed")
    assert chain(folder) == before
    (folder / "parts/two.sql").write_text("select 3;")
    assert chain(folder) != before


def test_a_computed_include_makes_every_script_count(make_project):
    folder = make_project({"001_x.sql": "\\i :which\n", "parts/any.sql": "select 1;"})
    before = chain(folder)
    (folder / "parts/any.sql").write_text("select 2;")
    assert chain(folder) != before


def test_includes_in_a_circle_do_not_hang(make_project):
    assert chain(make_project({"001_x.sql": "\\i 001_x.sql\n"}))


def test_a_chain_belongs_to_its_migrations(make_project):
    loaded = project.load(make_project({"001_x.sql": "select 1;", "002_x.sql": "select 2;"}))
    assert replace(loaded, migrations=loaded.migrations[:1]).chain == loaded.chain[:1]
