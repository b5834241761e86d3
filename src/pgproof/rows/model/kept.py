"""Tables that triggers of other tables put rows into: a profile for each sign-up, and records, which nobody else
writes: logs, histories, totals. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pgproof.catalog.model import Catalog, Table, Trigger

_INTO = re.compile(
    r'\b(?:insert|merge)\s+into\s+((?:"[^"]+"|\w+)(?:\s*\.\s*(?:"[^"]+"|\w+))?)', re.IGNORECASE
)
_RECORDS = re.compile(
    r"(^|_)(audit|log|logs|history|histories|journal|ledger|anchors?|archive|archives|changes|revisions|versions"
    r"|stats|statistics|summary|summaries|totals|counters?|streaks?|cache|outbox)(_|$)"
)


def made_by_triggers(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Tables that triggers of other tables put rows into, with those triggers."""
    found: dict[str, set[str]] = {}
    for table in catalog.tables:
        for trigger in table.triggers:
            for target in written_by(catalog, table, trigger):
                if target.qualified != table.qualified:
                    found.setdefault(target.qualified, set()).add(f"{trigger.name} on {table.qualified}")
    return {name: tuple(sorted(triggers)) for name, triggers in found.items()}


def is_record(name: str) -> bool:
    """Whether a table that triggers put rows into is a record of others, by its name."""
    return _RECORDS.search(name) is not None


def written_by(catalog: Catalog, table: Table, trigger: Trigger) -> Iterable[Table]:
    """The tables that the function of a trigger says ``insert into``."""
    for routine in catalog.routines_named(trigger.function):
        for name in _INTO.findall(routine.source):
            parts = [part.strip().strip('"') for part in name.split(".")]
            schema = parts[0] if len(parts) > 1 else table.schema
            target = next((t for t in catalog.tables if (t.schema, t.name) == (schema, parts[-1])), None)
            if target is not None:
                yield target
