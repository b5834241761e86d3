"""Names as keys of a lookup."""

from __future__ import annotations

import pytest

from pgproof.catalog.names import qualified, quoted


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("messages", "messages"),
        ("_a$1", "_a$1"),
        ("user", "user"),
        ("Odd", '"Odd"'),
        ("a b", '"a b"'),
        ("a.b", '"a.b"'),
        ('say "x"', '"say ""x"""'),
        ("1st", '"1st"'),
        ("", '""'),
        ("größe", '"größe"'),
        ("a\n", '"a\n"'),
    ],
)
def test_a_name_is_quoted_only_where_it_must_be(name, expected):
    assert quoted(name) == expected


def test_parts_of_a_name_cannot_be_mistaken_for_each_other():
    assert qualified("a.b", "c") != qualified("a", "b.c")
    assert qualified("public", "t", "Id") == 'public.t."Id"'
