"""pg_catalog as one immutable, typed model.

``read`` makes a ``Catalog`` from a connection, ``read_roles`` a ``Cluster``; everything else is values.
"""

from __future__ import annotations

from pgproof.catalog.model import Catalog, Cluster
from pgproof.catalog.reader import read, read_roles

__all__ = ["Catalog", "Cluster", "read", "read_roles"]
