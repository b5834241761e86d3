"""pg_catalog as one immutable, typed model.

``model`` is the value; ``read`` makes one from a connection.
"""

from __future__ import annotations

from pgproof.catalog.model import Catalog, Cluster

__all__ = ["Catalog", "Cluster"]
