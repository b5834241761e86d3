"""What a check of one project found, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pgproof.finding import Finding

Outcome = Literal["ok", "failed", "not run"]
Verdict = Literal["ok", "leak", "locked-out", "error", "not-exercised"]


@dataclass(frozen=True, slots=True)
class Step:
    """One claim that was put to the test: ``rule`` names it, ``claim`` says it, ``outcome`` what came of it.

    A step that could not be tried is ``not run``, and says in ``claim`` why: it has not passed.
    """

    rule: str
    claim: str
    outcome: Outcome = "ok"


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """What one kind of actor may do to one relation by one command, and what was measured.

    ``condition`` is what the contract allows (empty: nothing), ``line`` where it says so (0: nowhere, so nothing
    is allowed), ``attempts`` how often it was tried.
    """

    relation: str
    command: str
    actor: str
    condition: str
    verdict: Verdict
    attempts: int
    line: int = 0


@dataclass(frozen=True, slots=True)
class ProjectReport:
    """The steps and findings of one project, and what they were tried on.

    ``matrix`` is who may do what by the access contract, cell by cell; empty where there is none.
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
    matrix: tuple[MatrixCell, ...] = ()
