"""A finding points at the statement in the migrations that somebody has to change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pgproof import access, catalog
from pgproof.conductor.where import located
from pgproof.finding import Finding

from .variants import BASE, VARIANTS, fill

SCRIPTS = [
    (
        Path("001.sql"),
        "create table if not exists public.notes (id int);\n"
        "-- create policy mine on public.notes\n"
        "create policy mine on public.notes\n    for select using (true);\n"
        'create policy "Anybody\'s notes; all" on notes using (true);\n'
        "grant select, insert on table public.notes to anon;\n"
        "create table public.notes_old (id int);\n",
    ),
    (
        Path("002.sql"),
        "/* alter policy mine on public.notes\n*/\nalter policy mine\n    on public.notes using (false);\n"
        "create policy mine on public.other using (true);\n"
        "create or replace function public.f(a int) returns int as $$ select 1 $$ language sql;\n"
        "grant all on public.notes to authenticated;\ncreate materialized view public.totals as select 1;\n"
        "alter default privileges for role postgres in schema api\n    grant all on routines to anon, authenticated;\n"
        "alter default privileges in schema api grant select on tables to service_role;\n",
    ),
]
FINDING = Finding("leak-select", "x", "a", "b", "c", path=Path("access.toml"), line=3)


@pytest.mark.parametrize(
    ("causes", "source", "line"),
    [
        (["policy mine on public.notes"], "002.sql", 3),
        (["policy Anybody's notes; all on public.notes"], "001.sql", 5),
        (["policy gone on public.notes", "relation public.notes"], "001.sql", 1),
        (["policy Anybody's notes; all on public.notes", "policy mine on public.notes"], "002.sql", 3),
        (["function public.f"], "002.sql", 6),
        (["grant truncate on public.notes", "relation public.notes"], "002.sql", 7),
        (["grant insert on public.other", "relation public.notes"], "001.sql", 1),
        (["relation public.totals"], "002.sql", 8),
        (["defaults authenticated on functions"], "002.sql", 9),
        (["defaults service_role on tables"], "002.sql", 11),
        (["defaults anon on tables"], None, None),
        (["relation public.note"], None, None),
        ([], None, None),
    ],
)
def test_the_last_statement_that_made_an_object_is_found(causes, source, line):
    (found,) = located([replace(FINDING, causes=tuple(causes))], SCRIPTS)
    assert (found.source and found.source.name, found.source_line) == (source, line)
    assert (found.path, found.line) == (FINDING.path, FINDING.line)


POINTING = {
    "12_using_true": "policy",
    "13_second_permissive_policy": "policy",
    "01_row_security_off": "relation",
    "00_column_readable": "grant",
    "43_definer_changes_rows": "function",
    "06_truncate_granted": "grant",
    "66_execute_revoked": "function",
    "67_using_false": "policy",
}


@pytest.mark.parametrize(
    "variant", [each for each in VARIANTS if each.folder.name in POINTING], ids=lambda each: each.folder.name
)
def test_what_is_to_blame_is_named(pg, variant, tmp_path):
    fill(pg)
    pg.execute(variant.sql("broken").encode())
    found = access.run(pg, variant.contract(tmp_path), catalog.read(pg), lambda _: None).findings
    (finding,) = (each for each in found if (each.rule, each.subject) == variant.caught)
    assert finding.causes[0].split()[0] == POINTING[variant.folder.name]
    scripts = [
        (path, path.read_text("utf-8"))
        for path in (BASE / "001_documents.sql", variant.folder / "broken.sql")
    ]
    (told,) = located([finding], scripts)
    assert told.source_line
    statement = told.source.read_text("utf-8").splitlines()[told.source_line - 1]
    assert statement.lower().startswith(("create", "alter", "grant"))
