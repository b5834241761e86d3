"""What a project is, as values."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path

from pgproof.settings import PlatformName, Settings

LARGE = 2**27  # bytes of seed data: a database with more is not put into memory


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: the script that makes it and, if there is one, the script that takes it back.

    ``content`` is the digest of the script and of everything it includes.
    """

    version: str
    name: str
    up: Path
    down: Path | None
    content: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a file that works, but not everywhere."""

    path: Path
    rule: str
    observed: str
    remedy: str


@dataclass(frozen=True)
class Project:
    """A folder of SQL, understood: what to apply in which order, how to take it back, what to load.

    ``root`` is where scripts run (what ``\\i`` is relative to), ``layout`` how the folder was recognised,
    ``platform_reason`` why the platform was chosen if nobody said so.
    """

    root: Path
    name: str
    layout: str
    platform: PlatformName
    platform_reason: str
    settings: Settings
    migrations: tuple[Migration, ...]
    rollback_all: Path | None = None
    seeds: tuple[Path, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def contract(self) -> Path:
        """Where the access contract is, or would be."""
        return self.root / self.settings.contract

    @property
    def recorded_catalog(self) -> Path:
        """Where the recorded catalog is, or would be."""
        return self.root / self.settings.catalog

    @property
    def seeds_fit_in_memory(self) -> bool:
        """Whether a database with the seed data may lie in memory for as long as a check takes."""
        return sum(each.stat().st_size for each in self.seeds) < LARGE

    @cached_property
    def chain(self) -> tuple[str, ...]:
        """A digest per migration of all scripts up to and including it."""
        digests = []
        digest = b""
        for each in self.migrations:
            digest = blake2b(digest + each.content.encode(), digest_size=16).digest()
            digests.append(digest.hex())
        return tuple(digests)
