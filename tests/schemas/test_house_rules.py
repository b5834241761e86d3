from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pgproof import database, project
from pgproof.conductor.bench import workbench
from pgproof.pytest_plugin import setting
from pgproof.settings import read as read_settings

from .catalog_rules import CATALOG_RULES, OWN_OBJECTS, CatalogRule
from .naming_rules import NAMING_RULES
from .order_rules import rollback_mirrors_migration, statements_of_a_table_are_in_order
from .sql_text import SqlFile
from .text_rules import TEXT_RULES, TextRule

SQL = Path(__file__).parents[2] / "sql"
PROJECTS = tuple(sorted(path.parent for path in SQL.glob("*/pgproof.toml")))
FILES = tuple(path for folder in PROJECTS for path in sorted(folder.rglob("*.sql")))
FILE_RULES: tuple[TextRule, ...] = (*TEXT_RULES, statements_of_a_table_are_in_order)
RULES = (*CATALOG_RULES, *NAMING_RULES)


def name_of(path: Path) -> str:
    return path.relative_to(SQL).as_posix()


def rule_name(rule: object) -> str:
    return getattr(rule, "__name__", None) or getattr(rule, "name", str(rule))


def read(path: Path) -> SqlFile:
    folder = SQL / path.relative_to(SQL).parts[0]
    neighbours = frozenset(each.relative_to(folder).as_posix() for each in folder.rglob("*.sql"))
    return SqlFile(name_of(path), path.read_text(encoding="utf-8"), neighbours)


@pytest.fixture(scope="module", params=PROJECTS, ids=[path.name for path in PROJECTS])
def pg_project(request):
    return request.param


@pytest.fixture
def own(pg):
    pg.execute(OWN_OBJECTS)
    return pg


def offenders(connection, rule: CatalogRule) -> list[str]:
    return sorted(name for (name,) in connection.execute(rule.offenders))


@pytest.mark.parametrize("rule", FILE_RULES, ids=rule_name)
@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_file(path, rule):
    assert list(rule(read(path))) == []


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda folder: folder.name)
def test_every_migration_has_a_rollback_that_mirrors_it(folder):
    broken = {}
    for migration in project.load(folder).migrations:
        assert migration.down is not None, f"{name_of(migration.up)} has no rollback"
        found = list(rollback_mirrors_migration(migration.up.read_text(), migration.down.read_text()))
        broken |= {migration.down.name: found} if found else {}
    assert broken == {}


@pytest.mark.parametrize("rule", RULES, ids=rule_name)
def test_database(own, rule):
    assert offenders(own, rule) == []


GRANTS = """
select r.name, coalesce(a.grantee::regrole::text, 'public') as grantee, a.privilege_type
from own_relations as r
join pg_class as c using (oid)
cross join aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) as a
union all
select f.name, coalesce(a.grantee::regrole::text, 'public'), a.privilege_type
from own_functions as f
cross join aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) as a
union all
select s.nspname, coalesce(a.grantee::regrole::text, 'public'), a.privilege_type
from own_schemas as s
join pg_namespace as n using (oid)
cross join aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) as a
order by 1, 2, 3
"""


def grants_in_both_worlds(folder: Path, request) -> tuple[list[tuple[str, str, str]], ...]:
    settings = read_settings(folder)
    server = setting(request.config, "server") or settings.server
    found = []
    for privileges in ("classic", "explicit"):
        loaded = project.load(folder, replace(settings, privileges=privileges))
        with workbench(loaded, server) as bench, database.connect(bench.clone().dsn) as connection:
            connection.execute(OWN_OBJECTS)
            found.append(connection.execute(GRANTS).fetchall())
    return tuple(found)


@pytest.mark.parametrize("folder", PROJECTS, ids=lambda folder: folder.name)
def test_grants_are_the_same_in_both_worlds_of_default_privileges(folder, request):
    classic, explicit = grants_in_both_worlds(folder, request)
    assert classic == explicit
    assert any(grantee == "authenticated" for _, grantee, _ in explicit)


def test_a_table_whose_grants_were_left_to_the_defaults_differs_between_the_worlds(tmp_path, request):
    (tmp_path / "pgproof.toml").write_text('[project]\nname = "defaults"\nplatform = "supabase"\n')
    (tmp_path / "1_notes.sql").write_text("create table public.notes (id int);\n")
    classic, explicit = grants_in_both_worlds(tmp_path, request)
    assert {grant for grant in classic if grant not in explicit} >= {("public.notes", "anon", "SELECT")}


@pytest.mark.parametrize("pg_project", [SQL / "dream_flow"], indirect=True, ids=["dream_flow"])
@pytest.mark.parametrize("rule", RULES, ids=rule_name)
def test_rule_finds_its_mistake_and_leaves_the_near_miss_alone(own, rule):
    with own.transaction(force_rollback=True):
        own.execute(rule.loud)
        assert offenders(own, rule) != []
    own.execute(rule.quiet)
    assert offenders(own, rule) == []


HEADER = "-- sql/a/1.sql\n-- Makes a.\n-- Needs: nothing.  Undone by: rollback_1.sql\n\n"

# rule, what it must find, what it must leave alone
SNIPPETS = [
    ("header_names_path_purpose_needs_and_undo", HEADER.replace("a/1", "a/2"), HEADER),
    ("header_names_path_purpose_needs_and_undo", HEADER.replace("Makes a.", ""), HEADER),
    ("header_names_path_purpose_needs_and_undo", HEADER.replace("Undone by", "See"), HEADER),
    ("header_names_path_purpose_needs_and_undo", HEADER.replace("back_1", "back_2"), HEADER),
    ("header_names_path_purpose_needs_and_undo", HEADER.strip() + "\nselect 1;", HEADER + "select 1;"),
    ("dollar_quotes_are_named", "do $$ begin end $$;", "do $body$ begin end $body$; select '$$', '$$';"),
    ("dollar_quotes_are_named", "do $a$ begin perform f($$x$$); end $a$;", "-- $$ ends a $$\nselect 1;"),
    ("nothing_hides_a_wrong_starting_state", "drop table if exists a;", "select 'if exists';"),
    (
        "nothing_hides_a_wrong_starting_state",
        "create table if not exists a ();",
        "do $b$ if exists (select 1) $b$;",
    ),
    ("nothing_hides_a_wrong_starting_state", "create or replace view a.b;", "-- or replace\nselect 1;"),
    (
        "nothing_hides_a_wrong_starting_state",
        "drop table a.b cascade;",
        "drop table a.b cascade; -- with its views",
    ),
    (
        "nothing_hides_a_wrong_starting_state",
        "drop schema a cascade;",
        "references a.b (c) on delete cascade",
    ),
    ("the_only_clock_is_now", "select current_date;", "select now(), 'current_date'; -- current_date moves"),
    ("the_only_clock_is_now", "do $b$ begin x := clock_timestamp(); end $b$;", "select current_dated;"),
    ("names_are_schema_qualified", "create table a ();", "create table public.a ();"),
    ("names_are_schema_qualified", "create index i on a (b);", "create index i on public.a (b);"),
    ("names_are_schema_qualified", "create policy p on a for select;", "create policy p on b.a for select;"),
    (
        "names_are_schema_qualified",
        "create trigger t before update on a for each row;",
        "drop view public.v;",
    ),
    (
        "no_select_star",
        "create view a.v as select * from a.b;",
        "create view a.v as select count(*) from a.b;",
    ),
    ("no_select_star", "select a, b.* from b;", "select a * 2, b from b;"),
    (
        "errors_carry_an_errcode",
        "do $b$ begin raise exception 'no'; end $b$;",
        "do $b$ begin raise notice 'so'; end $b$;",
    ),
    (
        "errors_carry_an_errcode",
        "raise exception 'errcode';",
        "raise exception 'no' using errcode = 'P0001';",
    ),
    (
        "commands_without_policy_are_said",
        "create table a.b ();\ncreate policy p on a.b for select;\n-- No insert, no update: closed.",
        "create table a.b ();\ncreate policy p on a.b for select;\n-- No insert, update or delete: closed.",
    ),
    (
        "commands_without_policy_are_said",
        "create table a.b ();\ncreate policy p on a.b\nas restrictive\nfor delete;\n-- No select, insert: x.",
        "create table a.b ();\n-- Read by nobody.",
    ),
    (
        "statements_of_a_table_are_in_order",
        "create policy p on a.b for select; create index i on a.b (c);",
        "create index i on a.b (c); create policy p on a.b for select;",
    ),
    (
        "statements_of_a_table_are_in_order",
        "create policy p on a.b for delete; create policy q on a.b for insert;",
        "create policy p on a.b for delete; create policy q on a.c for insert;",
    ),
    (
        "statements_of_a_table_are_in_order",
        "grant select on table a.b, a.c to d; comment on column a.c.e is 'x';",
        "comment on column a.c.e is 'x'; grant select on table a.b, a.c to d;",
    ),
    (
        "statements_of_a_table_are_in_order",
        "create trigger t before update on a.b execute function f(); create table a.b ();",
        "create table a.b (); create trigger t before update on a.b execute function f();",
    ),
]


@pytest.mark.parametrize(("name", "loud", "quiet"), SNIPPETS, ids=lambda value: value.split("\n")[-1][:40])
def test_text_rule_finds_its_mistake_and_leaves_the_near_miss_alone(name, loud, quiet):
    (rule,) = [each for each in FILE_RULES if each.__name__ == name]
    neighbours = frozenset({"rollback_1.sql"})
    assert len(list(rule(SqlFile("a/1.sql", loud, neighbours)))) == 1
    assert list(rule(SqlFile("a/1.sql", quiet, neighbours))) == []


def test_every_text_rule_has_snippets():
    assert {rule.__name__ for rule in FILE_RULES} == {name for name, _, _ in SNIPPETS}


@pytest.mark.parametrize(
    ("rollback", "found"),
    [
        ("drop view a.v; drop index a.i; drop table a.t;", []),
        ("drop table a.t;", []),
        ("drop table a.t; drop function a.f;", []),
        (
            "drop table a.t; drop view a.v;",
            ["drops view a.v too late; mirror the migration from the bottom up"],
        ),
        ("drop view a.other;", ["drops view a.other, which the migration does not create"]),
    ],
)
def test_a_rollback_drops_in_the_reverse_order_of_making(rollback, found):
    migration = (
        "create function a.f(); create table a.t (); create index i on a.t (b); create view a.v as select 1;"
    )
    assert list(rollback_mirrors_migration(migration, rollback)) == found
