"""The texts that several patterns and a length leave: is there any, is this one, which is the n-th.

A ``Language`` is exact: patterns, their negations and lengths are combined as one machine, so "no such text"
is a proof. Its texts are made of characters that people use, and of awkward ones on request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TypeAlias

from pgproof.rows.patterns import charset
from pgproof.rows.patterns.automaton import Machine
from pgproof.rows.patterns.automaton import State as MachineState
from pgproof.rows.patterns.regex import END, START, Chars, Either, Pattern, Sequence
from pgproof.rows.syntax.signals import Unknown

MOST_STATES = 4000
LONGEST = 100_000  # lengths beyond are not looked at: nobody wants such a text in a test

State: TypeAlias = "tuple[MachineState, ...]"
Chooser: TypeAlias = Callable[[int], int]

PLAIN = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_. @:/+,;!?#$%&*()[]{}<>=~^|'\"`\\"
# Combining, right to left, astral, joined, case-changing, invisible, controls: what programs stumble over.
AWKWARD = (
    "é\u0301ßİıñΣ\u05d0\u05e9\u200f\u0639\u0631\u0628\u064a\u65e5\u672c\U0001d4b3\U0001f469\u200d\U0001f4bb"
    " \u200b\ufeff\t\n\r\x01\x7f\uffff\U0010ffff"
)


@dataclass(frozen=True)
class Graph:
    """The combined machine. State 0 is the start; ``edges`` lead from a state over a class to a state."""

    classes: tuple[str, ...]
    awkward: tuple[str, ...]
    edges: tuple[tuple[tuple[int, int], ...], ...]
    accepting: tuple[bool, ...]


@dataclass(frozen=True)
class Language:
    """All texts that have every one of ``patterns`` and a length between the limits."""

    patterns: tuple[Pattern, ...] = ()
    min_length: int = 0
    max_length: int | None = None

    def meet(self, other: Language) -> Language:
        """The texts that are in both."""
        limits = [most for most in (self.max_length, other.max_length) if most is not None]
        return Language(
            tuple(dict.fromkeys((*self.patterns, *other.patterns))),
            max(self.min_length, other.min_length),
            min(limits, default=None),
        )

    def accepts(self, text: str) -> bool:
        """Whether ``text`` is one. Raises ``Unknown`` where that depends on the server's locale."""
        if len(text) < self.min_length or (self.max_length is not None and len(text) > self.max_length):
            return False
        return all(matches(pattern, text) for pattern in self.patterns)

    @cached_property
    def shortest(self) -> int | None:
        """The least length of a text, or None if there is no text at all."""
        return next(iter(self.lengths(1)), None)

    def lengths(self, count: int) -> list[int]:
        """The ``count`` least lengths that texts have, or all if they are fewer."""
        found: list[int] = []
        alive = self._alive
        # Beyond one round through all states without a new length there is none.
        for length in range(self.min_length, self._end + 1):
            if 0 in alive(length):
                found.append(length)
            if len(found) == count or (not found and length > self.min_length + len(self.graph.edges)):
                break
            if found and length > found[-1] + len(self.graph.edges):
                break
        return found

    def longest(self) -> int | None:
        """The greatest length of a text, if the lengths end where anybody would look."""
        if self.max_length is None or self.max_length > LONGEST:
            return None
        return next((n for n in range(self.max_length, self.min_length - 1, -1) if 0 in self._alive(n)), None)

    def count(self, length: int) -> int:
        """How many texts of plain characters ``nth`` can make of that length."""
        return self._counts(length)[0]

    def nth(self, length: int, index: int) -> str:
        """The text of that length and rank; different ranks give different texts."""
        state, written = 0, []
        for left in range(length - 1, -1, -1):
            counts = self._counts(left)
            for class_, target in self.graph.edges[state]:
                characters = self.graph.classes[class_]
                size = len(characters) * counts[target]
                if index < size:
                    place, index = divmod(index, counts[target])
                    written.append(characters[place])
                    state = target
                    break
                index -= size
        return "".join(written)

    def draw(self, length: int, choose: Callable[[int], int], *, awkward: bool = False) -> str:
        """A text of a length that there is; ``choose(n)`` picks one of n, 0 being the plainest."""
        state, written = 0, []
        graph = self.graph
        for left in range(length - 1, -1, -1):
            alive = self._alive(left)
            ways = [(c, target) for c, target in graph.edges[state] if target in alive and graph.classes[c]]
            class_, state = ways[choose(len(ways)) if len(ways) > 1 else 0]
            characters = graph.classes[class_] + (graph.awkward[class_] if awkward else "")
            written.append(characters[choose(len(characters)) if len(characters) > 1 else 0])
        return "".join(written)

    def without(self, texts: Iterable[str]) -> Language:
        """This language but for these texts."""
        excluded = tuple(texts)
        return replace(self, patterns=(*self.patterns, none_of(excluded))) if excluded else self

    @cached_property
    def graph(self) -> Graph:
        """The combined machine of the patterns. Raises ``Unknown`` if it is too large to build."""
        return _graph(self.patterns)

    @property
    def _end(self) -> int:
        return LONGEST if self.max_length is None else min(self.max_length, LONGEST)

    def _alive(self, left: int) -> frozenset[int]:
        """The states from which exactly ``left`` more characters make a text."""
        known = self.__dict__.setdefault("_alive_known", [])
        graph = self.graph
        if not known:
            known.append(frozenset(i for i, accepting in enumerate(graph.accepting) if accepting))
        while len(known) <= left:
            known.append(
                frozenset(
                    i
                    for i, edges in enumerate(graph.edges)
                    if any(target in known[-1] for _, target in edges)
                )
            )
        found: frozenset[int] = known[left]
        return found

    def _counts(self, left: int) -> list[int]:
        known = self.__dict__.setdefault("_counts_known", [])
        graph = self.graph
        if not known:
            known.append([int(accepting) for accepting in graph.accepting])
        while len(known) <= left:
            last = known[-1]
            known.append([sum(len(graph.classes[c]) * last[t] for c, t in edges) for edges in graph.edges])
        found: list[int] = known[left]
        return found


def matches(pattern: Pattern, text: str) -> bool:
    """Whether ``pattern`` holds for ``text``. Raises ``Unknown`` where that depends on the locale."""
    if pattern.bound and not text.isascii():
        raise Unknown("what a regular expression's classes mean outside ASCII")
    machine = _machine(pattern)
    state = machine.start()
    for character in text:
        state = machine.move(state, ord(character))
    return machine.accepts(state)


def exactly(texts: Iterable[str]) -> Pattern:
    """These texts and no other."""
    wanted = tuple(
        Sequence((START, *(Chars(charset.of(character)) for character in text), END)) for text in texts
    )
    return Pattern(wanted[0] if len(wanted) == 1 else Either(wanted))


def none_of(texts: Iterable[str]) -> Pattern:
    """Any text but these."""
    return replace(exactly(texts), negated=True)


@lru_cache(maxsize=512)
def _machine(pattern: Pattern) -> Machine:
    return Machine(pattern)


@lru_cache(maxsize=256)
def _graph(patterns: tuple[Pattern, ...]) -> Graph:
    machines = [_machine(pattern) for pattern in patterns]
    classes = charset.partition(chars for machine in machines for chars in machine.charsets)
    if any(pattern.bound for pattern in patterns):
        classes = tuple(part for each in classes if (part := charset.intersection(each, charset.ASCII)))
    first = tuple(machine.start() for machine in machines)
    numbers: dict[State, int] = {first: 0}
    todo, edges = [first], []
    for state in todo:
        edges.append(_edges(machines, classes, state, numbers, todo))
        if len(numbers) > MOST_STATES:
            raise Unknown("regular expressions that are too large together")
    accepting = tuple(
        all(machine.accepts(each) for machine, each in zip(machines, state, strict=True)) for state in todo
    )
    plain = tuple(_usable(each, PLAIN) or _first(each) for each in classes)
    return Graph(plain, tuple(_usable(each, AWKWARD) for each in classes), tuple(edges), accepting)


def _edges(
    machines: list[Machine],
    classes: tuple[charset.Charset, ...],
    state: State,
    numbers: dict[State, int],
    todo: list[State],
) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for index, class_ in enumerate(classes):
        target = tuple(m.move(s, class_[0][0]) for m, s in zip(machines, state, strict=True))
        if target not in numbers:
            numbers[target] = len(numbers)
            todo.append(target)
        found.append((index, numbers[target]))
    return tuple(found)


def _usable(class_: charset.Charset, characters: str) -> str:
    return "".join(dict.fromkeys(c for c in characters if charset.contains(class_, c)))


def _first(class_: charset.Charset) -> str:
    return "".join(chr(low) for low, _ in class_[:8])
