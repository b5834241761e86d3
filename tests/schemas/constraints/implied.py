"""Constraints that no row can break alone, each with the reason, and whether the reason still holds. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from pgproof.catalog import Catalog
from pgproof.catalog.model import ForeignKey

from .rules import Rule, indexes_of


class Reason(Protocol):
    """Why a rule cannot be broken without breaking another."""

    def holds(self, catalog: Catalog, rule: Rule) -> bool:
        """Whether the catalog still says so."""
        ...


@dataclass(frozen=True)
class HoldsAKey:
    """Two rows that agree in these columns agree in fewer of them, which are a key already.

    Such a key is there for composite foreign keys to lead to.
    """

    key: str

    def holds(self, catalog: Catalog, rule: Rule) -> bool:
        """The smaller key is whole, for every row, and of columns that this one has too."""
        table = catalog.table(rule.table)
        index = indexes_of(table).get(self.key)
        if index is None or not index.unique or index.predicate is not None or index.expressions:
            return False
        never_null = all(name is not None and table.column(name).not_null for name in index.columns)
        return never_null and set(index.columns) <= set(rule.columns)


@dataclass(frozen=True)
class LeadsTheSameWay:
    """The row that another foreign key leads to has the same columns, and leads to the same place itself."""

    key: str

    def holds(self, catalog: Catalog, rule: Rule) -> bool:
        """The other key is never NULL, and the columns it leads to for these refer to where this one leads."""
        table = catalog.table(rule.table)
        own, other = table.constraints_by_name[rule.name], table.constraints_by_name.get(self.key)
        if not isinstance(own, ForeignKey) or not isinstance(other, ForeignKey):
            return False
        if not (
            set(own.columns) <= set(other.columns) and all(table.column(n).not_null for n in other.columns)
        ):
            return False
        there = dict(zip(other.columns, other.referenced_columns, strict=True))
        passed_on = tuple(there[name] for name in own.columns)
        return any(
            (key.columns, key.references, key.referenced_columns)
            == (passed_on, own.references, own.referenced_columns)
            for key in catalog.table(other.references).foreign_keys
        )


@dataclass(frozen=True)
class ComputedFrom:
    """The server computes it from columns that are never NULL."""

    columns: tuple[str, ...]

    def holds(self, catalog: Catalog, rule: Rule) -> bool:
        """It is generated from these columns and no others, and none of them may be NULL."""
        table = catalog.table(rule.table)
        column = table.column(rule.name)
        words = set(re.findall(r"\w+", column.expression or ""))
        used = {each.name for each in table.columns} & words
        return used == set(self.columns) and all(table.column(name).not_null for name in used)


# By schema and rule.
IMPLIED: dict[str, dict[str, Reason]] = {
    "advent_calendar": {
        "public.advent_calendar_v2.advent_calendar_v2_account_id_calendar_id_key": HoldsAKey(
            "advent_calendar_v2_pkey"
        ),
        "public.calendar_day_v2.calendar_day_v2_account_id_day_id_key": HoldsAKey("calendar_day_v2_pkey"),
        "public.chat_session_v2.chat_session_v2_account_id_session_id_key": HoldsAKey("chat_session_v2_pkey"),
        "public.child_profile_v2.child_profile_v2_account_id_child_id_key": HoldsAKey(
            "child_profile_v2_account_id_key"
        ),
        "public.media_asset.media_asset_account_id_asset_id_key": HoldsAKey("media_asset_pkey"),
        "public.surprise_collection_v2.surprise_collection_v2_account_id_collection_id_key": HoldsAKey(
            "surprise_collection_v2_pkey"
        ),
    },
    "ai_assistant": {
        "public.conversations.conversations_tenant_id_id_key": HoldsAKey("conversations_pkey"),
        "public.conversations.conversations_tenant_id_fkey": LeadsTheSameWay(
            "conversations_tenant_id_user_id_fkey"
        ),
        "public.usage_metrics.total_tokens": ComputedFrom(("prompt_tokens", "completion_tokens")),
        "public.users.users_tenant_id_id_key": HoldsAKey("users_pkey"),
    },
    "dream_flow": {
        "public.session_feedback.session_feedback_user_id_fkey": LeadsTheSameWay(
            "session_feedback_user_id_session_id_fkey"
        ),
        "public.sessions.sessions_user_id_id_key": HoldsAKey("sessions_pkey"),
    },
    "sleep_prediction_cache": {
        "public.prediction_usage.prediction_usage_child_id_fkey": LeadsTheSameWay(
            "prediction_usage_child_id_prediction_id_fkey"
        ),
        "public.predictions.predictions_child_id_fkey": LeadsTheSameWay(
            "predictions_child_id_sleep_context_id_fkey"
        ),
        "public.predictions.predictions_child_id_id_key": HoldsAKey("predictions_pkey"),
        "public.sleep_contexts.sleep_contexts_child_id_id_key": HoldsAKey("sleep_contexts_pkey"),
        "public.sleep_sessions.sleep_sessions_child_id_id_key": HoldsAKey("sleep_sessions_pkey"),
    },
    "travel_booking": {
        "public.booking_outcomes.nights_stayed": ComputedFrom(("check_in_date", "check_out_date")),
        "public.bookings.bookings_user_id_id_key": HoldsAKey("bookings_pkey"),
        "public.trips.trips_user_id_id_key": HoldsAKey("trips_pkey"),
    },
}
