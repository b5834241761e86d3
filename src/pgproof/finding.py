"""``Finding``: the one value in which every check says what it saw."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference between what is and what should be.

    ``rule`` is a stable name (``rollback-differs``); ``subject`` the object it is about; ``expected`` and
    ``observed`` are sentences or values; ``remedy`` is the next step; ``reproduction`` is a script that shows
    it again; ``path`` and ``line`` say where in the project the expected is said. ``causes`` name the objects that
    made it so (``policy notes_read on public.notes``), ``source`` and ``source_line`` the statement that made them.
    """

    rule: str
    subject: str
    expected: str
    observed: str
    remedy: str
    severity: Severity = "error"
    reproduction: str = ""
    path: Path | None = None
    line: int | None = None
    causes: tuple[str, ...] = ()
    source: Path | None = None
    source_line: int | None = None

    @property
    def key(self) -> str:
        """A short name that stays the same between runs: rule and subject decide it, details do not."""
        digest = blake2b(f"{self.rule}\0{self.subject}".encode(), digest_size=4).hexdigest()
        return f"{self.rule}-{digest}"
