"""What a search for memories has to return, computed from the vectors alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Memory:
    """A memory and the leading numbers of its embedding; the rest are 0."""

    key: UUID
    meaning: tuple[float, ...]

    def similarity(self, query: Sequence[float]) -> float:
        """The cosine of the angle between the memory and ``query``; not a number for a vector of length 0."""
        size = max(len(self.meaning), len(query))
        mine = [*self.meaning, *[0.0] * (size - len(self.meaning))]
        other = [*query, *[0.0] * (size - len(query))]
        length = math.hypot(*mine) * math.hypot(*other)
        return sum(map(lambda a, b: a * b, mine, other)) / length if length else math.nan


def nearest(memories: Iterable[Memory], query: Sequence[float], limit: int) -> list[float]:
    """The similarities of the ``limit`` memories nearest to ``query``, best first."""
    return sorted((memory.similarity(query) for memory in memories), reverse=True)[: max(limit, 0)]
