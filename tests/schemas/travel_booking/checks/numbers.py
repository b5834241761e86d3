"""Promises about numbers: each of them is one."""

from __future__ import annotations

from pgproof.database import Connection

from ..world import one, refused
from .rights import new_life

NUMERIC = """
select c.relname, a.attname from pg_attribute as a join pg_class as c on c.oid = a.attrelid
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
and a.atttypid = 'numeric'::regtype and not a.attisdropped order by 1, 2
"""


def check_every_number_is_one(pg: Connection) -> None:
    """NaN is greater than 0 to PostgreSQL: no price, amount, share or score takes it, whoever writes it."""
    new_life(pg)
    for table, column in pg.execute(NUMERIC).fetchall():
        assert one(pg, f"select count(*) from public.{table}") > 0, f"no row to try in {table}"
        with refused(pg, "23514"):
            pg.execute(f"update public.{table} set {column} = 'NaN'".encode())
