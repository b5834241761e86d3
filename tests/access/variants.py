"""The schema of fixtures/access with a variant applied, and what the access suite says of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from pgproof import access, catalog
from pgproof.conductor.bench import Workbench
from pgproof.database import Connection

FIXTURES = Path(__file__).parents[2] / "fixtures" / "access"
BASE = FIXTURES / "base"
CAUGHT = re.compile(r"^-- caught: (\S+) (.+)$", re.MULTILINE)
TABLE = re.compile(r"^\[[^\]]+\]$", re.MULTILINE)


@dataclass(frozen=True)
class Variant:
    """A folder of fixtures/access: one way to be wrong."""

    folder: Path

    def sql(self, name: str) -> str:
        return (self.folder / f"{name}.sql").read_text("utf-8")

    @property
    def caught(self) -> tuple[str, str]:
        """The rule and the subject of the finding that broken.sql announces."""
        found = CAUGHT.search(self.sql("broken"))
        assert found, f"{self.folder}/broken.sql does not say `-- caught: RULE SUBJECT`"
        return found[1], found[2]

    def contract(self, folder: Path) -> access.Contract:
        """The base contract with the tables of the variant's own in place of those of the same name."""
        own = self.folder / "access.toml"
        text = (BASE / "access.toml").read_text("utf-8")
        path = folder / "access.toml"
        path.write_text(merged(text, own.read_text("utf-8")) if own.exists() else text, "utf-8")
        return access.read_contract(path)


VARIANTS = [Variant(each) for each in sorted(FIXTURES.iterdir()) if (each / "broken.sql").exists()]


def merged(text: str, own: str) -> str:
    """``text`` without the tables that ``own`` has, and ``own`` after it."""
    for header in TABLE.findall(own):
        text = re.sub(rf"^{re.escape(header)}\n(?:(?!\[).*\n)*", "", text, flags=re.MULTILINE)
    return f"{text}\n{own}"


def fill(pg: Connection) -> None:
    pg.execute((BASE / "seed.sql").read_bytes())


def run(pg: Connection, contract: access.Contract, workbench: Workbench | None = None) -> access.AccessReport:
    """What the suite says; with the ``workbench`` also of default privileges, as these are then known to be the project's."""
    given = catalog.default_privileges(workbench.template.note.given) if workbench else None
    return access.run(pg, contract, catalog.read(pg), lambda _: None, given=given)
