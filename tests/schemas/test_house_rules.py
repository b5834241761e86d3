from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from pgproof import database, project
from pgproof.conductor.bench import workbench
from pgproof.pytest_plugin import setting
from pgproof.settings import read as read_settings

from .catalog_rules import CATALOG_RULES, OWN_OBJECTS, CatalogRule
from .list_rules import LIST_RULES, keys_of
from .naming_rules import NAMING_RULES
from .order_rules import rollback_mirrors_migration, statements_of_a_table_are_in_order
from .policy_rules import POLICY_RULES
from .snippets import NEIGHBOURS, SNIPPETS, UNIQUE
from .sql_text import SqlFile
from .text_rules import TEXT_RULES, TextRule

SQL = Path(__file__).parents[2] / "sql"
PROJECTS = tuple(sorted(path.parent for path in SQL.glob("*/pgproof.toml")))
FILES = tuple(path for folder in PROJECTS for path in sorted(folder.rglob("*.sql")))
FILE_RULES: tuple[TextRule, ...] = (*TEXT_RULES, *LIST_RULES, statements_of_a_table_are_in_order)
RULES = (*CATALOG_RULES, *NAMING_RULES, *POLICY_RULES)


def name_of(path: Path) -> str:
    return path.relative_to(SQL).as_posix()


def rule_name(rule: object) -> str:
    return getattr(rule, "__name__", None) or getattr(rule, "name", str(rule))


def read(path: Path) -> SqlFile:
    folder = SQL / path.relative_to(SQL).parts[0]
    neighbours = frozenset(each.relative_to(folder).as_posix() for each in folder.rglob("*.sql"))
    return SqlFile(name_of(path), path.read_text(encoding="utf-8"), neighbours, keys(folder))


@cache
def keys(folder: Path) -> frozenset[frozenset[str]]:
    return keys_of(json.loads((folder / "catalog.json").read_text(encoding="utf-8")))


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


@pytest.mark.parametrize(("name", "loud", "quiet"), SNIPPETS, ids=lambda value: value.split("\n")[-1][:40])
def test_text_rule_finds_its_mistake_and_leaves_the_near_miss_alone(name, loud, quiet):
    (rule,) = [each for each in FILE_RULES if each.__name__ == name]
    assert len(list(rule(SqlFile("a/1.sql", loud, NEIGHBOURS, UNIQUE)))) == 1
    assert list(rule(SqlFile("a/1.sql", quiet, NEIGHBOURS, UNIQUE))) == []


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
