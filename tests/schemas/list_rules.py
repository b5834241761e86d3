"""House rules about lists: what makes one says in which order, and nothing is left to chance in that order.

Read from the text, function bodies included. A comment on the line says why it may be otherwise: a set has no order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .sql_levels import Code, read
from .sql_text import SqlFile
from .text_rules import TextRule

LIST = re.compile(r"\b(array_agg|string_agg|jsonb?_agg|json_object_agg|xmlagg|array)\s*\(", re.IGNORECASE)
QUERY = re.compile(r"\s*(?:select|with)\b", re.IGNORECASE)
DISTINCT = re.compile(r"\s*distinct\b", re.IGNORECASE)
SEARCHED = re.compile(
    r"\b(?:any|all|in)\s*\(\s*$", re.IGNORECASE
)  # what stands before a list that is only searched
CUT = re.compile(r"\b(?:limit\s+\w+|fetch\s+(?:first|next)|distinct\s+on)\b", re.IGNORECASE)
NUMBERED = re.compile(r"\b(?:row_number|ntile|lag|lead|first_value|last_value|nth_value)\s*\(", re.IGNORECASE)
OVER = re.compile(r"\s*\bover\s*\(", re.IGNORECASE)
ORDER = re.compile(r"\border\s+by\b", re.IGNORECASE)
ENDS_AN_ORDER = re.compile(
    r"\b(?:limit|offset|fetch|for|loop|on\s+conflict|returning|rows|range|groups|union|with)\b|;|\$",
    re.IGNORECASE,
)
DIRECTION = re.compile(r"\s+(?:asc|desc|nulls\s+(?:first|last))\b|\s+collate\s+\"?[\w.]+\"?", re.IGNORECASE)
GROUPED = re.compile(r"\b(?:group|partition)\s+by\b", re.IGNORECASE)
ENDS_A_GROUP = re.compile(r"\b(?:order|having|window)\b|;", re.IGNORECASE)
EQUAL = re.compile(r"(?:\w+\.)?(\w+)\s*=\s*(?!any\b|all\b)", re.IGNORECASE)
COLUMN = re.compile(r"(?:\w+\.)*(\w+)|coalesce\(\w+\.(\w+), \w+\.\2\)", re.IGNORECASE)
VIEW = re.compile(r"^create view (public\.\w+)", re.MULTILINE)
FUNCTION = re.compile(
    r"^\s*create function (public\.\w+)\((?:(?!\$body\$).)*\$body\$", re.DOTALL | re.MULTILINE
)
REPORT = re.compile(r"^select\b", re.MULTILINE)


def lists_have_an_order(file: SqlFile) -> Iterator[str]:
    """`array_agg(x order by y)`, and `array(select ... order by y)` where it is not only searched."""
    code = read(file)
    for found in LIST.finditer(code.text):
        end = code.closes(found.end() - 1)
        is_query = QUERY.match(code.text, found.end())
        if found[1].lower() == "array" and (not is_query or SEARCHED.search(code.text[: found.start()])):
            continue
        sorts = DISTINCT.match(code.text, found.end())
        if not sorts and not ORDER.search(code.level(found.end(), end)):
            yield from code.unless_explained(found.start(), f"{found[1]}(...) without order by")


def what_is_cut_off_or_numbered_has_an_order(file: SqlFile) -> Iterator[str]:
    """`limit`, `fetch first`, `distinct on`, and window functions that look at the rows before."""
    code = read(file)
    for found in CUT.finditer(code.text):
        if not ORDER.search(code.level(*code.around(found.start()))):
            yield from code.unless_explained(found.start(), f"{found[0]} without order by")
    for found in NUMBERED.finditer(code.text):
        over = OVER.match(code.text, code.closes(found.end() - 1) + 1)
        if over and not ORDER.search(code.text, over.end(), code.closes(over.end() - 1)):
            yield from code.unless_explained(found.start(), f"{found[0]}...) over (...) without order by")


def what_is_read_has_an_order(file: SqlFile) -> Iterator[str]:
    """Views and functions of the API that return rows, and queries that somebody runs from a file."""
    code = read(file)
    for found in VIEW.finditer(code.text):
        if not ORDER.search(code.level(*code.around(found.end()))):
            yield from code.unless_explained(found.start(), f"view {found[1]} without order by")
    for found in FUNCTION.finditer(code.text):
        several = re.search(r"\breturns (?:setof|table)\b", found[0]) and "\nrows 1\n" not in found[0]
        if several and not ORDER.search(code.text, found.end(), code.text.index("$body$", found.end())):
            yield from code.unless_explained(found.start(), f"{found[1]} returns rows without order by")
    for found in REPORT.finditer(code.text):
        query = code.level(*code.around(found.start()))
        if query.lstrip().startswith("select") and re.search(r"\bfrom\b", query) and not ORDER.search(query):
            yield from code.unless_explained(found.start(), "a query without order by")


def orders_are_total(file: SqlFile) -> Iterator[str]:
    """No two rows can be alike in it: what is in the order, compared by = or the same in a group, includes a key.

    A key is a set of columns by which some table of the project is unique, or by which the query groups.
    """
    code = read(file)
    for found in ORDER.finditer(code.text):
        start, end = code.around(found.start())
        level = code.level(start, end)
        if DISTINCT.match(level):
            continue
        stop = ENDS_AN_ORDER.search(code.level(found.end(), end))
        named = code.text[found.end() : found.end() + stop.start() if stop else end]
        fixed, grouped = set(EQUAL.findall(level)), _grouped(code, start, end)
        if code.depth[start] and not QUERY.match(level):
            outside = code.around(start - 1)
            if re.search(r"\bover\s*\($", code.text[:start], re.IGNORECASE):
                fixed, grouped = fixed | grouped, _grouped(code, *outside)
            else:
                fixed.update(EQUAL.findall(code.level(*outside)), _grouped(code, *outside))
        if not any(key <= _columns(DIRECTION.sub("", named)) | fixed for key in (*file.keys, grouped) if key):
            yield from code.unless_explained(
                found.start(), f"order by {' '.join(named.split())} is not total"
            )


def keys_of(catalog: Mapping[str, Any]) -> frozenset[frozenset[str]]:
    """The columns of every unique index of a project, as its catalog.json tells; those over some rows only left out."""
    indexes = (
        index for kind in ("tables", "views") for each in catalog[kind] for index in each.get("indexes", ())
    )
    return frozenset(
        frozenset(index["columns"]) for index in indexes if index.get("unique") and not index.get("predicate")
    )


def _grouped(code: Code, start: int, end: int) -> frozenset[str]:
    """The columns that a query groups by, or that divide a window."""
    level = code.level(start, end)
    found = GROUPED.search(level)
    if not found:
        return frozenset()
    stop = ENDS_A_GROUP.search(level, found.end())
    return frozenset(_columns(code.text[start + found.end() : start + stop.start() if stop else end]))


def _columns(items: str) -> set[str]:
    """The columns in a list; of `coalesce(a.id, b.id)`, which stands for a join's common column, that one."""
    found = (COLUMN.fullmatch(" ".join(item.split())) for item in re.split(r",(?![^(]*\))", items))
    return {each[1] or each[2] for each in found if each}


LIST_RULES: tuple[TextRule, ...] = (
    lists_have_an_order,
    what_is_cut_off_or_numbered_has_an_order,
    what_is_read_has_an_order,
    orders_are_total,
)
