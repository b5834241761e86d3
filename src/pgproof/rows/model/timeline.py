"""Time flows forward: which time columns of a table come one after the other. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pgproof.rows.model.tables import ColumnModel

_STAGES = (
    r"^(created|inserted|registered|joined|signed_up|added|recorded|occurred|logged|requested)_?(at|on|date|time)?$",
    r"^(date|day|timestamp|ts|at|time|event_time|occurred)$",
    r"^(invited|confirmed|email_confirmed|phone_confirmed|verified|approved|accepted|scheduled)_(at|on)$",
    r"(^|_)(published|posted|sent|submitted|issued|ordered|paid|placed)_(at|on)$",
    r"(^|_)(started|start|starts|begin|begins|began|opened|check_?in|valid_from|effective_from|from)"
    r"(_(at|on|date|time))?$",
    r"(^|_)(delivered|received|read|seen|viewed|processed|answered|responded|served)_(at|on)$",
    r"(^|_)(ended|end|ends|finished|completed|closed|resolved|check_?out|stopped|returned|valid_to|valid_until"
    r"|effective_to|to|until)(_(at|on|date|time))?$",
    r"(^|_)(updated|modified|changed|edited|refreshed|last_\w+)(_(at|on|date|time))?$",
    r"(^|_)(archived|cancell?ed|revoked|deactivated|suspended|banned|deleted|removed|purged)_(at|on)$",
    r"(^|_)(expires?|expired|expiry|expiration|due|deadline)(_(at|on|date|time))?$",
)
ENDING, EXPIRING = 6, 9  # places in the list above
_TIMES = ("date", "timestamp", "timestamptz")


def timeline(columns: Sequence[ColumnModel]) -> tuple[str, ...]:
    """The time columns whose names say where they stand, in the order in which things happen."""
    staged = [
        (stage(column.name), number, column.name)
        for number, column in enumerate(columns)
        if column.space.kind in _TIMES and column.filling == "value" and stage(column.name) >= 0
    ]
    return tuple(name for _, _, name in sorted(staged))


def stage(name: str) -> int:
    """The place of a column name among the stages of a row's life; -1 if it says nothing."""
    for number, pattern in enumerate(_STAGES):
        if re.search(pattern, name):
            return number
    return -1
