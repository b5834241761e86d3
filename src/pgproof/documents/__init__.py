"""Documents about a schema, made from its catalog: pure functions that return text."""

from __future__ import annotations

from pgproof.documents.typescript import typescript

__all__ = ["typescript"]
