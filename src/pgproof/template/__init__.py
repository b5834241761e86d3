"""Digest -> template database -> clones, on a server shared by everybody who wants the same."""

from pgproof.template.build import (
    NeedsOwnCluster,
    Template,
    digests,
    ensure_template,
    restore_cluster,
)
from pgproof.template.session import Clone, Session, build_lock, open_session, platform_of, start_session
from pgproof.template.stock import Stock

__all__ = [
    "Clone",
    "NeedsOwnCluster",
    "Session",
    "Stock",
    "Template",
    "build_lock",
    "digests",
    "ensure_template",
    "open_session",
    "platform_of",
    "restore_cluster",
    "start_session",
]
