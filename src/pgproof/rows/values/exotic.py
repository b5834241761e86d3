"""Pools of literals for the types that have no arrays of their own: json, arrays, ranges, networks, shapes.

Every writer takes a space and a source of chance and returns a literal in PostgreSQL's input syntax.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from random import Random
from typing import TypeAlias

from pgproof.rows.model.literals import text_of
from pgproof.rows.model.tables import Space, Value
from pgproof.rows.values.measures import EPOCH

Writer: TypeAlias = "Callable[[Space, Random], str]"

_WORDS = (
    "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "haven", "inlet", "jade", "kite", "lumen",
    "maple", "north", "ocean", "prism",
)  # fmt: skip
_KEYS = ("source", "version", "theme", "notes", "score", "enabled", "tags", "device")
_ELEMENTS = 5


def literals(space: Space, seed: int, size: int) -> tuple[str, ...]:
    """At most ``size`` different literals of a space, always the same for the same seed."""
    source = Random(seed)
    found: dict[str, None] = {}
    for _ in range(size * 2):
        found[literal(space, source)] = None
        if len(found) == size:
            break
    return tuple(found)


def literal(space: Space, source: Random) -> str:
    """One literal of a space."""
    if space.allowed:
        chosen = space.allowed[pick(source, len(space.allowed))]
        return text_of(chosen) or ""
    return _writer(space)(space, source)


def knows(space: Space) -> bool:
    """Whether values of a space are known: of types that somebody else made they are not."""
    parts = (*(() if space.element is None else (space.element,)), *(part for _, part in space.fields))
    return bool(space.allowed) or (
        (space.kind in _WRITERS or _name(space) in _NAMED) and all(map(knows, parts))
    )


def _writer(space: Space) -> Writer:
    return _WRITERS.get(space.kind) or _NAMED.get(_name(space)) or _unknown


def _name(space: Space) -> str:
    """The type without its schema and what is in parentheses."""
    return space.type_name.rpartition(".")[2].partition("(")[0]


def pick(source: Random, size: int) -> int:
    """A number below ``size``; only ``random()``, which is the same in every version of Python."""
    return min(int(source.random() * size), size - 1)


def span(space: Space, low: int, high: int, source: Random) -> int:
    """A length between ``low`` and ``high`` that the space's limits let."""
    least = max(low, space.min_length)
    most = max(least, min(high, high if space.max_length is None else space.max_length))
    if space.min_length > high:
        most = space.min_length
    return least + pick(source, most - least + 1)


def _integer(space: Space, source: Random) -> str:
    low = 0 if space.low is None or space.low < 0 <= (space.high or 0) else int(space.low)
    high = low + 1000 if space.high is None else min(int(space.high), low + 1000)
    return str(low + pick(source, high - low + 1))


def _decimal(space: Space, source: Random) -> str:
    low = float(space.low) if space.low is not None else 0.0
    high = float(space.high) if space.high is not None else low + 100
    return f"{low + source.random() * (min(high, low + 100) - low):.{2 if space.scale is None else space.scale}f}"


def _word(space: Space, source: Random) -> str:
    length = span(space, 3, 24, source)
    text = "-".join(_WORDS[pick(source, len(_WORDS))] for _ in range(length // 4 + 1))
    return text[:length].ljust(space.min_length, "x")


def _json(_space: Space, source: Random) -> str:
    found: dict[str, Value] = {}
    for key in _KEYS:
        if source.random() < 0.35:
            found[key] = _json_value(key, source)
    return json.dumps(found, ensure_ascii=False)


def _json_value(key: str, source: Random) -> Value:
    if key == "enabled":
        return source.random() < 0.5
    if key in ("version", "score"):
        return pick(source, 100)
    words = [_WORDS[pick(source, len(_WORDS))] for _ in range(1 + pick(source, 3))]
    return words if key == "tags" else words[0]


def _array(space: Space, source: Random) -> str:
    element = space.element or Space("text", "text")
    size = span(space, 0, _ELEMENTS, source)
    return "{" + ",".join(_quoted(literal(element, source)) for _ in range(size)) + "}"


def _composite(space: Space, source: Random) -> str:
    return "(" + ",".join(_quoted(literal(field, source)) for _, field in space.fields) + ")"


def _range(space: Space, source: Random) -> str:
    element = space.element or Space("integer", "integer")
    low, high = sorted((literal(element, source), literal(element, source)), key=_sortable)
    return "[" + _quoted(low) + "," + _quoted(high) + "]"


def _multirange(space: Space, source: Random) -> str:
    return "{" + (_range(space, source) if source.random() < 0.9 else "") + "}"


def _sortable(text: str) -> tuple[float, str]:
    try:
        return float(text), ""
    except ValueError:
        return 0.0, text


def _moment(space: Space, source: Random) -> str:
    low = space.low if space.low is not None and _later(space.low) else EPOCH + timedelta(days=19_000)
    at = _aware(low) + timedelta(seconds=pick(source, 60_000_000))
    if space.kind == "date":
        return at.date().isoformat()
    if space.kind in ("time", "timetz"):
        return at.strftime("%H:%M:%S") + ("+00" if space.kind == "timetz" else "")
    return at.strftime("%Y-%m-%d %H:%M:%S") + ("+00" if space.kind == "timestamptz" else "")


def _later(low: Value) -> bool:
    return _aware(low) > EPOCH


def _aware(moment: Value) -> datetime:
    if isinstance(moment, datetime):
        return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    if isinstance(moment, date):
        return datetime(moment.year, moment.month, moment.day, tzinfo=timezone.utc)
    return EPOCH


def _uuid(_space: Space, source: Random) -> str:
    digits = "".join(f"{pick(source, 16):x}" for _ in range(30))
    return f"{digits[:8]}-{digits[8:12]}-4{digits[12:15]}-a{digits[15:18]}-{digits[18:30]}"


def _bits(space: Space, source: Random) -> str:
    return "".join("01"[pick(source, 2)] for _ in range(span(space, 1, 16, source)))


def _bytes(space: Space, source: Random) -> str:
    return "\\x" + "".join(f"{pick(source, 256):02x}" for _ in range(span(space, 4, 32, source)))


def _vector(space: Space, source: Random) -> str:
    size = space.max_length or 3
    return "[" + ",".join(f"{source.random() * 2 - 1:.3f}" for _ in range(size)) + "]"


def _sparse(space: Space, source: Random) -> str:
    """A sparse vector: a few of its elements, numbered from 1."""
    size = int(space.type_name.partition("(")[2].rstrip(")") or 3)
    places = sorted({1 + pick(source, size) for _ in range(3)})
    return "{" + ",".join(f"{place}:{source.random() + 0.1:.3f}" for place in places) + f"}}/{size}"


def _one_of(*texts: str) -> Writer:
    return lambda _space, source: texts[pick(source, len(texts))]


def _numbers(pattern: str, count: int) -> Writer:
    def write(_space: Space, source: Random) -> str:
        return pattern.format(*(pick(source, 200) for _ in range(count)))

    return write


def _hexes(count: int) -> Writer:
    def write(_space: Space, source: Random) -> str:
        return ":".join(f"{pick(source, 256):02x}" for _ in range(count))

    return write


def _listed(pattern: str, joint: str) -> Writer:
    def write(_space: Space, source: Random) -> str:
        words = [_WORDS[pick(source, len(_WORDS))] for _ in range(1 + pick(source, 4))]
        return joint.join(
            pattern.format(word, 1 + number) for number, word in enumerate(dict.fromkeys(words))
        )

    return write


def _interval(space: Space, source: Random) -> str:
    """Up to a month, in minutes where there is room for them; 30 days at most beyond a bound that has no other."""
    month, minute, micro = timedelta(days=30), timedelta(minutes=1), timedelta(microseconds=1)
    low = space.low if space.low is not None else min(timedelta(0), (space.high or month) - month)
    high = space.high if space.high is not None else max(low, timedelta(0)) + month
    low, high = low + micro * space.low_open, high - micro * space.high_open
    first = -(-low // minute) * minute
    step, start = (minute, first) if first <= high else (micro, low)
    found = start + step * pick(source, (high - start) // step + 1)
    rest = found - timedelta(days=found.days)
    return f"{found.days} days {rest}"


def _unknown(space: Space, _source: Random) -> str:
    raise ValueError(f"no values are known for the type {space.type_name}")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_WRITERS: dict[str, Writer] = {
    "integer": _integer,
    "numeric": _decimal,
    "float": _decimal,
    "money": _decimal,
    "boolean": lambda _space, source: "ft"[pick(source, 2)],
    "text": _word,
    "json": _json,
    "array": _array,
    "composite": _composite,
    "range": _range,
    "multirange": _multirange,
    "uuid": _uuid,
    "bit": _bits,
    "bytes": _bytes,
    "vector": _vector,
    "interval": _interval,
    "inet": _numbers("10.{}.{}.{}", 3),
    "cidr": _numbers("10.{}.{}.0/24", 2),
    "macaddr": _hexes(6),
    "macaddr8": _hexes(8),
    "tsvector": _listed("{}:{}", " "),
    "tsquery": _listed("{}", " & "),
    "ltree": _listed("{}", "."),
    "hstore": _listed('"{}"=>"{}"', ", "),
    "xml": _numbers("<row><value>{}</value></row>", 1),
    "point": _numbers("({},{})", 2),
    "line": _numbers("{{1,{},{}}}", 2),
    "lseg": _numbers("[({},{}),({},{})]", 4),
    "box": _numbers("(({},{}),({},{}))", 4),
    "path": _numbers("[({},{}),({},{})]", 4),
    "polygon": _numbers("(({},{}),({},{}),({},{}))", 6),
    "circle": _numbers("<({},{}),{}>", 3),
    "pg_lsn": _numbers("0/{:X}{:X}", 2),
    **dict.fromkeys(("date", "time", "timetz", "timestamp", "timestamptz"), _moment),
}
_NAMED: dict[str, Writer] = {  # types without a kind of their own
    "jsonpath": _listed("$.{}", " + "),
    "sparsevec": _sparse,
    "lquery": _listed("{}", "."),
    "ltxtquery": _listed("{}", " & "),
    "cube": _numbers("({},{})", 2),
    "seg": _numbers("0 .. {}", 1),
    **dict.fromkeys(("xid", "cid"), _numbers("{}", 1)),
    **dict.fromkeys(("int2vector", "oidvector"), _numbers("{} {} {}", 3)),
    "refcursor": _one_of("first", "second"),
    "tid": _numbers("({},{})", 2),
    "pg_snapshot": _numbers("1:2{}:", 1),
    "txid_snapshot": _numbers("1:2{}:", 1),
    "regclass": _one_of("pg_catalog.pg_class", "pg_catalog.pg_type", "pg_catalog.pg_proc"),
    "regtype": _one_of("integer", "text", "uuid"),
    "regproc": _one_of("pg_catalog.now", "pg_catalog.version"),
    "regprocedure": _one_of("pg_catalog.now()", "pg_catalog.version()"),
    "regoper": _one_of("pg_catalog.||/", "pg_catalog.|/"),
    "regoperator": _one_of("pg_catalog.+(integer,integer)", "pg_catalog.*(integer,integer)"),
    "regrole": _one_of("pg_monitor", "pg_read_all_data"),
    "regnamespace": _one_of("pg_catalog", "information_schema"),
    "regconfig": _one_of("pg_catalog.english", "pg_catalog.simple"),
    "regdictionary": _one_of("pg_catalog.simple", "pg_catalog.english_stem"),
    "regcollation": _one_of('pg_catalog."C"', 'pg_catalog."POSIX"'),
}
