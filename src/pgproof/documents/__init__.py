"""Documents about a schema, made from its catalog: pure functions that return text."""

from __future__ import annotations

from pgproof.documents.diagram import entity_diagram
from pgproof.documents.markdown import schema_documentation
from pgproof.documents.typescript import typescript

__all__ = ["entity_diagram", "schema_documentation", "typescript"]
