"""Letters, bits and packed numbers of the catalog, in words."""

from __future__ import annotations

import pytest

from pgproof.catalog import decode

from .values import ALL_OF_A_TABLE, grant


@pytest.mark.parametrize(
    ("acl", "expected"),
    [
        (None, ()),
        ([], ()),
        (["anon=r/postgres"], (grant("select", "anon"),)),
        (["=X/postgres"], (grant("execute", "public"),)),
        (["anon=a*r/postgres"], (grant("insert", "anon", grantable=True), grant("select", "anon"))),
        (['"a=b/c ""d"=r/"o/p"'], (grant("select", 'a=b/c "d', "o/p"),)),
        (["b=r/x", "a=r/x"], (grant("select", "a", "x"), grant("select", "b", "x"))),
        (["a=sA/x"], (grant("alter system", "a", "x"), grant("set", "a", "x"))),
        (["a=mrawdDxt/x"], tuple(grant(privilege, "a", "x") for privilege in ALL_OF_A_TABLE)),
    ],
)
def test_an_acl_becomes_sorted_grants(acl, expected):
    assert decode.grants(acl) == expected


def test_a_privilege_that_is_not_known_yet_keeps_its_letter():
    assert decode.grants(["a=Q/x"]) == (grant("Q", "a", "x"),)


@pytest.mark.parametrize("item", ["anon", "anon=r", "an on=r/x/y", ""])
def test_what_is_not_an_acl_item_is_named(item):
    with pytest.raises(ValueError, match=f"not an ACL item: '{item}', expected grantee=privileges/grantor"):
        decode.grants([item])


@pytest.mark.parametrize(
    ("name", "modifier", "text", "expected"),
    [
        ("text", -1, "text", (None, None, None)),
        ("varchar", 24, "character varying(20)", (20, None, None)),
        ("bpchar", 5, "character(1)", (1, None, None)),
        ("numeric", (10 << 16 | 2) + 4, "numeric(10,2)", (None, 10, 2)),
        ("numeric", (4 << 16 | (-2 & 0x7FF)) + 4, "numeric(4,-2)", (None, 4, -2)),
        ("numeric", (2 << 16 | 5) + 4, "numeric(2,5)", (None, 2, 5)),
        ("timestamptz", 0, "timestamp(0) with time zone", (None, 0, None)),
        ("time", 6, "time(6) without time zone", (None, 6, None)),
        ("interval", (0x7FFF << 16) | 3, "interval(3)", (None, 3, None)),
        ("interval", (0x0400 << 16) | 0xFFFF, "interval hour", (None, None, None)),
        ("bit", 8, "bit(8)", (8, None, None)),
        ("varbit", 8, "bit varying(8)[]", (8, None, None)),
        ("vector", 1536, "extensions.vector(1536)", (1536, None, None)),
        ("geometry", 1234, "extensions.geometry(Point,4326)", (None, None, None)),
    ],
)
def test_a_type_modifier_is_unpacked(name, modifier, text, expected):
    assert decode.modifiers(name, modifier, text) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", ()),
        (b"a\0", ("a",)),
        (b"\0", ("",)),
        (b"a\0\0b c\0", ("a", "", "b c")),
        ("ü\0".encode(), ("ü",)),
    ],
)
def test_trigger_arguments_end_with_a_zero_byte(raw, expected):
    assert decode.trigger_arguments(raw) == expected


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ("FOR EACH ROW EXECUTE FUNCTION f()", None),
        ("FOR EACH ROW WHEN ((new.a IS NULL)) EXECUTE FUNCTION f()", "(new.a IS NULL)"),
        ("FOR EACH STATEMENT WHEN (true) EXECUTE PROCEDURE f()", "true"),
        (
            "FOR EACH ROW WHEN ((new.a = ') EXECUTE FUNCTION '::text)) EXECUTE FUNCTION f()",
            "(new.a = ') EXECUTE FUNCTION '::text)",
        ),
        ("FOR EACH ROW WHEN ((new.a =\n1)) EXECUTE FUNCTION f()", "(new.a =\n1)"),
    ],
)
def test_the_condition_of_a_trigger_is_cut_out_of_its_definition(clause, expected):
    assert decode.trigger_condition(f"CREATE TRIGGER t BEFORE INSERT ON public.x {clause}") == expected
