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
    it again; ``path`` and ``line`` point into the project where they are known.
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

    @property
    def key(self) -> str:
        """A short name that stays the same between runs: rule and subject decide it, details do not."""
        digest = blake2b(f"{self.rule}\0{self.subject}".encode(), digest_size=4).hexdigest()
        return f"{self.rule}-{digest}"
