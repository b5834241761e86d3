"""What the suites of known-bad variants share."""

from __future__ import annotations


def mistake_id(value: object) -> str:
    """How a variant or a check reads in the name of a test."""
    return value if isinstance(value, str) else getattr(value, "__name__", "").removeprefix("check_")
