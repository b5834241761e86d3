from __future__ import annotations

import itertools

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pgproof.rows.patterns.language import AWKWARD, Language, matches
from pgproof.rows.patterns.like import parse_like, similar_to_regex
from pgproof.rows.patterns.regex import parse_regex
from pgproof.rows.syntax.signals import Unknown

PATTERNS = (
    "^[a-z0-9]+(-[a-z0-9]+)*$", "^[^@]+@[^@]+\\.[^@]+$", "^\\d{5}(-\\d{4})?$", "^(?=.*[A-Z])(?=.*\\d).{3,}$",
    "^(?!admin)[a-z]+$", "a|b", "^(a|ab)(c|bcd)$", "x{2,3}y?", "^$", "", "[[:upper:]][[:digit:]]", "^\\w+$",
    "\\s", "[^a-z]", "^a*?b", "(^a|b$)", "^.{2}$", "[]x-]", "\\.", "^(|a|bb)$", "a\\Z", "^\\S+\\s\\S+$",
)  # fmt: skip
letters = st.text("abcxyzAZ019-@. _\n]é日", max_size=7)


def found_by_the_server(pg, text: str, operator: str, pattern: str) -> bool:
    return pg.execute(f"select %s::text {operator} %s::text", (text, pattern)).fetchone()[0]


@given(text=letters, pattern=st.sampled_from(PATTERNS), ignore_case=st.booleans())
@example(text="a\n", pattern="a$", ignore_case=False).via("the dollar is the very end, not the last line")
@example(text="Ab1", pattern="^(?=.*[A-Z])(?=.*\\d).{3,}$", ignore_case=False).via("lookahead")
def test_a_regular_expression_finds_what_the_server_finds(pg, text, pattern, ignore_case):
    try:
        found = all(matches(each, text) for each in parse_regex(pattern, ignore_case=ignore_case))
    except Unknown:
        assume(False)
    assert found == found_by_the_server(pg, text, "~*" if ignore_case else "~", pattern)


@given(text=letters, pattern=st.text("ab%_\\é", max_size=6))
def test_like_finds_what_the_server_finds(pg, text, pattern):
    try:
        found = matches(parse_like(pattern), text)
    except Unknown:
        assume(False)
    assert found == found_by_the_server(pg, text, "like", pattern)


@pytest.mark.parametrize(
    "pattern", ["\\d+.\\d+", "(a|b)%", "[a-c]_", "a{2,3}", "^x$", "a\\%b", "(ab)*c+", "."]
)
def test_similar_to_becomes_the_regular_expression_that_the_server_makes(pg, pattern):
    made = pg.execute("select similar_to_escape(%s)", (pattern,)).fetchone()[0]
    assert similar_to_regex(pattern) == made


@given(pattern=st.sampled_from(PATTERNS), number=st.integers(0, 10**6), awkward=st.booleans(), data=st.data())
def test_every_text_of_a_language_is_one_for_the_server_too(pg, pattern, number, awkward, data):
    patterns = parse_regex(pattern)
    language = Language(patterns, 0, 40)
    bound = any(each.bound for each in patterns)
    length = data.draw(st.sampled_from(language.lengths(12)))
    drawn = language.draw(length, lambda n: data.draw(st.integers(0, n - 1)), awkward=awkward and not bound)
    ranked = language.nth(length, number % language.count(length))
    for text in (drawn, ranked):
        assert len(text) == length
        assert found_by_the_server(pg, text, "~", pattern)


@pytest.mark.parametrize(
    ("patterns", "alphabet"), [(("^a*b?c+$",), "abc"), (("^(ab|c)*$", "^[^c]"), "abc"), (("a.c", "b"), "abc")]
)
def test_ranks_run_through_every_text_of_a_length_once(patterns, alphabet):
    only = parse_regex(f"^[{alphabet}]*$")
    language = Language((*only, *(p for pattern in patterns for p in parse_regex(pattern))))
    for length in range(6):
        expected = {
            "".join(letters)
            for letters in itertools.product(alphabet, repeat=length)
            if language.accepts("".join(letters))
        }
        assert {language.nth(length, rank) for rank in range(language.count(length))} == expected
        assert language.count(length) == len(expected)


@pytest.mark.parametrize(
    ("patterns", "least", "most"),
    [
        (("^[0-9]+$", "[a-z]"), 0, None),
        (("^a{3}$",), 4, None),
        (("^(ab)+$",), 3, 3),
        (("^a$", "^b$"), 0, None),
        (("^.{5}$",), 0, 4),
    ],
)
def test_an_impossible_combination_is_known_to_have_no_text(patterns, least, most):
    together = tuple(p for pattern in patterns for p in parse_regex(pattern))
    assert Language(together, least, most).shortest is None


def test_a_possible_combination_has_its_shortest_text():
    language = Language((parse_like("a%"), parse_like("%b"))).without(["ab", "aab"])
    assert language.shortest == 3
    assert language.accepts(language.draw(3, lambda n: n - 1))
    assert not language.accepts("aab")


def test_lengths_that_a_pattern_leaves_out_are_left_out():
    assert Language(parse_regex("^(abc)*$")).lengths(4) == [0, 3, 6, 9]
    assert Language(parse_regex("^(abc)*$"), 100).lengths(2) == [102, 105]
    assert Language((), 0, 250).longest() == 250


def test_awkward_characters_come_only_where_nobody_needs_to_know_the_locale():
    free = Language(parse_regex("^[^@]+$"))
    texts = {free.draw(1, lambda n, k=k: k % n, awkward=True) for k in range(200)}
    assert set(AWKWARD) <= texts | {"@"}


@pytest.mark.parametrize(
    "source", ["(a)\\1", "\\ma", "(?<=a)b", "a**", "^*", "[[.hyphen.]]", "***=a", "(?x)a", "a{300}"]
)
def test_what_is_not_regular_or_not_in_the_subset_is_unknown(source):
    with pytest.raises(Unknown):
        parse_regex(source)


def test_classes_outside_ascii_are_unknown_and_explicit_sets_are_not():
    with pytest.raises(Unknown):
        matches(parse_regex("^\\w$")[0], "é")
    assert matches(parse_regex("^[^a]$")[0], "é")
