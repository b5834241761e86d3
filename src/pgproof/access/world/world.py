"""Everything that planning and judging look up: actors, relations, and what each actor may do to each relation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pgproof.access.actors.identity import impostors
from pgproof.access.actors.kinds import Actor, read_actors
from pgproof.access.attempts.reading import ends_with_transaction
from pgproof.access.contract.model import SERVICE, STRANGER, Command, Contract
from pgproof.access.relations.code import bodies, conditions
from pgproof.access.relations.rights import Rights, read_rights
from pgproof.access.world.expect import Expectation, expect
from pgproof.access.world.survey import Survey, survey
from pgproof.catalog import Catalog
from pgproof.database import Connection, sql


@dataclass(frozen=True)
class World:
    """``actors`` are those of the contract, ``everybody`` includes impostors, who may do what a stranger may, or
    what the actor may that they are like. ``end`` takes back what the end of a transaction does.
    """

    connection: Connection
    contract: Contract
    catalog: Catalog
    actors: tuple[Actor, ...]
    everybody: tuple[Actor, ...]
    surveyed: Mapping[str, Survey]
    end: sql.Composed = field(default_factory=lambda: sql.Composed([]))
    _expected: dict[tuple[str, str], Expectation] = field(default_factory=dict)
    _rights: dict[tuple[str, str], Rights] = field(default_factory=dict)

    @cached_property
    def _known(self) -> dict[str, Actor]:
        return {each.label: each for each in reversed(self.actors)}

    @cached_property
    def _first(self) -> dict[str, Actor]:
        return {each.kind: each for each in reversed(self.actors)}

    def pretends(self, actor: Actor) -> bool:
        """Whether it is an impostor: somebody of no kind, who may do what a stranger may."""
        return actor.label not in self._known

    def leads(self, actor: Actor) -> bool:
        """Whether it is the first of its kind: one is enough for what goes by role."""
        first = self._first.get(actor.kind)
        return first is not None and first.label == actor.label

    def rights(self, role: str, label: str) -> Rights:
        """The privileges of a role on a relation; asked once."""
        if (role, label) not in self._rights:
            self._rights[role, label] = read_rights(self.connection, self.surveyed[label].subject, role)
        return self._rights[role, label]

    def closed(self, actor: Actor, label: str, command: Command) -> bool:
        """Whether neither the contract nor a privilege lets the actor: one refusal then tells as much as many."""
        allowed = self.expected(actor, label).cells[command].condition
        return not allowed and not self.rights(actor.role, label).held(command)

    def expected(self, actor: Actor, label: str) -> Expectation:
        """What the contract lets ``actor`` do to a relation; worked out once, for everybody."""
        acting = self._known.get(actor.like or actor.label) or self._first[STRANGER]
        place = (acting.label, label)
        if place not in self._expected:
            subject = self.surveyed[label].subject
            expected = expect(self.connection, self.contract, subject, self.actors)
            self._expected.update(
                ((each.label, label), one) for each, one in zip(self.actors, expected, strict=True)
            )
        return self._expected[place]

    def foresee(self) -> None:
        """Ask now for all that planning will want to know: later the connection is busy with attempts."""
        for label in self.surveyed:
            for role in dict.fromkeys(each.role for each in self.everybody):
                self.rights(role, label)
            self.expected(self.actors[0], label)

    def acting_on(self, label: str) -> tuple[Actor, ...]:
        """Who acts on a relation: everybody, the service role only where the contract speaks of it."""
        root = self.surveyed[label].subject.root
        spoken = any(cell.relation == root and cell.actor == SERVICE for cell in self.contract.cells.values())
        return tuple(each for each in self.everybody if each.kind != SERVICE or spoken)

    def expectations(self, actor: Actor, labels: Iterable[str]) -> dict[str, Expectation]:
        """What the actor may do to those of the relations that the contract covers."""
        return {each: self.expected(actor, each) for each in dict.fromkeys(labels) if each in self.surveyed}

    def observation(self, expected: Mapping[str, Expectation]) -> sql.Composed | None:
        """One query for all that a superuser looks at afterwards: the rows of these tables."""
        looks = [
            each.observation(self.surveyed[label].subject, len(self.surveyed[label].rows))
            for label, each in expected.items()
            if self.surveyed[label].subject.is_table
        ]
        if len(looks) < 2:
            return looks[0] if looks else None
        either = sql.SQL(" || ").join(sql.SQL("coalesce(({}), '{{}}')").format(each) for each in looks)
        return sql.SQL("select {}").format(either)


def read_world(connection: Connection, contract: Contract, catalog: Catalog) -> World:
    """Look at the database before anybody acts. Raises ``UsageError`` where the contract is at fault."""
    actors = read_actors(connection, contract)
    sources = bodies(catalog)
    surveyed = {each.subject.label: each for each in survey(connection, contract, catalog)}
    everybody = (*actors, *impostors(contract, actors, [*conditions(catalog), *sources]))
    end = ends_with_transaction(sources)
    return World(connection, contract, catalog, actors, everybody, surveyed, end)
