"""What the transfer has to make of single values: the rules, written down a second time."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from uuid import UUID

from .legacy import Moment, moment_text

UNSET = "the date of the transfer"
THEMES = ("snow", "forest", "candy", "stars")


def lower_ascii(text: str) -> str:
    """A to Z in lower case, everything else as it is."""
    return "".join(chr(ord(letter) + 32) if "A" <= letter <= "Z" else letter for letter in text)


def usable(address: str) -> bool:
    """Something, an at sign, something; no second one, no white space, not too long."""
    name, at, host = address.partition("@")
    return bool(name and at and host) and not set("@ \t\r\n") & set(name + host) and len(address) <= 320


def dated(moment: Moment) -> str:
    """A moment as PostgreSQL shows it, and what stands for none."""
    return UNSET if moment is None else moment_text(moment) or UNSET


def new_plan(plan: str | None) -> str:
    """Premium, however it is spelled, is premium; everything else is free."""
    return "premium" if lower_ascii((plan or "").strip(" ")) == "premium" else "free"


def new_theme(theme: str | None) -> str:
    """A theme that still exists, however it is spelled; else snow."""
    trimmed = lower_ascii((theme or "").strip(" "))
    return trimmed if trimmed in THEMES else "snow"


def new_name(name: str | None) -> str:
    """At most 100 characters; without any, a name that says so."""
    return (name or "")[:100] or "Child"


def video_of(url: str | None) -> str | None:
    """The id of the YouTube video that ``url`` means."""
    if url is None or re.fullmatch("[A-Za-z0-9_-]{11}", url):
        return url
    rest = re.sub("^https?://", "", url, count=1)
    rest = re.sub(r"^(www|m)\.", "", rest, count=1)
    for start in ("youtu.be/", "youtube.com/", "youtube-nocookie.com/"):
        if rest.startswith(start):
            path = rest.removeprefix(start)
            return _video_in(path if start == "youtu.be/" else _watched(path))
    return None


def _watched(path: str) -> str:
    for start in ("embed/", "shorts/", "live/", "v/"):
        if path.startswith(start):
            return path.removeprefix(start)
    if not path.startswith("watch?"):
        return ""
    query = path.removeprefix("watch?")
    found = re.search("(?:^|&)v=", query.partition("#")[0])
    return query[found.end() :] if found else ""


def _video_in(path: str) -> str | None:
    found = re.match("([A-Za-z0-9_-]{11})(?=[?&#/]|\\Z)", path)
    return found[1] if found else None


def json_text(value: Any) -> str | None:
    """A member of a JSON object as text, as far as it can be an id or a number."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    if isinstance(value, int):
        return str(value)
    return value if isinstance(value, str) else None


def as_uuid(value: Any) -> UUID | None:
    """A uuid that is written the usual way."""
    text = json_text(value) or ""
    return UUID(text) if re.fullmatch("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text) else None


def as_number(value: Any) -> int | None:
    """A whole number of at most nine digits."""
    text = json_text(value) or ""
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else None


def as_score(value: Any) -> Decimal | None:
    """A number from 0 to 999.99 with at most two decimals."""
    text = json_text(value) or ""
    return Decimal(text) if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", text) else None
