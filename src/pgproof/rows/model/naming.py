"""What the name of a column says of what people keep in it. Pure: names in, hints out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pgproof.rows.model.tables import ColumnModel

Rule = tuple[str, str]

# The first pattern that is found in the name decides; the second member names a provider of ``words``.
_TEXTS: tuple[Rule, ...] = (
    (r"e_?mail", "email"),
    (r"^(first|given|fore)_?name$|^fname$", "first_name"),
    (r"^(last|family|sur)_?name$|^lname$|^surname$", "last_name"),
    (r"user_?name|^login$|^handle$|nick_?name|screen_?name", "username"),
    (r"(child|kid|baby|pet)_?name$", "first_name"),
    (r"(full|display|contact|customer|author|person|owner|sender|recipient|guest|patient|student)_?name$", "person"),
    (r"(company|organi[sz]ation|org|tenant|business|vendor|supplier|employer|brand|team|workspace)(_?name)?$", "company"),
    (r"(hotel|venue|restaurant|shop|store)(_?(name|identifier))?$", "company"),
    (r"(file|object)_?name$", "file_name"),
    (r"(^|_)(image|avatar|photo|picture|logo|thumbnail|icon|cover|banner)(_?ur[il]|_src)?$|hero_photo", "image_url"),
    (r"(^|_)(video|audio|voice|music|asset|media|download)_?ur[il]$", "media_url"),
    (r"ur[il]s?$|^link$|^href$|website|homepage|webhook|redirect|callback|^site$", "url"),
    (r"(storage|file|object)_?(path|key)$|^path$|^key$", "path"),
    (r"mime|content_?type$|media_?type$", "mime"),
    (r"user_?agent|^browser$", "user_agent"),
    (r"(^|_)ip(_?addr(ess)?)?$", "ip"),
    (r"phone|mobile|^tel$|^fax$|whats_?app", "phone"),
    (r"country_?code$|^iso_?country$|nationality_code", "country_code"),
    (r"country|nationality", "country"),
    (r"(^|_)(city|town|destination|origin|departure|arrival|hometown)$", "city"),
    (r"(^|_)(state|province|region|county)$", "state"),
    (r"post(al)?_?code|^zip(_?code)?$", "postcode"),
    (r"street|address(_?(line)?_?[12])?$", "street"),
    (r"time_?zone|^tz$", "timezone"),
    (r"locale", "locale"),
    (r"lang(uage)?(_?code)?$", "language"),
    (r"currency(_?code)?$", "currency"),
    (r"colou?r", "color"),
    (r"model(_?(used|name|id))?$|^llm$", "llm_model"),
    (r"(llm_?)?provider(_?name)?$", "llm_provider"),
    (r"(password|passwd|pwd|hash|digest|checksum|fingerprint|signature|etag|sha256|md5)", "hash"),
    (r"token|secret|api_?key|nonce|session_?key|salt|challenge|code_?verifier", "token"),
    (r"(^|_)(slug|permalink|url_key|subdomain|handle)$", "slug"),
    (r"(^|_)(sku|code|reference|ref|serial|barcode|coupon|voucher|number|identifier|external_id|.*_no)$", "code"),
    (r"(^|_)(version|release)$", "version"),
    (r"job_?title|occupation|profession|position$|role_title", "job"),
    (r"title|subject|headline|heading|caption|(^|_)topic$", "title"),
    (r"(content|body|message(_text)?|text|transcript|article|essay|story|bio|biography|about)$", "paragraph"),
    (r"(description|summary|notes?|comments?|remarks?|reason(ing)?|details?|explanation|instructions?|feedback"
     r"|prompt|question|answer|preview|abstract|review)$", "sentence"),
    (r"(^|_)(mood|emotion|feeling)$", "mood"),
    (r"(^|_)(theme|category|tag|label|genre|kind|type|topic|keyword)s?$", "word"),
    (r"(^|_)name$|^name_|^name$", "name"),
)  # fmt: skip

_PEOPLE = re.compile(r"user|person|people|profile|member|employee|customer|client|patient|student|contact|author"
                     r"|child|teacher|parent|guest|traveler|staff|lead|candidate|doctor|driver|player")  # fmt: skip
_GROUPS = re.compile(
    r"tenant|organi[sz]ation|compan|workspace|team|vendor|supplier|brand|agency|account|hotel|store"
)
_PLACES = re.compile(r"cit(y|ies)|town|location|place|destination")

# Name of a number -> the usual range (as written, not scaled) and how steeply small values prevail.
_NUMBERS: tuple[tuple[str, float, float, int], ...] = (
    (r"(^|_)(rating|stars|score_out_of_5|satisfaction)$|rating", 1, 5, 1),
    (r"(^|_)age(_years)?$|age$", 1, 90, 1),
    (r"age_months", 0, 120, 1),
    (r"birth_?year|year_of_birth", 1940, 2015, 1),
    (r"(^|_)year$", 2020, 2026, 1),
    (r"(^|_)month$", 1, 12, 1),
    (r"(^|_)(day|day_number|day_of_month)$", 1, 28, 1),
    (r"(^|_)(hour|hours)$", 0, 23, 1),
    (r"(^|_)(minute|minutes|duration_minutes)$", 1, 180, 2),
    (r"percent|pct|progress|ratio_percent", 0, 100, 1),
    (r"confidence|probability|likelihood|relevance|similarity|(^|_)(rate|ratio|share|weight|importance)(_|$)", 0, 1, 1),
    (r"temperature", 0, 1, 1),
    (r"latitude|(^|_)lat$", -60, 70, 1),
    (r"longitude|(^|_)(lng|lon|long)$", -170, 170, 1),
    (r"price|amount|total|cost|fee|balance|salary|budget|revenue|spent|subtotal|tax|discount|value", 1, 500, 3),
    (r"quantity|qty|(^|_)(seats|rooms|guests|nights|group_size|copies|pieces)$", 1, 12, 2),
    (r"token", 1, 4000, 2),
    (r"latency|duration|elapsed|(_ms|_millis)$|time_ms", 20, 8000, 3),
    (r"size|bytes|length", 100, 5_000_000, 3),
    (r"width|height", 16, 4096, 1),
    (r"weight|mass", 1, 120, 1),
    (r"port$", 1024, 65535, 1),
    (r"priority|level|tier|rank|severity|position|order|sort|seq|index", 0, 10, 1),
    (r"version|revision", 1, 9, 2),
    (r"views|visits|clicks|impressions|hits|likes|downloads|followers|plays", 0, 20_000, 3),
    (r"count|num_|number_of|total_|attempts|retries|uses|used|streak", 0, 60, 2),
    (r"telegram|chat_id|external", 100_000_000, 7_000_000_000, 1),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Usual:
    """The usual range of a number; small values prevail more the higher ``steep`` is."""

    low: float
    high: float
    steep: int = 1


def text_provider(column: ColumnModel, table: str) -> tuple[str, str]:
    """The provider of ``words`` for a text column, and why."""
    name = column.name.lower()
    for pattern, provider in _TEXTS:
        if re.search(pattern, name):
            if provider != "name":
                return provider, f"the name {column.name}"
            return name_provider(table)
    return "phrase", "a text of any kind"


def name_provider(table: str) -> tuple[str, str]:
    """Whose name it is when a column is called just that."""
    if _GROUPS.search(table):
        return "company", f"a name in {table}"
    if _PLACES.search(table):
        return "city", f"a name in {table}"
    if _PEOPLE.search(table):
        return "person", f"a name in {table}"
    return "title", f"a name in {table}"


def usual_range(name: str) -> Usual | None:
    """The usual range of a number of that name, or None if the name says nothing."""
    for pattern, low, high, steep in _NUMBERS:
        if re.search(pattern, name.lower()):
            return Usual(low, high, steep)
    return None


_RARE = re.compile(
    r"(deleted|archived|cancell?ed|revoked|banned|suspended|removed|purged|deactivated|blocked)"
)
_OPEN_END = re.compile(
    r"(end|ended|finished|completed|closed|resolved|checked_out|left|read|opened)(_(at|on|date|time))?$"
)


def null_share(column: ColumnModel) -> float:
    """How often a nullable column is empty, by its name."""
    if not column.nullable:
        return 0.0
    if _RARE.search(column.name):
        return 0.9
    if _OPEN_END.search(column.name) and column.space.kind in ("date", "timestamp", "timestamptz"):
        return 0.35
    return 0.15


def true_share(name: str, default: str | None) -> float:
    """How often a boolean is true: mostly what its default says."""
    if default == "true":
        return 0.88
    if default == "false" or _RARE.search(name):
        return 0.15
    return 0.5
