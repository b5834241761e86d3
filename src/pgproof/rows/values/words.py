"""Pools of believable words, sampled once; the only place that knows Faker.

The same seed, locale and version of Faker give the same pools.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from pgproof.errors import UsageError
from pgproof.rows.values import arabic

if TYPE_CHECKING:
    from faker import Faker

POOL = 1200

_SENTENCES = ("word", "title", "phrase", "sentence", "job")
_CODES = ("A", "B", "C", "X", "Z", "AX", "BK", "CR", "INV", "ORD", "REF", "TX")
# Faker's user agents are fifteen years old and have dates in them, up to today in some of its versions.
_AGENTS = (
    *(
        f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 {tail}"
        for version in range(128, 140)
        for system, tail in (
            ("Windows NT 10.0; Win64; x64", "Safari/537.36"),
            ("Macintosh; Intel Mac OS X 10_15_7", "Safari/537.36"),
            ("X11; Linux x86_64", "Safari/537.36"),
            ("Linux; Android 10; K", "Mobile Safari/537.36"),
        )
    ),
    *(
        f"Mozilla/5.0 ({system}; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"
        for version in range(128, 142)
        for system in ("Windows NT 10.0; Win64; x64", "X11; Linux x86_64")
    ),
    *(
        f"Mozilla/5.0 (iPhone; CPU iPhone OS {major}_{minor} like Mac OS X) AppleWebKit/605.1.15"
        f" (KHTML, like Gecko) Version/{major}.{minor} Mobile/15E148 Safari/604.1"
        for major in (16, 17, 18)
        for minor in range(6)
    ),
)
_FIXED: dict[str, tuple[str, ...]] = {
    "llm_model": (
        "gpt-4o",
        "gpt-4o-mini",
        "claude-sonnet-4",
        "claude-haiku-4",
        "gemini-2.5-flash",
        "llama-3.3-70b",
    ),
    "llm_provider": ("openai", "anthropic", "google", "mistral", "meta"),
    "mime": ("image/jpeg", "image/png", "video/mp4", "audio/mpeg", "application/pdf", "text/plain"),
    "mood": (
        "calm",
        "focused",
        "stressed",
        "tired",
        "happy",
        "anxious",
        "playful",
        "content",
        "curious",
        "sad",
    ),
    "domain": ("example.com", "example.net", "example.org", "mail.example.com", "post.example.org"),
    "version": tuple(
        f"{major}.{minor}.{patch}" for major in range(1, 5) for minor in range(6) for patch in range(4)
    ),
    "code": _CODES,
    "user_agent": _AGENTS,
    "ending": (".jpg", ".png", ".pdf", ".mp3", ".mp4", ".txt", ".csv"),
}


def pool(provider: str, locale: str, seed: int, size: int = POOL) -> tuple[str, ...]:
    """At most ``size`` different texts of a provider, always the same for the same arguments.

    Raises ``UsageError`` for a locale, or a provider beyond our own, that Faker does not have.
    """
    fixed = _FIXED.get(provider)
    if fixed is None and language(locale) == "ar":
        fixed = arabic.POOLS.get(provider)
    return fixed or _drawn(provider, _writing(provider, locale), seed, size)


def require_locale(locale: str) -> None:
    """Raises ``UsageError`` for a locale that Faker does not have."""
    _faker(locale)


def language(locale: str) -> str:
    """The language of a locale: ``ar`` of ``ar_SA``."""
    return locale.partition("_")[0]


def _writing(provider: str, locale: str) -> str:
    """The locale whose words a provider strings together: Faker has Arabic sentences in one of them only."""
    return "ar_AA" if language(locale) == "ar" and provider in _SENTENCES else locale


@lru_cache(maxsize=512)
def _drawn(provider: str, locale: str, seed: int, size: int) -> tuple[str, ...]:
    faker = _faker(locale)
    faker.seed_instance(f"{seed}/{provider}")
    make = _MAKERS.get(provider) or _fakers_own(faker, provider)
    found: dict[str, None] = {}
    for _ in range(size):
        text = make(faker).strip()
        if text:
            found[text] = None
    return tuple(found)


@lru_cache(maxsize=8)
def _faker(locale: str) -> Faker:
    try:
        from faker import Faker
    except ImportError as error:
        raise UsageError("believable texts need Faker: pip install 'pgproof[rows]'") from error
    try:
        return Faker(locale)
    except AttributeError as error:
        raise UsageError(
            f"locale {locale!r} is not one of Faker's; expected one such as en_US or ar_SA"
        ) from error


def _fakers_own(faker: Faker, provider: str) -> Callable[[Faker], str]:
    """A method of Faker's that somebody asked for by name."""
    if provider.startswith("_") or not callable(getattr(faker, provider, None)):
        raise UsageError(
            f"provider {provider!r} is neither ours nor a method of Faker's; expected one such as"
            f" {', '.join(sorted(_MAKERS)[:6])}"
        )
    return lambda each: " ".join(str(getattr(each, provider)()).split())


def latin(text: str) -> str:
    """The ASCII letters and digits of a text in lower case, accents taken off."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "", plain.lower())


def _ascii_word(faker: Faker) -> str:
    return latin(str(faker.domain_word())) or latin(str(faker.bs()).split()[-1]) or "word"


def _sentence(faker: Faker) -> str:
    return str(faker.sentence(nb_words=faker.random_int(4, 16)))


def _phrase(faker: Faker) -> str:
    return str(faker.sentence(nb_words=faker.random_int(2, 5))).rstrip(".").rstrip("؟")


def _path(faker: Faker) -> str:
    return f"{_ascii_word(faker)}/{_ascii_word(faker)}/{faker.hexify('^^^^^^^^')}"


def _colour(faker: Faker) -> str:
    return faker.hexify("#^^^^^^")


_MAKERS: dict[str, Callable[[Faker], str]] = {
    "first_name": lambda f: str(f.first_name()),
    "last_name": lambda f: str(f.last_name()),
    "company": lambda f: str(f.company()),
    "city": lambda f: str(f.city()),
    "country": lambda f: str(f.country()),
    "country_code": lambda f: str(f.country_code()),
    "state": lambda f: str(f.state()) if hasattr(f, "state") else str(f.city()),
    "street": lambda f: str(f.street_address()).replace("\n", ", "),
    "postcode": lambda f: str(f.postcode()),
    "phone": lambda f: f.numerify("+1-555-###-####"),
    "timezone": lambda f: str(f.timezone()),
    "locale": lambda f: str(f.locale()),
    "language": lambda f: str(f.language_code()),
    "currency": lambda f: str(f.currency_code()),
    "color": _colour,
    "job": lambda f: str(f.job()),
    "word": lambda f: str(f.word()),
    "ascii_word": _ascii_word,
    "title": lambda f: _phrase(f).title(),
    "phrase": _phrase,
    # Digits make the usual ones (``texts``); these are for a column that lets none in.
    "token": _phrase,
    "hash": _phrase,
    "sentence": _sentence,
    "path": _path,
}
