from __future__ import annotations

from pgproof.access.relations.subjects import Subject
from pgproof.database import sql

NAME = sql.Identifier("public", "odd")
KINDS = {"a": "text", "b": "text[]", "c": "jsonb", "d": "integer", "e": "boolean", "f": "text"}
ODD = Subject("public.odd", "public.odd", NAME, NAME, KINDS, ())


def test_a_line_of_copy_is_the_row_that_it_was_made_of(pg):
    row = {
        "a": 'tab\t, \\ and\nline "x"',
        "b": ["one", 'two "2", \\'],
        "c": {"k": ["\\n", 'q"']},
        "d": 7,
        "e": True,
        "f": None,
    }
    pg.execute("create table public.odd (a text, b text[], c jsonb, d integer, e boolean, f text)")
    with pg.cursor().copy("copy public.odd from stdin") as copy:
        copy.write(ODD.line(row))
    assert pg.execute("select to_jsonb(t) from public.odd as t").fetchone() == (row,)
