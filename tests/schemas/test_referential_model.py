"""The model of referential actions against PostgreSQL itself, on tables that have every action there is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .constraints import referential
from .constraints.keys import Statement, differences, left, read_rows, schema_of
from .constraints.rules import SQL

ACTIONS = ("no action", "restrict", "cascade", "set null", "set default")
IDS = st.integers(1, 3)
TABLES = ("model.roots", "model.people", "model.notes", "model.marks")

# A chain of three, a diamond (roots, people, marks), a table that refers to itself, a composite key.
DDL = """
create schema model;
create table model.roots (id integer primary key);
insert into model.roots values (0);
create table model.people (
    id integer primary key,
    root_id integer default 0
        constraint people_root_fkey references model.roots on delete {0} on update {1},
    boss_id integer constraint people_boss_fkey references model.people on delete {2} on update {3},
    unique (root_id, id)
);
create table model.notes (
    id integer primary key,
    root_id integer,
    person_id integer,
    constraint notes_person_fkey foreign key (root_id, person_id)
        references model.people (root_id, id) on delete {4} on update {5}
);
create table model.marks (
    id integer primary key,
    note_id integer constraint marks_note_fkey references model.notes on delete {6} on update {7},
    root_id integer not null default 0
        constraint marks_root_fkey references model.roots on delete {1} on update {0}
);
"""


@pytest.fixture(scope="module")
def pg_project():
    return SQL / "dream_flow"


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Rows for the four tables that lead to one another."""
    roots = [{"id": n} for n in sorted({0, *draw(st.sets(IDS, min_size=1))})]
    in_roots = st.sampled_from([row["id"] for row in roots])
    people: list[dict[str, Any]] = []
    for n in range(1, draw(IDS) + 1):
        bosses = st.sampled_from([None, n, *[row["id"] for row in people]])
        people.append({"id": n, "root_id": draw(st.none() | in_roots), "boss_id": draw(bosses)})
    known = st.sampled_from([(row["root_id"], row["id"]) for row in people] + [(None, 1), (7, None)])
    notes = []
    for n in range(1, draw(IDS) + 1):
        root, person = draw(known)
        notes.append({"id": n, "root_id": root, "person_id": person})
    in_notes = st.none() | st.sampled_from([row["id"] for row in notes])
    marks = [{"id": n, "note_id": draw(in_notes), "root_id": draw(in_roots)} for n in range(1, draw(IDS) + 1)]
    return dict(zip(TABLES, (roots, people, notes, marks), strict=True))


@given(actions=st.lists(st.sampled_from(ACTIONS), min_size=8, max_size=8), world=worlds(), data=st.data())
def test_what_is_left_is_what_the_model_says(pg, actions, world, data):
    pg.execute(DDL.format(*actions))
    pg.execute("delete from model.roots")
    for table, rows in world.items():
        for row in rows:
            names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
            pg.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))
    table = data.draw(st.sampled_from(TABLES[:3]))
    row = data.draw(st.sampled_from(world[table]))
    schema, before = schema_of(pg, ["model"]), read_rows(pg, TABLES)
    assert before == world
    for values in (None, {"id": 9}):
        statement = Statement(table, row, values)
        if values is None:
            expected = referential.delete(schema, before, table, row)
        else:
            expected = referential.update(schema, before, table, row, values)
        assert differences(expected, left(pg, statement, ("id",), TABLES)) == []


def test_it_turns_red_on_an_action_that_is_another(pg):
    pg.execute(DDL.format(*["cascade"] * 8))
    pg.execute("insert into model.roots values (1)")
    pg.execute("insert into model.people values (1, 1, null)")
    pg.execute("insert into model.notes values (1, 1, 1)")
    schema, rows = schema_of(pg, ["model"]), read_rows(pg, TABLES)
    found = left(pg, Statement("model.roots", {"id": 1}), ("id",), TABLES)
    assert differences(referential.delete(schema, rows, "model.roots", {"id": 1}), found) == []
    for action in ("set null", "restrict", "no action", "set default"):
        other = referential.with_action(schema, "notes_person_fkey", on_delete=action)
        assert differences(referential.delete(other, rows, "model.roots", {"id": 1}), found) != [], action
