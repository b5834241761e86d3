"""Patterns as machines: one state per thing that is still to come, built while it is used."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from pgproof.rows.patterns import charset
from pgproof.rows.patterns.charset import Charset
from pgproof.rows.patterns.regex import Anchor, Chars, Either, Node, Pattern, Repeat, Sequence
from pgproof.rows.syntax.signals import Unknown

MOST_STATES = 5000

State: TypeAlias = "tuple[frozenset[int], bool]"


@dataclass
class Machine:
    """Reads a text and knows at every point whether the pattern has been found in it.

    Built as a graph of small steps over the pattern, walked as sets of places in it. ``ACCEPTED`` is where
    it stays once the pattern was found.
    """

    pattern: Pattern
    _steps: list[tuple[Charset, int]] = field(default_factory=list)
    _free: list[list[tuple[int, Anchor | None]]] = field(default_factory=list)
    _moves: dict[tuple[State, int], State] = field(default_factory=dict)
    _accepts: dict[State, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._found = self._place()
        self._first = self._add(self.pattern.node, self._found)
        # A place behind "any text": the pattern may begin anywhere.
        self._loop = self._place()
        self._steps[self._loop] = (charset.ANY, self._loop)
        self._free[self._loop].append((self._first, None))

    @property
    def charsets(self) -> list[Charset]:
        """Every set of characters it tells apart."""
        return [chars for chars, _ in self._steps if chars]

    def start(self) -> State:
        """Before the first character."""
        return self._closed({self._loop}, at_start=True)

    def move(self, state: State, character: int) -> State:
        """Behind a character, given by its code point."""
        key = (state, character)
        if key not in self._moves:
            if len(self._moves) > MOST_STATES * 50:
                raise Unknown("a regular expression of too many states")
            targets = {
                target
                for chars, target in (self._steps[place] for place in state[0])
                if any(low <= character <= high for low, high in chars)
            }
            self._moves[key] = state if self._found in state[0] else self._closed(targets, at_start=False)
        return self._moves[key]

    def accepts(self, state: State) -> bool:
        """Whether a text that ends here is one of the pattern's."""
        if state not in self._accepts:
            ended = self._reach(set(state[0]), at_start=state[1], at_end=True)
            self._accepts[state] = (self._found in ended) is not self.pattern.negated
        return self._accepts[state]

    def _closed(self, places: set[int], *, at_start: bool) -> State:
        reached = self._reach(places, at_start=at_start, at_end=False)
        if self._found in reached:
            return frozenset((self._found,)), False
        return frozenset(reached), at_start

    def _reach(self, places: set[int], *, at_start: bool, at_end: bool) -> set[int]:
        todo = list(places)
        while todo:
            for target, anchor in self._free[todo.pop()]:
                open_ = anchor is None or (at_end if anchor.end else at_start)
                if open_ and target not in places:
                    places.add(target)
                    todo.append(target)
        return places

    def _place(self) -> int:
        if len(self._steps) > MOST_STATES:
            raise Unknown("a regular expression of too many places")
        self._steps.append((charset.NONE, 0))
        self._free.append([])
        return len(self._steps) - 1

    def _add(self, node: Node, then: int) -> int:
        """A place from which ``node`` leads to ``then``."""
        if isinstance(node, Sequence):
            for part in reversed(node.parts):
                then = self._add(part, then)
            return then
        if isinstance(node, Repeat):
            return self._add_repeat(node, then)
        place = self._place()
        if isinstance(node, Chars):
            self._steps[place] = (node.chars, then)
        elif isinstance(node, Either):
            for part in node.parts:
                self._free[place].append((self._add(part, then), None))
        else:
            self._free[place].append((then, node))
        return place

    def _add_repeat(self, node: Repeat, then: int) -> int:
        if node.most is None:
            loop = self._place()
            self._free[loop] += [(self._add(node.part, loop), None), (then, None)]
            then = loop
        else:
            for _ in range(node.most - node.least):
                once = self._add(node.part, then)
                skip = self._place()
                self._free[skip] += [(once, None), (then, None)]
                then = skip
        for _ in range(node.least):
            then = self._add(node.part, then)
        return then
