"""Who signs up writes their own metadata: what a trigger makes of it must not be more than they may change later.

The attempt is a sign-up as the auth service does it, once with metadata that boasts and once without
(https://supabase.com/docs/guides/auth/managing-user-data: ``raw_user_meta_data`` is the user's own).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from pgproof.access.contract.model import SERVICE, Contract
from pgproof.access.relations.code import asks_for, bodies
from pgproof.access.world.world import World
from pgproof.catalog import Catalog
from pgproof.database import errors, sql
from pgproof.finding import Finding

KEY = re.compile(r"raw_user_meta_data\s*(?:->>?|\?)\s*'([^']+)'")
USER = "5f0c6b2e-6d3c-4c39-9d2c-9a3f1c3a7b11"
SIGN_UP = """insert into auth.users (id, email, raw_user_meta_data)
values ({}::uuid, 'boasts@example.com', {}::jsonb)"""
SCRIPT = """-- leak-sign-up: {column} of {label}
begin;
create temporary table before on commit drop as select to_jsonb(t) as content from {name} as t;
{statement};
select case when exists (
    select from {name} as t
    where to_jsonb(t) not in (select content from before) and t.{column}::text in ({values})
) then 'LEAK' else 'as it should be' end as verdict;
rollback;
"""
POWER = re.compile(r"role|kind|plan|tier|level|status|type|permission|scope|admin|staff|tenant|org|team")
Rows = Mapping[str, list[Mapping[str, Any]]]


def boasts(sources: Iterable[str]) -> dict[str, str]:
    """What to boast of: every key of the metadata that functions read."""
    keys = sorted({key for source in sources for key in KEY.findall(source)})
    return {key: "true" if key.startswith(("is_", "has_", "can_")) else "admin" for key in keys}


def signup_findings(world: World) -> tuple[list[Finding], int]:
    """What a sign-up with metadata that boasts brings about beside one without; and how many sign-ups that were."""
    said = boasts(bodies(world.catalog))
    if not said:
        return [], 0
    plain, loud = _signed_up(world, {}), _signed_up(world, said)
    return list(judge(world.contract, plain, loud, said, partial(is_power, world.catalog))), 2


def _signed_up(world: World, metadata: Mapping[str, str]) -> Rows:
    """The rows that a sign-up makes, by relation; none where it fails."""
    statement = _statement(metadata)
    made: dict[str, list[Mapping[str, Any]]] = {}
    try:
        with world.connection.transaction(force_rollback=True):
            world.connection.execute(statement)
            for label, surveyed in world.surveyed.items():
                if surveyed.subject.is_table:
                    query = sql.SQL("select to_jsonb(t) from {} as t where {}").format(
                        surveyed.subject.name, surveyed.subject.written
                    )
                    made[label] = [row for (row,) in world.connection.execute(query).fetchall()]
    except errors.Error:
        return {}
    return made


def _statement(metadata: Mapping[str, str]) -> sql.Composed:
    return sql.SQL(SIGN_UP).format(sql.Literal(USER), sql.Literal(json.dumps(metadata)))


def _script(label: str, column: str, said: Mapping[str, str]) -> str:
    made = sql.SQL(SCRIPT).format(
        column=sql.Identifier(column),
        label=sql.SQL(label),
        name=sql.Identifier(*label.split(".")),
        statement=_statement(said),
        values=sql.SQL(", ").join(map(sql.Literal, dict.fromkeys(said.values()))),
    )
    return made.as_string(None)


def is_power(catalog: Catalog, label: str, column: str) -> bool:
    """Whether a column says more than how somebody is called: a flag, a word out of a list, or what policies or
    functions read, or what is called like that.
    """
    relation = catalog.tables_by_name[label]
    kind = relation.columns_by_name[column].type
    listed = any(each.kind == "check" and column in each.columns for each in relation.constraints)
    named = POWER.search(column) is not None
    return kind.name == "bool" or kind.kind == "enum" or listed or named or asks_for(catalog, column)


def judge(
    contract: Contract, plain: Rows, loud: Rows, said: Mapping[str, str], power: Callable[[str, str], bool]
) -> Iterator[Finding]:
    """A finding for each column that gives power, that the metadata decided, and that nobody may change by themselves."""
    for label, rows in loud.items():
        before = plain.get(label, [])
        for column in sorted({name for row in rows for name in row}):
            was = {json.dumps(row.get(column)) for row in before}
            became = {str(row[column]).lower() for row in rows if json.dumps(row[column]) not in was}
            if became & {*said.values()} and power(label, column) and not changeable(contract, label, column):
                yield Finding(
                    rule="leak-sign-up",
                    subject=f"{column} of {label}",
                    expected="a column that nobody may change is not decided by what they say of themselves",
                    observed=f"a sign-up with the metadata {json.dumps(said)} made {', '.join(sorted(became))} of it",
                    remedy="take it from where only the server writes, raw_app_meta_data or a table of invitations",
                    reproduction=_script(label, column, said),
                    path=contract.path,
                    line=contract.relations.get(label),
                )


def changeable(contract: Contract, label: str, column: str) -> bool:
    """Whether the contract lets somebody other than the service role set the column."""
    cells = [contract.cell(label, "update", kind.name) for kind in contract.actors if kind.name != SERVICE]
    return any(each.condition and (each.columns is None or column in each.columns) for each in cells)
