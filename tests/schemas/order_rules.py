"""House rules about order: of the statements about one table, and of a rollback against its migration."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .sql_text import SqlFile, statements

STEPS = ("create table", "row level security", "index", "comment", "grant", "policy", "trigger")
COMMANDS = ("select", "insert", "update", "delete")
NAME = r"(?P<table>[\w.\"]+)"
PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("create table", re.compile(rf"create (?:unlogged )?table (?:if not exists )?{NAME}")),
    ("row level security", re.compile(rf"alter table {NAME} (?:enable|force) row level security")),
    ("index", re.compile(rf"create (?:unique )?index \S+ on (?:only )?{NAME}")),
    ("comment", re.compile(rf"comment on (?:table {NAME}|column (?P<column>[\w.\"]+)\.[\w\"]+)")),
    (
        "grant",
        re.compile(r"(?:grant|revoke) .*? on (?:table )?(?P<tables>(?:[\w.\"]+, ?)*[\w.\"]+) (?:to|from) "),
    ),
    ("policy", re.compile(rf"create policy \S+ on {NAME} (?:as \w+ )?for (?P<command>\w+)")),
    ("trigger", re.compile(rf"create (?:constraint )?trigger \S+ .*? on {NAME}")),
)
KIND = r"(?P<kind>schema|type|domain|sequence|table|materialized view|view|index|function)"
MADE = re.compile(rf"create (?:or replace )?(?:unique )?{KIND} (?:if not exists )?(?P<name>[\w.\"]+)")
DROPPED = re.compile(rf"drop {KIND} (?:if exists )?(?P<name>[\w.\"]+)")


def statements_of_a_table_are_in_order(file: SqlFile) -> Iterator[str]:
    """Table, row level security, indexes, comments, grants, policies (select to delete), triggers."""
    reached: dict[str, tuple[int, int]] = {}
    for statement in statements(file.text):
        for table, place in _places(statement.code.lower()):
            if place < reached.get(table, place):
                yield (
                    f"line {statement.line}: {STEPS[place[0]]} of {table} comes after"
                    f" {STEPS[reached[table][0]]}; the order is {', '.join(STEPS)}"
                )
            reached[table] = max(place, reached.get(table, place))


def _places(code: str) -> Iterator[tuple[str, tuple[int, int]]]:
    for step, pattern in PATTERNS:
        found = pattern.match(code)
        if not found:
            continue
        groups = found.groupdict()
        names = groups.get("tables") or groups.get("table") or groups.get("column") or ""
        command = COMMANDS.index(groups["command"]) if groups.get("command") in COMMANDS else 0
        for name in names.split(","):
            yield name.strip(), (STEPS.index(step), command)


def rollback_mirrors_migration(migration: str, rollback: str) -> Iterator[str]:
    """What a rollback drops by name, the migration made, and in the reverse order.

    Functions may come later than the table whose policies and triggers call them.
    """
    made = [match["name"] for match in _matches(MADE, migration)]
    backwards = iter(reversed(made))
    for match in _matches(DROPPED, rollback):
        if match["name"].split(".")[-1] not in {name.split(".")[-1] for name in made}:
            yield f"drops {match['kind']} {match['name']}, which the migration does not create"
        elif match["kind"] != "function" and not any(
            name.split(".")[-1] == match["name"].split(".")[-1] for name in backwards
        ):
            yield f"drops {match['kind']} {match['name']} too late; mirror the migration from the bottom up"


def _matches(pattern: re.Pattern[str], sql: str) -> Iterator[re.Match[str]]:
    for statement in statements(sql):
        found = pattern.match(statement.code.lower())
        if found:
            yield found
