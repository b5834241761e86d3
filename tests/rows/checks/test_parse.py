from __future__ import annotations

import pytest

from pgproof.rows.syntax.expression import (
    And,
    Binary,
    Call,
    Column,
    Constant,
    DomainValue,
    TypeName,
    columns_of,
    of_column,
)
from pgproof.rows.syntax.parse import UnreadableExpression, parse
from pgproof.rows.syntax.render import render

CHECKS = """
    select c.conrelid::regclass::text, c.conname, pg_get_expr(c.conbin, c.conrelid)
    from pg_constraint c
    where c.contype = 'c' and c.connamespace = 'corpus'::regnamespace and c.conrelid <> 0
    order by 1, 2
"""
RARE = (
    "extract(year from d) > 2000 and date_part('month', ts) = 1",
    "position('x' in t) > 0 and substring(t from 1 for 2) = 'ab' and substring(t from 2) <> ''",
    "substring(t from 'a(.)c') = 'b' and substring(t similar 'a#\"b#\"c' escape '#') = 'b'",
    "trim(leading 'x' from t) = t and trim(trailing from t) = t and trim(both 'y' from t) <> u",
    "overlay(t placing 'x' from 2) = u and overlay(t placing 'x' from 2 for 3) = u",
    "(d, e) overlaps (e, d)",
    "tz at time zone 'UTC' > ts and (ts at time zone 'Europe/Berlin') < tx",
    "d <= current_date and ts <= localtimestamp and tz < current_timestamp(3) and t <> current_user",
    "t is distinct from u and not (i is not distinct from j)",
    "b is true and a is not true and b is unknown and a is not unknown and b is not false",
    "row(i, j) = row(1, 2) and row(i, j) is not null and (i, t) is null",
    "ta[1] = 'a' and ta[1:2] = array['a', 'b'] and ta[:2] <> array[]::text[] and ia[2:] = '{}'",
    "t collate \"C\" < u and t = any (ta) and i <> all (ia) and 'x' like any (ta)",
    "case i when 1 then b when 2 then a end and case when b then 1 else 2 end = 1",
    "t like 'a!%' escape '!' and t similar to 'a|b' and t not similar to '(c|d)+' and v not ilike 'x'",
    "i between symmetric 10 and 1 or j not between 2 and 3",
    "i in (1, 2, 3) and v in ('a', 'b') and t not in ('x', u) and mood in ('calm', 'sleepy')",
    "-i > - 5 and +j < 3 and i ^ 2 = 4 and @ i = 5 and ~ j = 1 and i # j = 2 and |/ f > 1",
    "i + j * 2 - 3 / 4 % 5 > 0 and (i - j) - (j - i) <> 0 and - (i + j) < 0",
    "iv > interval '1 year 2 mons 3 days 04:05:06.789' and iv < make_interval(0, 0, 0, 3)",
    "jn ->> 'a' = 'b' and js -> 'x' -> 0 ->> 'y' = 'z' and js #>> '{a,b}' = 'c' and js @> '{\"a\": [1]}'",
    "js ? 'a' and js ?| array['a', 'b'] and js ?& array['c'] and js @? '$.a' and js @@ '$.a > 1'",
    "t is normalized and u is not nfkc normalized and normalize(t, nfc) = u and normalize(u) = t",
    "nullif(t, '') is not null and coalesce(i, j, 0) > 0 and greatest(i, j) > least(i, 3)",
    "concat(t, u, i) <> '' and format('%s', t) = u and num_nulls(variadic ta) = 0",
    "ts::date = d and tz::time < tm and i::text = t and (js ->> 'a')::numeric(10, 2) > 1.50",
    "t::varchar(10) = v and c::char(5) = 'abcde' and ts::timestamp(3) = ts and b'101'::bit(3) = b'111'",
    "i = 0 or not b or (a and not (b or a)) or (i = 1) = (j = 1)",
    "tr && tstzrange('2020-01-01 00:00:00.123456+02', null, '[]') and ir @> 5 and 3 <@ ir and upper_inf(dr)",
    "t ~ '''quoted'' \\d+' and t <> E'back\\\\slash' and u <> '' and t operator(pg_catalog.=) u",
    "f > 1e300 and n = 'NaN' and f = 'infinity' and n > 123456789012345678901234567890.5",
    "raw <> '\\x00ff' and octet_length(raw) = 2 and id = '00000000-0000-0000-0000-000000000001'",
    "array_length(ta, 1) = 2 and array[i, j] && ia and ta || 'x'::text = array['x'] and cardinality(ia) = 1",
)


def deparsed(pg, table: str, expression: str) -> str:
    with pg.transaction(force_rollback=True):
        pg.execute(f"alter table {table} add constraint deparsed check ({expression})")
        found = pg.execute(
            "select pg_get_expr(conbin, conrelid) from pg_constraint where conname = 'deparsed'"
        )
        return found.fetchone()[0]


def test_every_check_of_the_corpus_means_the_same_to_the_server_after_being_read_and_written(pg):
    pg.execute("set local search_path = ''")
    checks = pg.execute(CHECKS).fetchall()
    assert len(checks) > 100
    for table, _, text in checks:
        assert deparsed(pg, table, render(parse(text))) == deparsed(pg, table, text)


@pytest.mark.parametrize("expression", RARE)
def test_rare_syntax_means_the_same_to_the_server_after_being_read_and_written(pg, expression):
    pg.execute("set local search_path = ''")
    text = deparsed(pg, "corpus.samples", expression)
    assert deparsed(pg, "corpus.samples", render(parse(text))) == deparsed(pg, "corpus.samples", text)


@pytest.mark.parametrize(
    "text",
    [
        "(EXISTS ( SELECT 1))",
        "(i > 0",
        "i >",
        "(t = 'unfinished)",
        "f(days => 1)",
        "(samples.* IS NOT NULL)",
        "i IS NOT",
        "",
        "\\",
    ],
)
def test_what_is_not_in_the_language_is_refused_with_its_place(text):
    with pytest.raises(UnreadableExpression, match=r"expected|cannot read"):
        parse(text)


def test_names_lose_their_quotes_and_doubled_quotes_are_one():
    assert parse('("a ""b""" <> \'it\'\'s\'::text)') == Binary(
        "<>", Column('a "b"'), Constant("it's", TypeName("text"))
    )


def test_a_column_called_value_is_no_domain_value():
    assert parse("(VALUE > 0)") == Binary(">", DomainValue(), Constant("0", TypeName("integer")))
    assert columns_of(parse('(("VALUE" > 0) AND (value > 0))')) == ("VALUE", "value")


def test_the_check_of_a_domain_becomes_one_of_the_column():
    assert of_column(parse("((VALUE > 0) AND f(VALUE))"), "n") == And(
        (Binary(">", Column("n"), Constant("0", TypeName("integer"))), Call("f", (Column("n"),)))
    )
