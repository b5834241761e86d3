"""What was measured -> the text of a first contract, every line of it marked until somebody has confirmed it. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pgproof.access.contract import ActorKind
from pgproof.access.measure import Measured, Measurement
from pgproof.access.measure_calls import Called
from pgproof.access.rules import Rule, Vocabulary
from pgproof.access.survey import mentioned
from pgproof.access.trials import Trial
from pgproof.catalog import Catalog

MARK = "  # measured"
HEAD = """\
# Who may do what in {name}: a draft. A line marked "measured" says what the database does today, not what was meant.
# Is it what you meant? Then delete the mark. If not, write down what you meant: pgproof check will say who can do
# something else, and how. What is not mentioned is not allowed.
"""


@dataclass(frozen=True)
class Draft:
    """What a contract is drafted from. ``cascading`` are (relation, actor) whose deletes reach rows of others."""

    name: str
    catalog: Catalog
    actors: tuple[ActorKind, ...]
    found: Measurement
    population: tuple[str, ...] = ()
    cascading: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    def render(self) -> str:
        """The text of ``access.toml``."""
        return "\n".join(
            [
                HEAD.format(name=self.name),
                *([f"population = {_listed(self.population)}\n"] if self.population else []),
                *("\n".join(_actor(each)) + "\n" for each in self.actors if each.each),
                *("\n".join(self._relation(label)) + "\n" for label in self._labels()),
                *("\n".join(_function(calls)) + "\n" for calls in _by_function(self.found.calls)),
            ]
        )

    def _labels(self) -> list[str]:
        return sorted({each.relation for each in self.found.cells})

    def _relation(self, label: str) -> Iterator[str]:
        cells = [each for each in self.found.cells if each.relation == label]
        lines = [line for each in cells if (line := self._cell(each, cells))]
        lines += [
            f"holds.{_key(actor)} = {_listed(held)}{MARK}: beside rows, where no policy is asked"
            for (relation, actor), held in sorted(self.found.held.items())
            if relation == label and held
        ]
        lines += [
            f'cascade.{_key(actor)} = "true"{MARK}: deletes elsewhere reach rows of others'
            for relation, actor in sorted(self.cascading)
            if relation == label
        ]
        nothing = "" if lines else f"{MARK}: nobody could do anything"
        yield f"[relations.{json.dumps(label)}]{nothing}"
        yield from lines

    def _cell(self, cell: Measured, cells: Sequence[Measured]) -> str:
        if not any(each.done for each in cell.trials):
            return ""
        text, remark = self.condition(cell)
        if cell.command == "becomes" and self._says_update(cell, cells):
            return ""
        said = json.dumps(text, ensure_ascii=False)
        if cell.columns is not None and cell.command in ("select", "update"):
            said = f"{{ where = {said}, columns = {_listed(cell.columns)} }}"
        return f"{cell.command}.{_key(cell.actor)} = {said}{MARK}{remark}"

    def _says_update(self, cell: Measured, cells: Sequence[Measured]) -> bool:
        """Whether a row may become what may be updated, or nothing that may be set decides it: neither need be said."""
        update = next(each for each in cells if (each.command, each.actor) == ("update", cell.actor))
        rule, _ = self._nearest(update)
        if rule is not None and nearest([rule], cell.trials) == (rule, 0):
            return True
        text = self.condition(cell)[0]
        fixed = update.columns is not None and not mentioned(text) & {*update.columns}
        return text == self.condition(update)[0] or (fixed and text != "true")

    def _nearest(self, cell: Measured) -> tuple[Rule | None, int]:
        names = tuple(dict.fromkeys(name for each in cell.trials for name in each.values))
        told = [(each.content, each.values, each.done) for each in cell.trials]
        words = Vocabulary(self.catalog, self.found.rows, names)
        return nearest(words.rules(cell.relation, told), cell.trials)

    def condition(self, cell: Measured) -> tuple[str, str]:
        """The simplest condition for what was reached, and a remark where it is every row or fits only nearly."""
        if all(each.done for each in cell.trials):
            return "true", ": any row" if cell.command in ("insert", "becomes") else ": every row there is"
        rule, missed = self._nearest(cell)
        if rule is None:
            return "true", ": some rows, by no rule that is known here"
        total = len(cell.trials)
        return rule.text, f": nearly, for {total - missed} rows of {total}" if missed else ""


def nearest(rules: Iterable[Rule], trials: Sequence[Trial]) -> tuple[Rule | None, int]:
    """The first rule with the fewest trials that it gets wrong, and their number. None is "every row"; a rule that
    holds for nothing that was reached says nothing about it, however little was.
    """
    best, fewest = None, sum(not each.done for each in trials)
    told = sorted(trials, key=lambda each: not each.done)
    reached = sum(each.done for each in trials)
    for rule in rules:
        wrong = 0
        for number, each in enumerate(told):
            wrong += rule.holds(each.content, each.values) != each.done
            if wrong >= fewest or wrong == reached == number + 1:
                break
        else:
            best, fewest = rule, wrong
        if not fewest:
            break
    return best, fewest


def _actor(kind: ActorKind) -> Iterator[str]:
    yield f"[actors.{_key(kind.name)}]"
    yield f"role = {json.dumps(kind.role)}"
    yield f"each = {json.dumps(kind.each)}{MARK}: guessed from foreign keys"
    claims = ", ".join(f"{_key(name)} = {json.dumps(value)}" for name, value in (kind.claims or {}).items())
    yield f"claims = {{ {claims} }}"


def _by_function(calls: Sequence[Called]) -> Iterator[list[Called]]:
    names = dict.fromkeys(f"{each.routine.schema}.{each.routine.name}" for each in calls)
    for name in names:
        yield [each for each in calls if f"{each.routine.schema}.{each.routine.name}" == name]


def _function(calls: Sequence[Called]) -> Iterator[str]:
    routine = calls[0].routine
    could = list(dict.fromkeys(each.actor for each in calls if each.could))
    yield f"[functions.{json.dumps(f'{routine.schema}.{routine.name}')}]"
    yield f"call = {_listed(could)}{MARK}"
    gives = any(
        each.routine.security_definer and each.routine.returns and each.routine.returns.name != "void"
        for each in calls
    )
    for actor in could if gives else ():
        yield f'returns.{_key(actor)} = "true"{MARK}: whatever it gives back, with its owner\'s rights'
    touched: Mapping[tuple[str, str], None] = dict.fromkeys(
        (each.actor, label) for each in calls for label in each.changed
    )
    for actor, label in touched:
        yield f'touches.{_key(actor)}.{json.dumps(label)} = "true"{MARK}: a call changed rows there'


def _listed(words: Iterable[str]) -> str:
    return f"[{', '.join(json.dumps(each, ensure_ascii=False) for each in words)}]"


def _key(name: str) -> str:
    plain = name.replace("_", "").replace("-", "")
    return name if plain.isascii() and plain.isalnum() else json.dumps(name, ensure_ascii=False)


def with_cascades(draft: Draft, subjects: Iterable[tuple[str, str]]) -> Draft:
    """The draft that allows what foreign keys and triggers were seen to pass on."""
    return replace(draft, cascading=draft.cascading | frozenset(subjects))
