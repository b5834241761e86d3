"""``Case``: a change of exactly one attribute, and the one line in which the comparison must tell it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """``change`` is DDL on the fixture, after ``setup``; ``line`` is what ``diff`` says of it.

    ``about`` is a class of the model, for a whole object that comes or goes, or one of its attributes
    (``Column.default``). ``since`` is the first version of PostgreSQL that can do it.
    """

    about: str
    change: str
    line: str
    setup: str = ""
    since: int = 150000
