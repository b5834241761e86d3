"""Random boolean SQL over ``corpus.samples``, as a person might write it, and random rows of that table."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

from hypothesis import strategies as st

from pgproof.rows.evaluate.datum import TIME, TIMESTAMP, TIMESTAMPTZ

TAGS = {
    "s": "smallint",
    "i": "integer",
    "j": "integer",
    "l": "bigint",
    "n": "numeric",
    "m": "numeric",
    "f": "double precision",
    "g": "real",
    "t": "text",
    "u": "text",
    "v": "character varying",
    "c": "character",
    "b": "boolean",
    "a": "boolean",
    "d": "date",
    "e": "date",
    "ts": TIMESTAMP,
    "tz": TIMESTAMPTZ,
    "tx": TIMESTAMPTZ,
    "tm": TIME,
    "tn": TIME,
    "iv": "interval",
    "id": "uuid",
    "js": "jsonb",
    "jn": "json",
    "ta": "text[]",
    "ia": "integer[]",
    "ir": "int4range",
    "dr": "daterange",
    "tr": "tstzrange",
    "mood": "corpus.mood",
    "raw": "bytea",
}
ENUMS = {"corpus.mood": ("calm", "sleepy", 'Wide "awake"')}

small = st.integers(-20, 20) | st.sampled_from((100, -100, 32767, -32768))
integers = small | st.sampled_from((2**31 - 1, -(2**31), 40000))
words = st.text("abAB _%.-é日\u0301 0129@", max_size=6) | st.sampled_from(
    (
        "",
        "a@b.co",
        "draft",
        "  x ",
        "admin",
        "https://x",
        "10",
        "-3",
        "true",
        "2020-02-29",
        "A1",
        "caf\u00e9",
        "\U0001d4b3",
    )
)
utc = timezone.utc
instants = st.datetimes(datetime(1999, 1, 1), datetime(2021, 12, 31)) | st.sampled_from(
    (
        datetime(2020, 2, 29),
        datetime(1, 1, 1),
        datetime(9999, 12, 31, 23, 59, 59, 999999),
        datetime(2000, 1, 1),
    )
)
days = st.dates(date(2019, 12, 1), date(2020, 3, 31)) | st.sampled_from((date(1, 1, 1), date(9999, 12, 31)))
documents = st.recursive(
    st.none() | st.booleans() | small | st.sampled_from(("a", "x", "", "5")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("a", "b", "x")), inner, max_size=3)
    ),
    max_leaves=4,
).map(lambda value: value if isinstance(value, (dict, list)) else json.dumps(value))


def _ranges(low, high):
    return st.sampled_from(("empty", "(,)")) | st.builds(
        lambda a, b, left, right: f"{left}{min(a, b)},{max(a, b)}{right}",
        st.sampled_from(low),
        st.sampled_from(high),
        st.sampled_from("[("),
        st.sampled_from("])"),
    )


VALUES = {
    "s": small,
    "i": integers,
    "j": small,
    "l": integers | st.sampled_from((2**63 - 1, -(2**63))),
    "n": st.decimals(-1000, 1000, places=3) | st.sampled_from((Decimal("NaN"), Decimal(0), Decimal("1e-10"))),
    "m": st.decimals(-1000, 1000, places=2),
    "f": st.sampled_from((0.0, -0.0, 0.1, 1.5, -2.5, 1e300, 5e-324, float("inf"), float("nan")))
    | st.floats(-9, 9),
    "g": st.floats(-100, 100, width=32),
    "t": words,
    "u": words,
    "v": words,
    "c": st.text("ab Z", max_size=3),
    "b": st.booleans(),
    "a": st.booleans(),
    "d": days | st.sampled_from(("infinity", "-infinity", "0044-03-15 BC", "5874897-12-31", "4714-11-24 BC")),
    "e": days | st.sampled_from(("infinity", "-infinity", "5874897-12-31")),
    "ts": instants | st.sampled_from(("infinity", "294276-12-31 23:59:59")),
    "tz": instants.map(lambda value: value.replace(tzinfo=utc)) | st.just("-infinity"),
    "tx": instants.map(lambda value: value.replace(tzinfo=utc)),
    "tm": st.times() | st.just("24:00:00"),
    "tn": st.sampled_from((time(0), time(12, 30), time(23, 59, 59, 999999))),
    "iv": st.timedeltas(timedelta(-3), timedelta(3))
    | st.sampled_from(("1 mon", "30 days", "-1 year 2 days 03:04:05")),
    "id": st.uuids(),
    "js": documents,
    "jn": documents,
    "ta": st.lists(st.none() | words, max_size=3),
    "ia": st.lists(st.none() | small, max_size=3),
    "ir": _ranges(range(-3, 2), range(0, 5)),
    "dr": _ranges(("2020-01-01", "2020-02-01"), ("2020-02-01", "2020-03-01")),
    "tr": _ranges(
        ("2020-01-01 00:00:00+00", "2020-02-01 00:00:00+00"),
        ("2020-02-01 00:00:00+00", "2020-03-01 00:00:00+00"),
    ),
    "mood": st.sampled_from(ENUMS["corpus.mood"]),
    "raw": st.binary(max_size=3),
}


def rows(names=tuple(VALUES)):
    """Rows of these columns; about one value in twelve is NULL."""
    return st.fixed_dictionaries({name: _sometimes_null(VALUES[name]) for name in names})


def _sometimes_null(strategy):
    return st.integers(0, 11).flatmap(lambda n: st.none() if n == 11 else strategy)


def _one(words):
    return st.sampled_from(words.split(" "))


def _quoted(text):
    return "'" + str(text).replace("'", "''") + "'"


def _form(template, *parts):
    return st.tuples(*parts).map(lambda values: template.format(*values))


comparisons = _one("= <> < <= > >=")
matches = st.sampled_from(("~", "~*", "!~", "!~*", "like", "ilike", "not like", "not ilike"))
patterns = _one(
    r"^a b$ ^[a-z]+$ ^[^@]+@[^@]+$ a|b (ab)* ^a{1,3}$ \d ^\w+$ \s [[:alpha:]] ^$  . ^.{2,4}$ a% %b _ %@% a\_b"
    r" ^(?=.*[A-Z]).{2,}$ ^(?!ad).*$ [^a] é (?i)A ^(a|b|)c?$ x*?y [a-] []a] ^[\w.-]+$ \. (a *a %\% \S"
    r" [0-9a-f]{2} ^([01]\d|2[0-3]):[0-5]\d$ ^\S+(-\S+)*$ %\_% __% (a|ab)(c|bcd)*$ ^.*b\Z \u0061 a{0}b"
).map(_quoted)
moments = _one("d e ts tz tx")
intervals = st.sampled_from(
    ("iv", "interval '1 day'", "interval '1 mon'", "interval '90 minutes'", "interval '-2 days'")
)

whole = st.deferred(
    lambda: st.one_of(
        _one("s i j l"),
        small.map(str),
        _form("({} {} {})", whole, _one("+ - * / % & | #"), whole),
        _form("(- {})", whole),
        _form("abs({})", whole),
        _form("{}({})", _one("length char_length octet_length"), words_),
        _form("length({})", _one("c v raw")),
        _form("coalesce({}, {})", whole, whole),
        _form("{}({}, {})", _one("greatest least nullif mod"), whole, whole),
        _form("case when {} then {} else {} end", conditions, whole, whole),
        _form("array_length({}, 1)", _one("ta ia")),
        _form("cardinality({})", _one("ta ia")),
        _form("ia[{}]", _one("1 2 0 j")),
        _form("num_nonnulls({}, {})", st.sampled_from(tuple(VALUES)), st.sampled_from(tuple(VALUES))),
        _form("position({} in {})", words_, words_),
        _form("({} - {})", _one("d e"), _one("d e")),
        _form("({})::integer", st.one_of(conditions, decimals, words_, floats)),
        _form("{}(ir)", _one("lower upper")),
        _form("jsonb_array_length(js)"),
        _form("(js ->> {})::integer", _one("'a' 0")),
    )
)
decimals = st.deferred(
    lambda: st.one_of(
        _one("n m 1.5 0.001 (0)::numeric -2.25"),
        _form("({} {} {})", decimals, _one("+ - * / %"), decimals),
        _form("({})::{}", whole, _one("numeric numeric(5,1)")),
        _form("round({}, {})", decimals, _one("0 1 2 -1")),
        _form("{}({})", _one("round trunc ceil floor abs sign"), decimals),
        _form(
            "extract({} from {})",
            _one("year month day dow isodow doy week epoch quarter isoyear hour second"),
            moments,
        ),
        _form("extract(epoch from ({} - {}))", _one("tz tx"), _one("tz tx")),
        _form("(f)::numeric"),
        _form("(m)::numeric(4,1)"),
    )
)
floats = st.deferred(
    lambda: st.one_of(
        st.sampled_from(("f", "g", "1.5::double precision")),
        _form("({} {} {})", floats, _one("+ - * /"), floats),
        _form("({})::{}", st.one_of(whole, decimals), st.sampled_from(("double precision", "real"))),
    )
)
words_ = st.deferred(
    lambda: st.one_of(
        _one("t u v::text c::text mood::text"),
        words.map(_quoted),
        _form("({} || {})", words_, words_),
        _form("{}({})", _one("lower upper btrim ltrim rtrim reverse md5"), words_),
        _form(
            "{}({}, {})",
            _one("left right substr repeat"),
            words_,
            st.integers(-3, 4).map(str),
        ),
        _form("substr({}, {}, {})", words_, st.integers(-2, 4).map(str), st.integers(0, 3).map(str)),
        _form("split_part({}, {}, {})", words_, words.map(_quoted), _one("1 2 -1")),
        _form("{}({}, {}, 'xy')", _one("lpad rpad"), words_, st.integers(-1, 5).map(str)),
        _form("replace({}, {}, {})", words_, words_, words_),
        _form("btrim({}, {})", words_, words_),
        _form("coalesce({}, {})", words_, words_),
        _form("({})::text", st.one_of(whole, conditions, st.just("id"))),
        _form("({})::varchar(3)::text", words_),
        _form("ta[{}]", _one("1 2")),
        _form("({} ->> {})", _one("js jn"), _one("'a' 0 -1")),
        _form("(js #>> {})", _one("'{a}' '{a,b}' '{0}' '{a,-1}'")),
        _form("jsonb_typeof(js)"),
    )
)
times = st.deferred(
    lambda: st.one_of(
        moments,
        _form("({} {} {})", moments, _one("+ -"), intervals),
        _form("({} {} {})", _one("d e"), _one("+ -"), small.map(str)),
        _form("date_trunc({}, {})", _one("'month' 'day' 'week' 'hour' 'year' 'quarter'"), _one("ts tz")),
        _form("({})::{}", moments, _one("date timestamp timestamptz")),
        st.sampled_from(
            ("'2020-01-31'::date", "'2020-02-01 10:00:00+02'::timestamptz", "lower(tr)", "upper(dr)")
        ),
        _form("(tz at time zone 'UTC')"),
    )
)
others = st.one_of(
    _form(
        "({} {} {})",
        st.sampled_from(("ir", "'[0,5)'::int4range")),
        _one("&& @> <@ = << >>"),
        st.sampled_from(("ir", "'[1,3]'::int4range", "int4range(i, j)")),
    ),
    _form("(ir @> {})", _one("i j")),
    _form("(d <@ dr)"),
    _form("(tz <@ tr)"),
    _form("{}({})", _one("isempty lower_inf upper_inf lower_inc upper_inc"), _one("ir dr tr")),
    _form("(ta {} array['a', '', 'x'])", _one("@> <@ && = <>")),
    _form("(ia {} array[1, 2, 3])", _one("@> <@ && = < >=")),
    _form("(js {} '{{\"a\": [1]}}')", _one("@> <@ = <>")),
    _form("(js {} array['a', 'x'])", _one("?| ?&")),
    _form("(js ? {})", _one("'a' 'x'")),
    _form("(mood {} 'sleepy')", comparisons),
    _form("(tm {} tn)", comparisons),
    _form("((tm + {}) {} tn)", intervals, comparisons),
    _form("((tm - tn) {} iv)", comparisons),
    _form("(({} {} {}) {} iv)", intervals, _one("+ -"), intervals, comparisons),
    _form("((tz - tx) {} {})", comparisons, intervals),
    _form("(id {} '12345678-1234-5678-1234-567812345678')", comparisons),
    _form("(raw {} '\\x61')", comparisons),
    _form("isfinite({})", moments),
    _form("(array_position(ta, {}) is null)", _one("null 'a'")),
    _form("starts_with({}, {})", words_, words_),
    _form("(c {} {})", _one("= <>"), st.sampled_from(("'a'", "'ab '", "v", "t"))),
)
conditions = st.deferred(
    lambda: st.one_of(
        _one("b a true null::boolean"),
        _form("({} {} {})", whole, comparisons, whole),
        _form("({} {} {})", decimals, comparisons, decimals),
        _form("({} {} {})", floats, comparisons, floats),
        _form("({} {} {})", words_, _one("= <>"), words_),
        _form('({} collate "C" {} {})', words_, comparisons, words_),
        _form("({} {} {})", words_, matches, patterns),
        _form("(c {} {})", matches, patterns),
        _form("({} {} {})", times, comparisons, times),
        _form(
            "({} is {}null)",
            st.one_of(st.sampled_from(tuple(VALUES)), words_, whole),
            st.sampled_from(("", "not ")),
        ),
        _form("({} is {}{})", conditions, st.sampled_from(("", "not ")), _one("true false unknown")),
        _form("({} is {}distinct from {})", whole, st.sampled_from(("", "not ")), whole),
        _form("({} {} {})", conditions, _one("and or = <>"), conditions),
        _form("(not {})", conditions),
        _form("({} in ({}, {}))", whole, whole, whole),
        _form("({} not in ({}, 'a', ''))", words_, words_),
        _form("({} {} {} (ia))", whole, comparisons, _one("any all")),
        _form("({} between {} and {})", whole, whole, whole),
        _form("case {} when 1 then {} else {} end", whole, conditions, conditions),
        others,
    )
)
