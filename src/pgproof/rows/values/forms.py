"""How a value is written for COPY: as PostgreSQL's text format, as CSV, or plainly for a parameter."""

from __future__ import annotations

from dataclasses import dataclass

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@dataclass(frozen=True, slots=True)
class Form:
    """A way of writing rows; ``quote`` surrounds texts that are made of several pieces."""

    name: str
    separator: bytes
    end: bytes
    null: bytes
    quote: bytes = b""

    def text(self, text: str | None, *, inside: bool = False) -> bytes:
        """``text`` with what is special in this form escaped; ``inside`` quotes that are already there."""
        if text is None:
            return self.null
        if self.name == "text":
            return text.translate(_ESCAPES).encode()
        if self.name == "plain":
            return text.encode()
        doubled = text.replace('"', '""')
        return doubled.encode() if inside else f'"{doubled}"'.encode()


TEXT = Form("text", b"\t", b"\n", b"\\N")
CSV = Form("csv", b",", b"\n", b"", b'"')
PLAIN = Form("plain", b"\0", b"\0\n", b"\0N")
