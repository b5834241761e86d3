"""The access suite: contract + database -> findings. The order of things in this room, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pgproof.access.attempts.functions import callable_routines
from pgproof.access.attempts.perform import Outcome, install, performing
from pgproof.access.attempts.statements import Attempt
from pgproof.access.beside.afterwards import event_findings
from pgproof.access.beside.calls import judge_calls
from pgproof.access.beside.catalog_checks import catalog_findings
from pgproof.access.beside.copying import copy_verdicts, rows_to_copy
from pgproof.access.beside.later import later_findings
from pgproof.access.beside.sequences import sequence_findings
from pgproof.access.beside.server_checks import version_findings
from pgproof.access.beside.signup import signup_findings
from pgproof.access.contract.model import STRANGER, Cell, Contract
from pgproof.access.explaining.findings import missing_finding, unexercised_finding, verdict_finding
from pgproof.access.judging.covert import covert_findings
from pgproof.access.judging.exercised import unexercised
from pgproof.access.judging.judge import Verdict, judge, judge_behind
from pgproof.access.judging.matrix import CellVerdict, MatrixCell, Place, matrix_of
from pgproof.access.judging.told import told_findings
from pgproof.access.planning.turns import Turn, turns
from pgproof.access.relations.subjects import exposed
from pgproof.access.world.survey import Survey
from pgproof.access.world.world import World, read_world
from pgproof.catalog import Catalog
from pgproof.catalog.model import DefaultPrivileges, Table
from pgproof.database import Connection
from pgproof.finding import Finding

SHORT: dict[str, CellVerdict] = {"leak": "leak", "locked-out": "locked-out", "access-error": "error"}


@dataclass(frozen=True)
class AccessReport:
    """How many attempts were made, by how many actors, on how many relations; and what was found."""

    attempts: int
    actors: int
    relations: int
    functions: int
    findings: tuple[Finding, ...]
    matrix: tuple[MatrixCell, ...] = ()


def run(
    connection: Connection,
    contract: Contract,
    catalog: Catalog,
    progress: Callable[[str], None],
    *,
    given: Sequence[DefaultPrivileges] | None = None,
) -> AccessReport:
    """Try everything that the contract speaks of on the database at hand, which is disposable and has rows.

    ``given`` are the default privileges that the platform brought; None says that nobody knows who made those there are.
    Raises ``UsageError`` where the contract is at fault.
    """
    install(connection)
    world, made = read_world(connection, contract, catalog), 0
    findings, tried = from_the_catalog(connection, contract, catalog, given), Counter[Place]()
    verdicts: list[tuple[Place, CellVerdict]] = []
    rows: dict[tuple[str, str], Sequence[Mapping[str, Any]]] = {}
    world.foresee()
    with performing(connection):
        for turn in turns(world, progress):
            tried.update(place for each in turn.outcomes for place in _places(world, each.attempt))
            made += turn.attempts
            rows |= rows_to_copy(turn.outcomes)
            found, said = judged(world, turn)
            findings += found
            verdicts += said
    leaks, copies = copy_verdicts(world, rows)
    verdicts += [(_of_cell(each.cell), SHORT[each.rule]) for each in leaks]
    copied = [verdict_finding(world, each) for each in first_of_each(leaks)]
    called, calls = judge_calls(world)
    others, more = beside_rows(world)
    return AccessReport(
        attempts=made + copies + calls + more,
        actors=len(world.everybody),
        relations=len(world.surveyed),
        functions=len(callable_routines(catalog, contract)),
        findings=once([*findings, *copied, *others, *called]),
        matrix=matrix_of(contract, contract.relations, tried, verdicts),
    )


def from_the_catalog(
    connection: Connection, contract: Contract, catalog: Catalog, given: Sequence[DefaultPrivileges] | None
) -> list[Finding]:
    """What can be said before anybody acts."""
    later = later_findings(contract, catalog, given) if given is not None else ()
    return [*uncovered(catalog, contract), *catalog_findings(connection, contract, catalog), *later]


def judged(world: World, turn: Turn) -> tuple[list[Finding], list[tuple[Place, CellVerdict]]]:
    """The findings on one relation, and what they say of its cells."""
    surveyed, label = turn.surveyed, turn.surveyed.subject.label
    findings = covert_findings(world, turn.pairs, turn.covert)
    findings += told_findings(world, [label, *sorted(surveyed.behind)], turn.outcomes)
    found = judged_relation(world, surveyed, turn.outcomes, turn.controls)
    findings += [verdict_finding(world, each) for each in first_of_each(found)]
    verdicts: list[tuple[Place, CellVerdict]] = [(_of_cell(each.cell), SHORT[each.rule]) for each in found]
    for cell, why in unexercised(world, surveyed, turn.outcomes, turn.controls):
        findings.append(unexercised_finding(world.contract, cell, why))
        verdicts.append((_of_cell(cell), "not-exercised"))
    return findings, verdicts


def beside_rows(world: World) -> tuple[list[Finding], int]:
    """What is wrong once something has changed, with sequences, sign-ups and the server itself; and how many attempts
    told it.
    """
    later, turned = event_findings(world)
    numbers, drawn = sequence_findings(world)
    copied, signups = signup_findings(world)
    outdated = version_findings(world.contract.path, world.connection.info.server_version)
    return [*later, *numbers, *copied, *outdated], turned + drawn + signups


def judged_relation(
    world: World, surveyed: Survey, outcomes: Sequence[Outcome], controls: Mapping[int, Outcome]
) -> list[Verdict]:
    """The verdicts on what was attempted on one relation."""
    found = []
    for outcome in outcomes:
        expected = world.expected(outcome.attempt.actor, surveyed.subject.label)
        if surveyed.subject.is_table or outcome.attempt.reads:
            found += judge(outcome, expected, surveyed.rows, controls.get(id(outcome.attempt)))
        found += judged_behind(world, surveyed, outcome)
    return [each for each in found if _counts(world, surveyed, each) and not _held(world, surveyed, each)]


def judged_behind(world: World, surveyed: Survey, outcome: Outcome) -> list[Verdict]:
    """The verdicts on what an attempt did to other relations."""
    return [
        verdict
        for label in outcome.changes
        if label != surveyed.subject.label
        for verdict in judge_behind(
            outcome,
            label,
            world.expected(outcome.attempt.actor, label),
            world.surveyed[label].rows,
            direct=not surveyed.subject.is_table,
        )
    ]


def _counts(world: World, surveyed: Survey, verdict: Verdict) -> bool:
    """Whether a verdict is a finding: nobody has to reach a partition by itself, and bad claims, or settings that
    nobody made, may end in an error. Where people are known by claims, none at all show nothing and raise nothing.
    """
    actor = verdict.outcome.attempt.actor
    known = any(each.kind == STRANGER and each.claims for each in world.actors)
    raised = verdict.rule == "access-error" and not actor.claims and known
    odd = not raised and (world.pretends(actor) or (actor.kind == STRANGER and not actor.claims))
    return verdict.rule == "leak" or not (surveyed.subject.is_part or odd)


def _held(world: World, surveyed: Survey, verdict: Verdict) -> bool:
    """Whether the contract lets the actor TRUNCATE, which is a privilege beside those on rows."""
    attempt = verdict.outcome.attempt
    held = world.contract.holds.get((surveyed.subject.root, attempt.actor.kind), ())
    return attempt.variant == "truncate" and "truncate" in held


def first_of_each(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """One verdict for each rule, cell and relation: one broken policy is met by many attempts."""
    seen: dict[tuple[str, Cell, str], Verdict] = {}
    for each in verdicts:
        seen.setdefault((each.name, each.cell, each.relation), each)
    return list(seen.values())


def uncovered(catalog: Catalog, contract: Contract) -> list[Finding]:
    """Relations and functions in the exposed schemas of which the contract says nothing."""
    found = [
        missing_finding(contract, each.kind, each.qualified, f'[relations."{each.qualified}"]')
        for each in exposed(catalog, contract.exposed)
        if each.qualified not in contract.relations and not (isinstance(each, Table) and each.partition_of)
    ]
    found += [
        missing_finding(
            contract, each.kind, f"{each.schema}.{each.name}", f'[functions."{each.schema}.{each.name}"]'
        )
        for each in callable_routines(catalog, contract)
        if f"{each.schema}.{each.name}" not in contract.functions
    ]
    return found


def once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The first finding for each key, in order."""
    seen: dict[str, Finding] = {}
    for each in findings:
        seen.setdefault(each.key, each)
    return tuple(seen.values())


def _places(world: World, attempt: Attempt) -> list[Place]:
    """The cells that an attempt tries: where nothing may be updated, whoever updates finds out that nothing may become."""
    root, kind = world.surveyed[attempt.relation].subject.root, attempt.actor.kind
    places: list[Place] = [(root, attempt.command, kind)]
    if attempt.command == "update" and not world.contract.cell(root, "update", kind).condition:
        places.append((root, "becomes", kind))
    return places


def _of_cell(cell: Cell) -> Place:
    return cell.relation, cell.command, cell.actor
