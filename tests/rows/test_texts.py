from __future__ import annotations

import numpy as np
import pytest
from faker import Faker
from faker.providers.date_time import Provider as DateTimes
from hypothesis import given
from hypothesis import strategies as st
from tests.rows.tables import column

from pgproof.errors import UsageError
from pgproof.rows.model import naming
from pgproof.rows.model.fits import accepts
from pgproof.rows.model.naming import text_provider
from pgproof.rows.model.tables import Space
from pgproof.rows.patterns.regex import parse_regex
from pgproof.rows.values import words
from pgproof.rows.values.encode import texts
from pgproof.rows.values.phrases import SUFFIXES, TEMPLATES, Phrasing, Word
from pgproof.rows.values.texts import TextNeeds, _suffixed, require_provider, text_filler

PROVIDERS = sorted(
    {*TEMPLATES, *SUFFIXES, "company", "city", "title", "sentence", "phrase", "token", "hash", "word"}
)
COUNT = 3000


def drawn(needs: TextNeeds, locale: str = "en_US", count: int = COUNT) -> list[str]:
    filler = text_filler(Phrasing(1, "public.t", "c", locale), needs)
    assert filler is not None
    found = texts(filler(np.arange(count)))
    assert None not in found
    return [text or "" for text in found]


def space(pattern: str = "", **limits: object) -> Space:
    patterns = parse_regex(pattern) if pattern else ()
    return Space("text", "text", patterns=patterns, **limits)  # type: ignore[arg-type]


def test_every_provider_that_a_name_suggests_has_words() -> None:
    suggested = {provider for _, provider in naming._TEXTS} - {"name"}  # that one becomes another
    assert len(suggested) > 20
    for provider in suggested | set(PROVIDERS):
        require_provider(provider, "en_US")
        for before, after in _suffixed(provider):
            assert all(
                words.pool(w.provider, "en_US", 1, 9) for w in (*before, *after) if isinstance(w, Word)
            )


@pytest.mark.parametrize("locale", ["en_US", "ar_SA"])
def test_no_word_depends_on_what_day_it_is(locale: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def today(*_: object, **__: object) -> None:
        raise AssertionError("a date was asked for")

    for method in ("date_time_between", "date_time", "date_object", "unix_time", "date_between"):
        monkeypatch.setattr(DateTimes, method, today)
    faker = Faker(locale)
    for provider, make in words._MAKERS.items():
        faker.seed_instance(provider)
        assert all(isinstance(make(faker), str) for _ in range(200))
    with pytest.raises(AssertionError, match="a date was asked for"):
        faker.date_time_between()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_distinct_texts_differ_even_in_another_case(provider: str) -> None:
    found = drawn(TextNeeds(space(), provider, COUNT))
    assert len({text.casefold() for text in found}) == COUNT


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("most", [2, 9, 40])
def test_texts_keep_to_their_length(provider: str, most: int) -> None:
    limited = space(max_length=most)
    assert all(len(text) <= most for text in drawn(TextNeeds(limited, provider)))


@given(
    st.sampled_from(
        ["^[A-Z]{2}-[0-9]{4}$", "^[a-z][a-z0-9-]{2,30}$", r"^\+[1-9][0-9]{7,14}$", "@", "^x?[ab]+$"]
    )
)
def test_texts_match_their_pattern_and_can_be_distinct(pattern: str) -> None:
    for distinct in (0, 200):
        found = drawn(TextNeeds(space(pattern), "phrase", distinct), count=200)
        assert all(accepts(space(pattern), text) for text in found)
        assert not distinct or len(set(found)) == 200


def test_there_are_no_more_different_texts_than_there_are() -> None:
    assert text_filler(Phrasing(1, "t", "c", "en_US"), TextNeeds(space("^[ab]$"), "word", 3)) is None
    assert sorted(drawn(TextNeeds(space("^[ab]$"), "word", 2), count=2)) == ["a", "b"]


def test_listed_texts_are_all_used_the_first_ones_more_often() -> None:
    found = drawn(TextNeeds(space(allowed=("low", "medium", "high")), "word"))
    assert set(found) == {"low", "medium", "high"}
    assert found.count("low") > found.count("high")


def test_what_is_taken_is_not_given_again() -> None:
    needs = TextNeeds(space(allowed=("a", "b", "c")), "word", 3, frozenset({"b"}), first=1)
    filler = text_filler(Phrasing(1, "public.t", "c", "en_US"), needs)
    assert filler is not None
    assert sorted(text or "" for text in texts(filler(np.array([1, 2])))) == ["a", "c"]


def test_an_arabic_locale_writes_arabic() -> None:
    for provider in ("person", "sentence", "title", "city"):
        found = drawn(TextNeeds(space(), provider), "ar_SA", 100)
        arabic = sum(any("\u0600" <= letter <= "\u06ff" for letter in text) for text in found)
        assert arabic > 90, (provider, found[:3])
    assert all(text.isascii() for text in drawn(TextNeeds(space(), "email"), "ar_SA", 100))


def test_a_locale_that_faker_does_not_have_is_named() -> None:
    with pytest.raises(UsageError, match="locale 'xx_YY' is not one of Faker's; expected one such as en_US"):
        drawn(TextNeeds(space(), "city"), "xx_YY")


def test_a_provider_of_fakers_can_be_asked_for_by_its_name() -> None:
    assert len(set(drawn(TextNeeds(space(), "catch_phrase"), count=100))) > 50
    with pytest.raises(UsageError, match="provider 'cathc_phrase' is neither ours nor a method of Faker's"):
        drawn(TextNeeds(space(), "cathc_phrase"))


def test_the_email_of_a_person_has_their_name() -> None:
    rows = np.arange(50)
    phrasings = [Phrasing(1, "public.users", column, "en_US") for column in ("full_name", "email")]
    fillers = [
        text_filler(phrasing, TextNeeds(space(), provider))
        for phrasing, provider in zip(phrasings, ("person", "email"), strict=True)
    ]
    names, emails = (texts(filler(rows)) for filler in fillers if filler)
    for name, email in zip(names, emails, strict=True):
        first, last = (name or "").lower().split(" ")
        assert (email or "").startswith(f"{first}.{last}@".replace("'", ""))


@pytest.mark.parametrize(
    ("name", "table", "provider"),
    [
        ("email", "users", "email"),
        ("contact_email", "users", "email"),
        ("name", "users", "person"),
        ("name", "tenants", "company"),
        ("name", "rooms", "title"),
        ("avatar_url", "profiles", "image_url"),
        ("message_text", "chat_message", "paragraph"),
        ("gibberish", "things", "phrase"),
    ],
)
def test_a_name_says_what_people_keep_in_a_column(name: str, table: str, provider: str) -> None:
    assert text_provider(column(name, "text"), table)[0] == provider
