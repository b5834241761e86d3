"""What a project's ``[rows]`` settings say of seed, locale, counts and columns, checked against the model.

[rows]
locale = "ar_SA"
[rows."public.users"]
rows = 1000
[rows."public.users".plan]
values = ["free", "paid"]
weights = [9, 1]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from pgproof.errors import UsageError
from pgproof.rows.model.literals import text_of
from pgproof.rows.model.tables import SchemaModel, TableModel, TableName
from pgproof.rows.plan.counts import find_table

LOCALE = "en_US"
SHAPES = ("uniform", "skewed")


@dataclass(frozen=True, slots=True)
class ColumnOverride:
    """What the settings say of one column; None where they say nothing.

    ``values`` are all it takes, some more often than others by ``weights``; ``query`` is where they come from
    instead. ``ratio`` is how many children a parent has by this column's foreign key, ``null`` the share
    without a value, ``distribution`` whether some parents or values are more popular, ``min`` and ``max`` the
    usual range of a number, ``references`` a foreign key that the database does not have.
    """

    values: tuple[str | None, ...] | None = None
    weights: tuple[float, ...] | None = None
    query: str | None = None
    null: float | None = None
    distribution: str | None = None
    provider: str | None = None
    locale: str | None = None
    ratio: float | None = None
    min: float | None = None
    max: float | None = None
    references: str | None = None


@dataclass(frozen=True, slots=True)
class Overrides:
    """Everything that ``[rows]`` says; ``seed``, ``scale`` and ``until`` can be given on the command line too.

    ``usual`` is what is known of columns that the settings do not speak of.
    """

    locale: str = LOCALE
    seed: int | None = None
    scale: float | None = None
    until: date | None = None
    rows: Mapping[TableName, int] = field(default_factory=dict)
    columns: Mapping[tuple[TableName, str], ColumnOverride] = field(default_factory=dict)
    usual: Mapping[tuple[TableName, str], ColumnOverride] = field(default_factory=dict)

    def column(self, table: TableName, column: str) -> ColumnOverride:
        """What is said of a column."""
        return self.columns.get((table, column)) or self.usual.get((table, column), _NOTHING)

    def ratios(self) -> dict[tuple[TableName, str], float]:
        """Children per parent, by the foreign key's column."""
        return {key: each.ratio for key, each in self.columns.items() if each.ratio is not None}


_NOTHING = ColumnOverride()
_PLAIN: Mapping[str, tuple[type, ...]] = {
    "locale": (str,),
    "seed": (int,),
    "scale": (int, float),
    "until": (date, datetime),
}
_OF_COLUMN: Mapping[str, tuple[type, ...]] = {
    "values": (list,),
    "weights": (list,),
    "query": (str,),
    "null": (int, float),
    "distribution": (str,),
    "provider": (str,),
    "locale": (str,),
    "ratio": (int, float),
    "min": (int, float),
    "max": (int, float),
    "references": (str,),
}


def read_overrides(settings: Mapping[str, Any], model: SchemaModel) -> Overrides:
    """Read ``[rows]``. Raises ``UsageError`` that names the table, column and setting that is wrong."""
    plain: dict[str, Any] = {}
    rows: dict[TableName, int] = {}
    columns: dict[tuple[TableName, str], ColumnOverride] = {}
    for name, value in settings.items():
        if not isinstance(value, Mapping):
            plain[name] = _checked(_PLAIN, name, value, "[rows]")
            continue
        table = model.table(find_table(model, name))
        for key, inner in value.items():
            if isinstance(inner, Mapping):
                columns[table.name, _column(table, key)] = _override(inner, f'[rows."{name}".{key}]')
            else:
                rows[table.name] = _rows(key, inner, f'[rows."{name}"]')
    return Overrides(**plain, rows=rows, columns=columns)


def _column(table: TableModel, name: str) -> str:
    names = [column.name for column in table.columns]
    if name not in names:
        raise UsageError(f"[rows]: {table.name} has no column {name!r}; it has {', '.join(names)}")
    return name


def _rows(key: str, value: Any, where: str) -> int:
    if key != "rows" or isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise UsageError(
            f"{where}: {key} = {value!r}; expected rows = a number, or tables named after columns"
        )
    return value


def _override(settings: Mapping[str, Any], where: str) -> ColumnOverride:
    found: dict[str, Any] = {}
    for name, value in settings.items():
        found[name] = _checked(_OF_COLUMN, name, value, where)
    if "values" in found:
        found["values"] = tuple(text_of(value) for value in found["values"])
    if "weights" in found:
        found["weights"] = _weights(found["weights"], found.get("values", ()), where)
    if found.get("distribution") not in (None, *SHAPES):
        raise UsageError(
            f"{where}: distribution is {found['distribution']!r}; expected one of {', '.join(SHAPES)}"
        )
    if not 0 <= found.get("null", 0) <= 1:
        raise UsageError(f"{where}: null is {found['null']!r}; expected a share between 0 and 1")
    return ColumnOverride(**found)


def _weights(weights: Sequence[Any], values: Sequence[Any], where: str) -> tuple[float, ...]:
    if len(weights) != len(values) or not all(
        isinstance(each, (int, float)) and each >= 0 for each in weights
    ):
        raise UsageError(
            f"{where}: weights are {weights!r}; expected one number for each of {len(values)} values"
        )
    return tuple(map(float, weights))


def _checked(known: Mapping[str, tuple[type, ...]], name: str, value: Any, where: str) -> Any:
    if name not in known:
        raise UsageError(f"{where}: unknown setting {name!r}; known are {', '.join(sorted(known))}")
    if isinstance(value, bool) or not isinstance(value, known[name]):
        wanted = " or ".join(each.__name__ for each in known[name])
        raise UsageError(f"{where}: {name} is {value!r}; expected {wanted}")
    return value


def override_names() -> tuple[str, ...]:
    """Every setting a column may have: what the documentation has to list."""
    return tuple(each.name for each in fields(ColumnOverride))
