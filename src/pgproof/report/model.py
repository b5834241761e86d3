"""What a check of one project found, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pgproof.finding import Finding

Outcome = Literal["ok", "failed", "not run"]


@dataclass(frozen=True, slots=True)
class Step:
    """One claim that was put to the test: ``rule`` names it, ``claim`` says it, ``outcome`` what came of it.

    A step that could not be tried is ``not run``, and says in ``claim`` why: it has not passed.
    """

    rule: str
    claim: str
    outcome: Outcome = "ok"


@dataclass(frozen=True, slots=True)
class ProjectReport:
    """The steps and findings of one project, and what they were tried on.

    ``failure`` is the message of a script that did not apply; nothing after it was tried. ``missing`` are
    extensions that were asked for and not to be had, ``stand_ins`` those that pgproof stood in for.
    """

    name: str
    server: str
    version: str
    platform: str
    stand_ins: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()
    failure: str = ""
