"""The real TypeScript compiler, and the client library that the types are for, installed once by npm."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

CONSUMER = Path(__file__).parent / "consumer"


@dataclass(frozen=True)
class Compiler:
    """A folder with the packages that ``consumer/package.json`` names."""

    packages: Path
    node: str

    def complaints(self, folder: Path, **sources: str) -> list[str]:
        """What the compiler says of the files (``database.types`` for ``database_types``), a line each."""
        shutil.copy(CONSUMER / "package.json", folder)
        shutil.copy(CONSUMER / "tsconfig.json", folder)
        modules = folder / "node_modules"
        if not modules.exists():
            modules.symlink_to(self.packages / "node_modules", target_is_directory=True)
        for name, text in sources.items():
            (folder / f"{name.replace('database_types', 'database.types')}.ts").write_text(text, "utf-8")
        compiler = self.packages / "node_modules" / "typescript" / "bin" / "tsc"
        done = subprocess.run(
            [self.node, compiler, "--project", folder],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.splitlines()


def installed(cache: Path, npm: str, node: str) -> Compiler:
    """Install the packages under ``cache``, unless they are there. Raises if npm cannot."""
    wanted = (CONSUMER / "package.json").read_bytes()
    target = cache / hashlib.sha256(wanted).hexdigest()[:12]
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=cache) as fresh:
            shutil.copy(CONSUMER / "package.json", fresh)
            subprocess.run(
                [npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"],
                cwd=fresh,
                check=True,
            )
            _moved(Path(fresh), target)
    return Compiler(target, node)


def _moved(fresh: Path, target: Path) -> None:
    """Put the finished folder in place at once; another process may have been faster."""
    target.mkdir(exist_ok=True)
    if not (target / "node_modules").exists():
        (fresh / "node_modules").rename(target / "node_modules")
