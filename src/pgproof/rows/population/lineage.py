"""Looking along foreign keys: who leads where, and who would find nobody there."""

from __future__ import annotations

import numpy as np

from pgproof.rows.population.parents import Grouping, Hops, code_of
from pgproof.rows.population.world import BLOCK, Elsewhere, Population
from pgproof.rows.values.draws import Ints


def without_members(population: Population, paths: tuple[Hops, ...], grouping: Grouping) -> Ints:
    """The rows of a population for which a grouping has nobody."""
    found = []
    for start in range(0, population.count, BLOCK):
        rows = np.arange(start, min(start + BLOCK, population.count), dtype=np.int64)
        codes = code_of(Elsewhere(population, rows), paths)
        found.append(rows[(codes >= 0) & (grouping.sizes(codes)[1] == 0)])
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def way_back(start: Population, goal: Population, deepest: int = 3) -> Hops:
    """The shortest path of foreign keys from ``start`` to ``goal``; empty if there is none."""
    paths: list[tuple[Hops, Population]] = [((), start)]
    for _ in range(deepest):
        further = []
        for hops, population in paths:
            for reference in population.model.references:
                target = population.targets.get(reference.name)
                if target is None or reference.breaking or target is population:
                    continue
                if target is goal:
                    return (*hops, reference.name)
                further.append(((*hops, reference.name), target))
        paths = further
    return ()
