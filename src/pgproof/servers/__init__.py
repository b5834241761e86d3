"""A disposable PostgreSQL server, whichever kind was asked for.

``lease("embedded")`` is the server of the Python wheel, ``local`` or ``local:BINDIR`` one installed on this machine,
``container`` or ``container:IMAGE`` one in Docker, and a URL a server that somebody else runs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pgproof.errors import UsageError
from pgproof.servers.server import MAINTENANCE, Server
from pgproof.servers.sharing import Lease

__all__ = ["MAINTENANCE", "Lease", "Server", "lease", "require_testing"]


def lease(
    choice: str,
    *,
    content: str = "",
    owner: str = "",
    passing: bool = False,
    prepare: Callable[[Server], None] | None = None,
    stand_ins: Path | None = None,
    allow_url: bool = False,
) -> Lease:
    """Get a share in a server of the kind ``choice``; close the lease to give it back.

    ``content`` names what ``prepare`` puts into a new cluster, ``owner`` sets a cluster apart from all others,
    ``passing`` removes it at the end,
    ``stand_ins`` is a folder of extensions that PostgreSQL 18 and later can be offered. ``allow_url`` is the
    permission that a URL needs. Raises ``ServerError`` if no server can be had, ``UsageError`` for an unknown kind.
    """
    kind, _, detail = choice.partition(":")
    if "://" in choice:
        from pgproof.servers import external

        return external.lease(choice, allowed=allow_url, owner=owner, prepare=prepare)
    if kind == "container":
        from pgproof.servers import container

        return container.lease(
            detail, content=content, owner=owner, passing=passing, prepare=prepare, stand_ins=stand_ins
        )
    if kind in ("embedded", "local"):
        from pgproof.servers import installed

        return installed.lease(
            kind, detail, content=content, owner=owner, passing=passing, prepare=prepare, stand_ins=stand_ins
        )
    raise UsageError(
        f"unknown server {choice!r}; expected embedded, local[:BINDIR], container[:IMAGE] or postgresql://..."
    )


def require_testing(url: str) -> None:
    """Raise ``UsageError`` if ``url`` is no PostgreSQL URL, is not on this machine, or looks like production."""
    from pgproof.servers import external

    external.refuse_production(external.parse(url), external.database_of(url))
