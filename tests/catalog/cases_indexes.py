"""Indexes."""

from __future__ import annotations

from .case import Case

CASES = [
    Case("Index", "drop index app.people_code", "index people_code on app.people: missing"),
    Case(
        "Index",
        "create index on app.moods (people)",
        "index moods_people_idx on app.moods: still there",
    ),
    Case(
        "Index.method",
        "drop index app.people_code; create index people_code on app.people using hash (code)",
        "index people_code on app.people: method was btree, is hash",
        setup="drop index app.people_code; create index people_code on app.people using btree (code)",
    ),
    Case(
        "Index.columns",
        "drop index app.people_code; create unique index people_code on app.people (name)",
        "index people_code on app.people: columns was code, is name",
    ),
    Case(
        "Index.expressions",
        "drop index app.people_lower; create index people_lower on app.people (upper(code))",
        "index people_lower on app.people: expressions was lower(code), is upper(code)",
        setup="create index people_lower on app.people (lower(code))",
    ),
    Case(
        "Index.include",
        "drop index app.people_code; create unique index people_code on app.people (code) include (name)",
        "index people_code on app.people: include was none, is name",
    ),
    Case(
        "Index.predicate",
        "drop index app.people_code; create unique index people_code on app.people (code) where id > 5",
        "index people_code on app.people: predicate was null, is (id > 5)",
    ),
    Case(
        "Index.unique",
        "drop index app.people_code; create index people_code on app.people (code)",
        "index people_code on app.people: unique was yes, is no",
    ),
    Case(
        "Index.nulls_not_distinct",
        "drop index app.people_code; create unique index people_code on app.people (code) nulls not distinct",
        "index people_code on app.people: nulls not distinct was no, is yes",
    ),
    Case(
        "Index.valid",
        "update pg_catalog.pg_index set indisvalid = false where indexrelid = 'app.people_code'::regclass",
        "index people_code on app.people: valid was yes, is no",
    ),
    Case(
        "Index.clustered",
        "alter table app.people cluster on people_code",
        "index people_code on app.people: clustered was no, is yes",
    ),
    Case(
        "Index.options",
        "alter index app.people_code set (fillfactor = 60)",
        "index people_code on app.people: options was none, is fillfactor=60",
    ),
    Case(
        "Index.options",
        "alter index app.people_pkey set (fillfactor = 60)",
        "index people_pkey on app.people: options was none, is fillfactor=60",
    ),
    Case(
        "Index.parent",
        "alter index app.whole attach partition app.part",
        "index part on app.events_2026: parent was null, is whole",
        setup="create index whole on only app.events (what); create index part on app.events_2026 (what)",
    ),
    Case(
        "Index.comment",
        "comment on index app.people_by_mood is null",
        "index people_by_mood on app.people: comment was For the mood report., is null",
    ),
    Case(
        "Index.definition",
        "drop index app.people_code; create unique index people_code on app.people (code desc)",
        "index people_code on app.people: definition was "
        "CREATE UNIQUE INDEX people_code ON app.people USING btree (code), is "
        "CREATE UNIQUE INDEX people_code ON app.people USING btree (code DESC)",
    ),
]
