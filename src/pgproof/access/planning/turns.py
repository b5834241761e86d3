"""The attempts on one relation after the other, so that the server and we are at work at the same time.

While the server makes the attempts on one relation, those on the next are written down and those on the one before are
judged. All of it goes through one connection, in order: nothing depends on who is faster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pgproof.access.attempts.perform import Outcome, Sent, send
from pgproof.access.judging.covert import Pair, pairs_of
from pgproof.access.planning.plan import plan
from pgproof.access.world.expect import ON_ROWS
from pgproof.access.world.survey import Survey
from pgproof.access.world.world import World

CONTROLLED = (
    "move", "copy", "returning", "again", "do nothing", "upsert", "one row", "blind", "filtered", "shown",
    "set allowed column", "merge in",
)  # fmt: skip


@dataclass
class Turn:
    """What was attempted on one relation. ``controls`` are what statements do as superuser whose result nobody knows
    beforehand, told by the attempt's id; ``covert`` are the outcomes of ``pairs``.
    """

    surveyed: Survey
    outcomes: Sequence[Outcome] = ()
    controls: Mapping[int, Outcome] = field(default_factory=dict)
    pairs: Sequence[Pair] = ()
    covert: Sequence[Outcome] = ()

    @property
    def attempts(self) -> int:
        """How many attempts were made; what a superuser does is none."""
        return len(self.outcomes) + len(self.covert)


@dataclass
class Asking:
    """A relation's questions after the attempts, while the server is at them."""

    turn: Turn
    controls: Sent
    covert: Sent

    def answered(self) -> Turn:
        """The turn with the answers."""
        self.turn.controls = {id(each.attempt): each for each in self.controls.outcomes()}
        self.turn.covert = self.covert.outcomes()
        return self.turn


def turns(world: World, progress: Callable[[str], None]) -> Iterator[Turn]:
    """Every relation's turn, in order; in a ``performing`` block. To fetch is to wait for all that was sent, so a
    relation is judged once the attempts on the one after the next are under way.
    """
    asking: Asking | None = None
    answered: Turn | None = None
    for surveyed in world.surveyed.values():
        progress(f"access: {surveyed.subject.label}")
        sent = _attempts(world, surveyed)
        if answered:
            yield answered
        turn = Turn(surveyed, sent.outcomes())
        answered = asking.answered() if asking else None
        asking = _ask(world, turn)
    if answered:
        yield answered
    if asking:
        yield asking.answered()


def _attempts(world: World, surveyed: Survey) -> Sent:
    """Every attempt on one relation, by everybody, sent."""
    acting = world.acting_on(surveyed.subject.label)
    return send(world.connection, (each for actor in acting for each in plan(world, surveyed, actor)))


def _ask(world: World, turn: Turn) -> Asking:
    """Send what only the outcomes tell that it must be asked."""
    open_questions = [each.attempt for each in turn.outcomes if needs_control(world, turn.surveyed, each)]
    turn.pairs = pairs_of(world, turn.surveyed, turn.outcomes)
    return Asking(
        turn,
        send(world.connection, open_questions, as_superuser=True),
        send(world.connection, (each for pair in turn.pairs for each in pair[1:])),
    )


def needs_control(world: World, surveyed: Survey, outcome: Outcome) -> bool:
    """Whether it takes a superuser to tell if the attempt should have succeeded, and if that counts."""
    attempt, label = outcome.attempt, surveyed.subject.label
    if attempt.variant not in CONTROLLED or (
        outcome.ran and attempt.variant in ("blind", "filtered", "shown")
    ):
        return False
    if surveyed.subject.is_part or world.pretends(attempt.actor):
        return False  # nobody has to succeed here
    if outcome.ran and label in outcome.changes and attempt.variant == "set allowed column":
        return False
    on_rows = attempt.variant in ("move", "upsert") or attempt.command in ON_ROWS
    expected = world.expected(attempt.actor, label)
    if on_rows:
        return bool(expected.reach["delete" if attempt.command == "delete" else "update"])
    return bool(expected.cells["insert"].condition) and not (outcome.ran and label in outcome.changes)
