"""Pieces of Markdown."""

from __future__ import annotations

import pytest

from pgproof.documents.markdown_text import cell, code
from pgproof.documents.markdown_text import table as markdown_table


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "`plain`"),
        ("two\n  lines", "`two lines`"),
        ("a `tick`", "`` a `tick` ``"),
        ("``", "``` `` ```"),
    ],
)
def test_code_is_fenced_whatever_it_contains(text, expected):
    assert code(text) == expected


def test_a_cell_is_one_line_without_bars():
    assert cell("a | b\nc\n\nd\n") == "a \\| b c<br>d"
    assert cell(None) == ""


def test_a_column_without_content_is_left_out():
    assert markdown_table(("a", "b"), [("1", ""), ("2", "")]) == "| a |\n| --- |\n| 1 |\n| 2 |\n"
    assert markdown_table(("a", "b"), []) == ""
