"""How far seeding has come: one value per step, for whoever shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import TypeAlias

from pgproof.rows.model.tables import TableName


@dataclass(frozen=True, slots=True)
class Step:
    """``done`` of ``total`` rows of a table are written after ``seconds``; ``behind`` rows of all tables follow."""

    table: TableName
    done: int
    total: int
    seconds: float
    written: int = 0
    behind: int = 0
    elapsed: float = 0.0

    @property
    def rate(self) -> float:
        """Rows of this table per second."""
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds until everything is written, if it goes on at the rate so far; None before there is one."""
        whole = self.written / self.elapsed if self.elapsed > 0 else 0.0
        return self.behind / whole if whole else None

    def __str__(self) -> str:
        left = "" if self.left is None or not self.behind else f", {_clock(self.left)} left"
        return f"{self.table}: {self.done:,} of {self.total:,} rows, {self.rate:,.0f} a second{left}"


Progress: TypeAlias = Callable[[Step], None]


def silent(_: Step) -> None:
    """Progress for those who did not ask."""


@dataclass(slots=True)
class Course:
    """How far all tables have come together, told to ``progress`` step by step.

    ``planned`` are the rows of every table, ``done`` those that are written.
    """

    progress: Progress
    planned: Mapping[TableName, int]
    started: float = field(default_factory=perf_counter)
    done: dict[TableName, int] = field(default_factory=dict)

    def step(self, table: TableName, done: int, total: int, seconds: float) -> None:
        """Tell that ``done`` of ``total`` rows of a table are written, after ``seconds`` of its own."""
        self.done[table] = done
        later = sum(rows for name, rows in self.planned.items() if name not in self.done)
        elapsed = perf_counter() - self.started
        self.progress(
            Step(table, done, total, seconds, sum(self.done.values()), later + total - done, elapsed)
        )


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
