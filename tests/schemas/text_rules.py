"""House rules that a file of SQL shows by itself. Each takes a file and yields what it objects to.

The sentences of the rules are in the style card that every schema follows; case, indentation and line length
are sqlfluff's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from .order_rules import COMMANDS
from .sql_text import SqlFile, dollar_tags, lines, statements

TextRule = Callable[[SqlFile], Iterator[str]]

LAST_HEADER_LINE = re.compile(r"-- Needs: .+\.  Undone by: .+")
HIDES_A_WRONG_START = re.compile(
    r"\bif\s+(?:not\s+)?exists\b(?!\s*\()|\bor\s+replace\b|(?<!on delete )(?<!on update )\bcascade\b",
    re.IGNORECASE,
)
UNMOVABLE_CLOCK = re.compile(
    r"\b(current_date|current_timestamp|current_time|localtimestamp|localtime|clock_timestamp"
    r"|statement_timestamp|transaction_timestamp|timeofday)\b",
    re.IGNORECASE,
)
# The first word after these is a name that says its schema.
NAMING = re.compile(
    r"^(?:create|alter|drop) (?:or replace )?"
    r"(?:materialized view|table|view|function|procedure|type|domain|sequence)"
    r" (?:if (?:not )?exists )?(?P<name>[^ (;]+)",
    re.IGNORECASE,
)
NAMING_WITH_ON = re.compile(
    r"^create (?:unique index|index|policy|trigger|constraint trigger)\b.*? on (?:only )?(?P<name>[^ (;]+)",
    re.IGNORECASE,
)
TABLE = re.compile(r"^create table (?P<table>[\w.]+) ", re.MULTILINE)
STAR = re.compile(r"(?:\bselect|,)\s+(?:distinct\s+)?(?:\w+\.)*\*", re.IGNORECASE)


def header_names_path_purpose_needs_and_undo(file: SqlFile) -> Iterator[str]:
    """Three comment lines, then an empty one; every file that they name exists."""
    first, purpose, last, empty = (file.text.split("\n") + [""] * 4)[:4]
    if first != f"-- sql/{file.path}":
        yield f"line 1 is {first!r}, expected '-- sql/{file.path}'"
    if not re.fullmatch(r"-- \S.+\.", purpose):
        yield f"line 2 is {purpose!r}, expected '-- ' and a sentence that says what the file is for"
    if not LAST_HEADER_LINE.fullmatch(last):
        yield f"line 3 is {last!r}, expected '-- Needs: <what>.  Undone by: <what>'"
    if empty.strip():
        yield f"line 4 is {empty!r}, expected an empty line after the three of the header"
    for name in re.findall(r"[\w./-]+\.sql\b", last):
        if name not in file.neighbours:
            yield f"line 3 names {name}, which does not exist"


def dollar_quotes_are_named(file: SqlFile) -> Iterator[str]:
    """A `$$` inside a `$$` ends it: the job command in a `do` block is where it happens."""
    count = sum(not tag for tag in dollar_tags(file.text))
    if count:
        yield f"{count} dollar quotes without a name; write $body$, $job$ ... so that they can be nested"


def nothing_hides_a_wrong_starting_state(file: SqlFile) -> Iterator[str]:
    """No `if exists`, `or replace` or `cascade`, unless a comment on the same line says why."""
    for line in lines(file.text):
        found = HIDES_A_WRONG_START.search(line.code)
        if found and not line.comment:
            yield f"line {line.number}: {found[0]!r} without a comment on the line that says why"


def the_only_clock_is_now(file: SqlFile) -> Iterator[str]:
    """`now()` can be moved by a test; the words of the SQL standard cannot, and depend on the time zone."""
    for line in lines(file.text):
        found = UNMOVABLE_CLOCK.search(line.code)
        if found:
            yield f"line {line.number}: {found[0]}; call now() and name the time zone"


def names_are_schema_qualified(file: SqlFile) -> Iterator[str]:
    """What is created, altered or dropped says in which schema it is."""
    for statement in statements(file.text):
        for found in filter(None, (NAMING.match(statement.code), NAMING_WITH_ON.match(statement.code))):
            if "." not in found["name"]:
                yield f"line {statement.line}: {found['name']} is not schema-qualified"


def no_select_star(file: SqlFile) -> Iterator[str]:
    """A view over `*` keeps the columns of the day it was made."""
    for line in lines(file.text):
        if STAR.search(line.code):
            yield f"line {line.number}: select *; name the columns"


def errors_carry_an_errcode(file: SqlFile) -> Iterator[str]:
    """Tests and clients go by the SQLSTATE, so `raise exception` gives one."""
    code = "\n".join(line.code for line in lines(file.text))
    for found in re.finditer(r"\braise\s+exception\b[^;]*", code, re.IGNORECASE):
        if not re.search(r"\berrcode\b", found[0], re.IGNORECASE):
            yield f"line {code.count(chr(10), 0, found.start()) + 1}: raise exception without errcode"


def commands_without_policy_are_said(file: SqlFile) -> Iterator[str]:
    """A table with policies names the commands that have none: `-- No insert, no delete: ...`, before the next table."""
    tables = list(TABLE.finditer(file.text))
    ends = [each.start() for each in tables[1:]] + [len(file.text)]
    for table, end in zip(tables, ends, strict=False):
        on = rf"create policy \w+ on {re.escape(table['table'])}\s+(?:as \w+\s+)?for (\w+)"
        allowed = set(re.findall(on, file.text))
        said = " ".join(re.findall(r"^-- (.*)", file.text[table.start() : end], re.MULTILINE)).lower()
        for command in COMMANDS if allowed else ():
            if command not in allowed and not re.search(rf"\bno [^.:;]*\b{command}\b", said):
                yield f"{table['table']} has no policy for {command} and no comment that says so"


TEXT_RULES: tuple[TextRule, ...] = (
    header_names_path_purpose_needs_and_undo,
    dollar_quotes_are_named,
    nothing_hides_a_wrong_starting_state,
    the_only_clock_is_now,
    names_are_schema_qualified,
    no_select_star,
    errors_carry_an_errcode,
    commands_without_policy_are_said,
)
