"""What was measured -> the text of a first contract, every line of it marked until somebody has confirmed it. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from pgproof.access.contract.model import ActorKind
from pgproof.access.measuring.measure import Measured, Measurement
from pgproof.access.measuring.measure_calls import Called
from pgproof.access.measuring.rule import Rule
from pgproof.access.measuring.rules import Vocabulary
from pgproof.access.measuring.trials import Trial
from pgproof.access.world.survey import mentioned
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

    @cached_property
    def _cells(self) -> list[Measured]:
        """What was measured, without what a privilege on the column forbade: it says nothing of the row."""
        settable = {
            (each.relation, each.actor): each.columns
            for each in self.found.cells
            if each.command == "update" and each.columns is not None
        }
        return [
            _only(each, settable.get((each.relation, each.actor))) if each.command == "becomes" else each
            for each in self.found.cells
        ]

    def _labels(self) -> list[str]:
        return sorted({each.relation for each in self.found.cells})

    def _relation(self, label: str) -> Iterator[str]:
        cells = [each for each in self._cells if each.relation == label]
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
        yield f"[relations.{toml_text(label)}]{nothing}"
        yield from lines

    def _cell(self, cell: Measured, cells: Sequence[Measured]) -> str:
        if not any(each.done for each in cell.trials):
            return ""
        if cell.command == "becomes" and self._says_update(cell, cells):
            return ""
        said, remark = self._said(cell)
        return f"{cell.command}.{_key(cell.actor)} = {said}{MARK}{remark}"

    def _said(self, cell: Measured) -> tuple[str, str]:
        """The value of a cell's line: a condition, with the columns where these are not all, or one for each of the
        columns that may not be set on the same rows.
        """
        text, remark = self.condition(cell)
        parts = self._parts(cell) if cell.command == "update" else {}
        if len(parts) > 1:
            return f"[{', '.join(_part(*each) for each in parts.items())}]", remark
        columns = parts.get(text, cell.columns) if cell.command in ("select", "update") else None
        return toml_text(text) if columns is None else _part(text, columns), remark

    def _parts(self, cell: Measured) -> dict[str, Sequence[str]]:
        """Columns by the condition on the rows on which they could be set; one that nobody tried to set goes with the
        row as a whole. Empty where all columns of the table do.
        """
        tried = dict.fromkeys(name for each in cell.trials for name in each.columns)
        rule, missed = self._nearest(cell)
        whole = self.condition(cell)[0]
        known = {column: self._where(cell, column, whole, None if missed else rule) for column in tried}
        if set(known.values()) <= {whole}:
            return {}
        parts: dict[str, list[str]] = {}
        for column in cell.columns or self._writable(cell.relation):
            if where := known.get(column, whole):
                parts.setdefault(where, []).append(column)
        return {**parts}

    def _writable(self, label: str) -> list[str]:
        columns = self.catalog.relations_by_name[label].columns
        return [each.name for each in columns if each.generated is None and each.identity != "always"]

    def _where(self, cell: Measured, column: str, whole: str, rule: Rule | None) -> str:
        """The rows on which a column could be set: those of the ``whole``, if its ``rule`` fits or nothing told of the
        column on rows that were reached; empty if on none.
        """
        trials = [replace(each, done=each.columns[column]) for each in cell.trials if column in each.columns]
        if not any(each.done for each in trials):
            return whole if any(each.done and column not in each.columns for each in cell.trials) else ""
        if rule is not None and not nearest([rule], trials)[1]:
            return whole
        return self.condition(replace(cell, trials=tuple(trials)), [])[0]

    def _says_update(self, cell: Measured, cells: Sequence[Measured]) -> bool:
        """Whether a row may become what may be updated, or nothing that may be set decides it: neither need be said."""
        update = next(each for each in cells if (each.command, each.actor) == ("update", cell.actor))
        rule, _ = self._nearest(update)
        if rule is not None and all(
            rule.holds(each.content, each.values) == each.done for each in cell.trials
        ):
            return True
        text = self.condition(cell)[0]
        fixed = update.columns is not None and not mentioned(text) & {*update.columns}
        return text == self.condition(update)[0] or (fixed and text != "true")

    def _nearest(self, cell: Measured, beside: Sequence[Measured] | None = None) -> tuple[Rule | None, int]:
        """The rule for a cell: one that says the same of the other kinds of actors, of all that is written, or of
        this cell alone. What holds for several is less likely a coincidence of the rows that there are.
        """
        found = self._beside(cell) if beside is None else beside
        for group in ([cell, *found], [cell]) if found else ([cell],):
            trials = [trial for each in group for trial in each.trials]
            rule, missed = nearest(self._rules(cell, trials), trials)
            if rule is not None and not missed:
                return rule, 0
        return rule, missed

    def _beside(self, cell: Measured) -> list[Measured]:
        """The same command of other kinds of actors who bring the same values, where it reached some rows; of what a
        row may become also which may be inserted.
        """
        wanted = {cell.command, "insert"} if cell.command == "becomes" else {cell.command}
        same = [each for each in self._cells if each.relation == cell.relation and each != cell]
        return [
            each
            for each in same
            if each.command in wanted
            and len({trial.done for trial in each.trials}) == 2
            and {*_values(cell)} <= {*_values(each)}
        ]

    def _rules(self, cell: Measured, trials: Sequence[Trial]) -> Iterator[Rule]:
        told = [(each.content, each.values, each.done) for each in trials]
        return Vocabulary(self.catalog, self.found.rows, _values(cell), rich=True).rules(cell.relation, told)

    def condition(self, cell: Measured, beside: Sequence[Measured] | None = None) -> tuple[str, str]:
        """The simplest condition for what was reached, and a remark where it is every row or fits only nearly.

        ``beside`` are cells of which it should hold as well, by itself those of the other actors.
        """
        if all(each.done for each in cell.trials):
            return "true", ": any row" if cell.command in ("insert", "becomes") else ": every row there is"
        rule, missed = self._nearest(cell, beside)
        if rule is None:
            return "true", ": some rows, by no rule that is known here"
        total = len(cell.trials)
        return rule.text, f": nearly, for {total - missed} rows of {total}" if missed else ""


def _values(cell: Measured) -> tuple[str, ...]:
    """The names of what those who tried bring along, which are the only ones that a condition on them may use."""
    return tuple(dict.fromkeys(name for each in cell.trials for name in each.values))


def _only(cell: Measured, columns: tuple[str, ...] | None) -> Measured:
    kept = [
        each for each in cell.trials if columns is None or not each.columns or {*each.columns} & {*columns}
    ]
    return replace(cell, trials=tuple(kept))


def _part(where: str, columns: Iterable[str]) -> str:
    return f"{{ where = {toml_text(where)}, columns = {_listed(columns)} }}"


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
    yield f"role = {toml_text(kind.role)}"
    yield f"each = {toml_text(kind.each)}{MARK}: guessed from foreign keys"
    claims = ", ".join(f"{_key(name)} = {toml_text(value)}" for name, value in (kind.claims or {}).items())
    yield f"claims = {{ {claims} }}"


def _by_function(calls: Sequence[Called]) -> Iterator[list[Called]]:
    names = dict.fromkeys(f"{each.routine.schema}.{each.routine.name}" for each in calls)
    for name in names:
        yield [each for each in calls if f"{each.routine.schema}.{each.routine.name}" == name]


def _function(calls: Sequence[Called]) -> Iterator[str]:
    routine = calls[0].routine
    could = list(dict.fromkeys(each.actor for each in calls if each.could))
    yield f"[functions.{toml_text(f'{routine.schema}.{routine.name}')}]"
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
        yield f'touches.{_key(actor)}.{toml_text(label)} = "true"{MARK}: a call changed rows there'


def _listed(words: Iterable[str]) -> str:
    return f"[{', '.join(toml_text(each) for each in words)}]"


def toml_text(text: str) -> str:
    """A text as TOML has it: with the names that SQL quotes, as it is between single quotes, if it has none itself."""
    literal = '"' in text and "'" not in text and text.isprintable()
    return f"'{text}'" if literal else json.dumps(text, ensure_ascii=False)


def _key(name: str) -> str:
    plain = name.replace("_", "").replace("-", "")
    return name if plain.isascii() and plain.isalnum() else toml_text(name)


def with_cascades(draft: Draft, subjects: Iterable[tuple[str, str]]) -> Draft:
    """The draft that allows what foreign keys and triggers were seen to pass on."""
    return replace(draft, cascading=draft.cascading | frozenset(subjects))
