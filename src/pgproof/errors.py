"""What can go wrong, each with the exit code that the command line gives it.

Exit codes: 0 clean, 1 findings, 2 wrong use, 3 SQL did not apply, 4 no server.
"""

from __future__ import annotations

from typing import ClassVar


class PgproofError(Exception):
    """Something the person at the keyboard can act on; the message names the next step."""

    exit_code: ClassVar[int] = 2


class UsageError(PgproofError):
    """Wrong arguments, settings or project files."""


class ScriptError(PgproofError):
    """A script did not apply."""

    exit_code = 3


class ServerError(PgproofError):
    """No server could be had, or it was lost."""

    exit_code = 4
