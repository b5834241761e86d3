"""The access suite: contract + database -> findings. The order of things in this room, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from pgproof.access import attempts as plan
from pgproof.access.actors import Actor, read_actors
from pgproof.access.attempts import Attempt
from pgproof.access.candidates import candidates, distinct
from pgproof.access.contract import COMMANDS, STRANGER, Cell, Command, Contract
from pgproof.access.findings import function_finding, missing_finding, unexercised_finding, verdict_finding
from pgproof.access.functions import callable_routines, calls, was_called
from pgproof.access.judge import judge, not_exercised
from pgproof.access.matrix import CellVerdict, MatrixCell, Place, matrix_of
from pgproof.access.perform import Outcome, install, perform
from pgproof.access.subjects import exposed
from pgproof.access.survey import Survey, allowed, condition_of, samples, settable, survey
from pgproof.catalog import Catalog
from pgproof.catalog.model import Table
from pgproof.database import Connection
from pgproof.finding import Finding

SHORT: dict[str, CellVerdict] = {"leak": "leak", "locked-out": "locked-out", "access-error": "error"}
Allowed = dict[Command, frozenset[str]]


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
    connection: Connection, contract: Contract, catalog: Catalog, progress: Callable[[str], None]
) -> AccessReport:
    """Try everything that the contract speaks of on the database at hand, which is disposable and has rows.

    Raises ``UsageError`` where the contract is at fault.
    """
    install(connection)
    actors = read_actors(connection, contract)
    everybody = (*actors, *impostors(actors))
    surveyed = survey(connection, contract, catalog)
    findings = uncovered(catalog, contract)
    tried: Counter[Place] = Counter()
    verdicts: list[tuple[Place, CellVerdict]] = []
    for each in surveyed:
        progress(f"access: {each.subject.label}")
        findings += relation(connection, contract, each, actors, everybody, tried, verdicts)
    routines = callable_routines(catalog, contract)
    found, number = functions(connection, contract, catalog, everybody)
    findings += found
    labels = [each.subject.label for each in surveyed]
    return AccessReport(
        attempts=tried.total() + number,
        actors=len(everybody),
        relations=len(surveyed),
        functions=len(routines),
        findings=once(findings),
        matrix=matrix_of(contract, labels, tried, verdicts),
    )


def impostors(actors: Iterable[Actor]) -> tuple[Actor, ...]:
    """Claims that must not help: absent, malformed, forged, of an anonymous sign-in. They may do what a stranger may."""
    stranger = next((each for each in actors if each.kind == STRANGER), None)
    if stranger is None:
        return ()
    sub = "eeeeeeee-eeee-4eee-beee-eeeeeeeeeeee"
    forged = (
        '{"sub": "%s", "role": "authenticated", "user_metadata": {"role": "admin", "is_admin": true}}' % sub
    )
    anonymous = '{"sub": "%s", "role": "authenticated", "is_anonymous": true}' % sub
    made = {
        "without claims": "",
        "with malformed claims": "{",
        "with forged metadata": forged,
        "signed in anonymously": anonymous,
    }
    return tuple(
        replace(stranger, label=f"somebody {words}", claims=claims) for words, claims in made.items()
    )


def relation(
    connection: Connection,
    contract: Contract,
    surveyed: Survey,
    actors: tuple[Actor, ...],
    everybody: tuple[Actor, ...],
    tried: Counter[Place],
    verdicts: list[tuple[Place, CellVerdict]],
) -> list[Finding]:
    """Every attempt on one relation by everybody, judged; counts them in ``tried`` and adds to ``verdicts``."""
    reach = {actor.label: allowed(connection, contract, surveyed, actor) for actor in actors}
    stranger = next((each.label for each in actors if each.kind == STRANGER), None)
    attempts = [
        attempt
        for actor in everybody
        for attempt in planned(
            connection, contract, surveyed, actor, reach.get(actor.label) or reach[stranger or ""]
        )
    ]
    outcomes = perform(connection, attempts)
    controls = perform(connection, (each for each in attempts if needs_control(each)), as_superuser=True)
    control = {id(each.attempt): each for each in controls}
    findings = []
    for outcome in outcomes:
        attempt = outcome.attempt
        cell = contract.cell(surveyed.subject.label, attempt.command, attempt.actor.kind)
        place = (cell.relation, cell.command, cell.actor)
        tried[place] += 1
        own = reach.get(attempt.actor.label) or reach[stranger or ""]
        verdict = judge(outcome, cell, expected_of(attempt, own), surveyed.rows, control.get(id(attempt)))
        if verdict and not (verdict.rule == "access-error" and attempt.actor.claims == "{"):
            findings.append(verdict_finding(connection, contract, surveyed.subject, verdict))
            verdicts.append((place, SHORT[verdict.rule]))
    for cell, why in unexercised(contract, surveyed, actors, reach):
        findings.append(unexercised_finding(contract, cell, why))
        verdicts.append(((cell.relation, cell.command, cell.actor), "not-exercised"))
    return findings


def expected_of(attempt: Attempt, reach: Allowed) -> frozenset[str]:
    """The rows an attempt may reach: what may become something else is what may be updated."""
    return reach["update" if attempt.command == "becomes" else attempt.command]


def needs_control(attempt: Attempt) -> bool:
    """Whether only doing it as superuser shows what the statement does."""
    return attempt.variant in ("copy", "move", "one row")


def planned(
    connection: Connection, contract: Contract, surveyed: Survey, actor: Actor, reach: Allowed
) -> Iterable[Attempt]:
    """Everything that one actor tries on one relation."""
    subject, rows = surveyed.subject, surveyed.rows
    yield from plan.reads(subject, actor)
    if not subject.is_table:
        return
    column, value = settable(connection, subject, actor.role)
    yield from plan.updates(subject, actor, column, value)
    becomes = contract.cell(subject.label, "becomes", actor.kind)
    if not becomes.condition:
        becomes = contract.cell(subject.label, "update", actor.kind)
    verdict = condition_of(contract, becomes, actor)
    for deciding in subject.deciding:
        if deciding in subject.writable:
            values = [each for each in distinct(rows, deciding)[:4] if each is not None]
            yield from plan.moves(subject, actor, samples(rows, reach["update"]), deciding, values, verdict)
    yield from plan.deletes(subject, actor, samples(rows, reach["delete"]))
    yield from plan.truncates(subject, actor)
    insert = condition_of(contract, contract.cell(subject.label, "insert", actor.kind), actor)
    yield from plan.inserts(subject, actor, list(candidates(subject, rows, surveyed.free)), insert)


def unexercised(
    contract: Contract, surveyed: Survey, actors: tuple[Actor, ...], reach: dict[str, Allowed]
) -> list[tuple[Cell, str]]:
    """Cells that were not put to the test both ways: zero attempts look like success."""
    found = []
    for kind in sorted({actor.kind for actor in actors}):
        for command in COMMANDS:
            if command in ("insert", "becomes") or (command != "select" and not surveyed.subject.is_table):
                continue
            cell = contract.cell(surveyed.subject.label, command, kind)
            expected = {each.label: reach[each.label][command] for each in actors if each.kind == kind}
            why = not_exercised(cell, expected, surveyed.rows)
            if why:
                found.append((cell, why))
    return found


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


def functions(
    connection: Connection, contract: Contract, catalog: Catalog, actors: tuple[Actor, ...]
) -> tuple[list[Finding], int]:
    """Every covered function, called by everybody."""
    found: list[Finding] = []
    number = 0
    for routine in callable_routines(catalog, contract):
        rule = contract.functions.get(f"{routine.schema}.{routine.name}")
        if rule is None:
            continue
        outcomes: list[Outcome] = perform(connection, calls(routine, actors))
        number += len(outcomes)
        for outcome in outcomes:
            may = outcome.attempt.actor.kind in rule.call
            did = was_called(outcome.sqlstate, outcome.message, routine)
            if may != did:
                found.append(function_finding(connection, contract, rule, outcome, did))
    return found, number


def once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The first finding for each key, in order: one broken policy is met by many attempts."""
    seen: dict[str, Finding] = {}
    for each in findings:
        seen.setdefault(each.key, each)
    return tuple(seen.values())
