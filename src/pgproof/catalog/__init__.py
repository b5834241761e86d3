"""pg_catalog as one immutable, typed model.

``read`` makes a ``Catalog`` from a connection, ``read_roles`` a ``Cluster``; everything else is values.
``diff`` and ``diff_roles`` compare two of them, ``to_json`` and ``from_json`` keep one in a file,
``only`` and ``scoped`` leave out what a question is not about.
"""

from __future__ import annotations

from pgproof.catalog.assemble_objects import default_privileges
from pgproof.catalog.compare import diff, diff_roles
from pgproof.catalog.difference import Difference
from pgproof.catalog.model import Catalog, Cluster
from pgproof.catalog.reader import read, read_roles
from pgproof.catalog.record import from_json, to_json
from pgproof.catalog.scope import only, scoped, since

__all__ = [
    "Catalog",
    "Cluster",
    "Difference",
    "default_privileges",
    "diff",
    "diff_roles",
    "from_json",
    "only",
    "read",
    "read_roles",
    "scoped",
    "since",
    "to_json",
]
