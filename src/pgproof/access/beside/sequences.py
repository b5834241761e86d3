"""Sequences, which no policy binds: what the next number is tells how many rows others have, and who sets it stops them."""

from __future__ import annotations

from pgproof.access.actors.kinds import Actor
from pgproof.access.attempts.perform import Outcome, perform
from pgproof.access.attempts.statements import Attempt
from pgproof.access.contract.model import SERVICE
from pgproof.access.explaining.reproduce import returned_script
from pgproof.access.world.world import World
from pgproof.catalog.objects import Sequence
from pgproof.database import sql
from pgproof.finding import Finding

WAYS = {  # how a sequence is tried, and what an actor learns or does by it
    "last_value": "select to_jsonb(s.last_value) as seen from {name} as s",
    "nextval": "select to_jsonb(nextval({text})) as seen",
    "setval": "select to_jsonb(setval({text}, {last}, {called})) as seen",
}


def sequence_findings(world: World) -> tuple[list[Finding], int]:
    """What each role of the contract can do with the sequences of the exposed schemas; and how many attempts that were."""
    actors = {each.role: each for each in reversed(world.actors) if each.kind != SERVICE}
    found: list[Finding] = []
    number = 0
    for sequence in world.catalog.sequences:
        if sequence.schema in world.contract.exposed and sequence.extension is None:
            tried = _tried(world, sequence, [actors[role] for role in sorted(actors)])
            number += len(tried)
            found += [finding for outcome in tried for finding in _judged(world, sequence, outcome)]
    return found, number


def _tried(world: World, sequence: Sequence, actors: list[Actor]) -> list[Outcome]:
    name = sql.Identifier(sequence.schema, sequence.name)
    state = sql.SQL("select last_value, is_called from {}").format(name)
    row = world.connection.execute(state).fetchone()
    assert row is not None
    pieces = {
        "name": name,
        "text": sql.Literal(name.as_string(None)),
        "last": sql.Literal(row[0]),
        "called": sql.Literal(row[1]),
    }
    tried = perform(
        world.connection,
        (
            Attempt(actor, sequence.qualified, "select", "call", sql.SQL(text).format(**pieces), change=way)
            for actor in actors
            for way, text in WAYS.items()
        ),
    )
    back = sql.SQL("select setval({text}, {last}, {called})").format(**pieces)
    world.connection.execute(back)  # numbers are not given back by a rollback
    return tried


def _judged(world: World, sequence: Sequence, outcome: Outcome) -> list[Finding]:
    attempt = outcome.attempt
    sets = attempt.change == "setval"
    if not outcome.ran or (not sets and _may_insert(world, sequence, attempt.actor.role)):
        return []
    return [
        Finding(
            rule="leak-sequence" if sets else "covert-sequence",
            subject=f"{attempt.actor.role} on {sequence.qualified}",
            expected="a sequence that nobody sets, and that only those who may insert take numbers from",
            observed=f"{attempt.actor.label} called {attempt.change} and got {outcome.returned}",
            remedy=f"revoke all on sequence {sequence.qualified} from {attempt.actor.role}"
            + (", and grant usage to those who insert" if sets else ""),
            severity="warning",
            reproduction=returned_script(world.connection, attempt),
            path=world.contract.path,
        )
    ]


def _may_insert(world: World, sequence: Sequence, role: str) -> bool:
    """Whether the contract lets somebody of this role insert into the table that the sequence belongs to."""
    table = (sequence.owned_by or "").rpartition(".")[0]
    kinds = [each.name for each in world.contract.actors if each.role == role]
    return any(world.contract.cell(table, "insert", kind).condition for kind in kinds)
