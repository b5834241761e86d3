"""Stand-ins as a whole: recognised, complete, and made like any extension."""

from __future__ import annotations

import psycopg
import pytest

from pgproof import platforms


def test_every_stand_in_that_the_server_uses_is_recognised_by_its_comment(pg):
    rows = pg.execute("select name, comment like 'pgproof stand-in%' from pg_available_extensions").fetchall()
    available = {name for name, is_stand_in in rows if is_stand_in}
    created = {name for (name,) in pg.execute("select extname from pg_extension")}
    assert set(platforms.stand_ins_in(pg)) == available & created


def test_a_server_with_nothing_of_its_own_uses_every_stand_in(pg, pg_server):
    if pg_server.kind != "embedded":
        pytest.skip("only the embedded server is known to lack every extension that pgproof stands in for")
    assert platforms.stand_ins_in(pg) == platforms.stand_in_names()


@pytest.mark.parametrize("name", platforms.stand_in_names())
def test_a_stand_in_can_be_dropped_and_made_again(pg, name):
    if name not in platforms.stand_ins_in(pg):
        pytest.skip(f"this server has no stand-in for {name}: it has the real one or is older than 18")
    pg.execute(psycopg.sql.SQL("drop extension {} cascade").format(psycopg.sql.Identifier(name)))
    pg.execute(psycopg.sql.SQL("create extension {}").format(psycopg.sql.Identifier(name)))
    assert name in platforms.stand_ins_in(pg)
