"""A server in Docker, of any image that behaves like the official ``postgres`` one. Needs ``pgproof[container]``.

The container's keeper is this module, run as a program: it starts the container through testcontainers, shares it
under the same protocol as every other server, and removes it when the last client is gone.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any

from pgproof import database
from pgproof.errors import ServerError
from pgproof.servers import installed, keeper, places, sharing
from pgproof.servers.server import Server

IMAGE = "postgres:17"
LABEL = "pgproof.cluster"
STAND_INS = "/pgproof-extensions"  # where a server of version 18 or later sees them
LEFT_OUT = {"dynamic_shared_memory_type", "unix_socket_directories", "shared_preload_libraries"}
PRELOAD = """
select
    current_setting('shared_preload_libraries'),
    exists (
        select from pg_catalog.pg_available_extensions as e
        where e.name = 'pg_cron' and not starts_with(e.comment, 'pgproof stand-in')
    )
"""


def lease(
    image: str,
    *,
    content: str,
    owner: str,
    passing: bool,
    prepare: Callable[[Server], None] | None,
    stand_ins: Path | None,
) -> sharing.Lease:
    """A share in a container of ``image``; everybody who asks for the same at the same time shares one."""
    require_testcontainers()
    del passing  # a container always goes with its last client
    image = image or IMAGE
    key = blake2b(repr((image, content, owner)).encode(), digest_size=8).hexdigest()
    folder = places.cache_root() / "containers" / key
    launch = {"image": image, "key": key, "stand_ins": str(stand_ins or "")}
    place = sharing.Place(
        folder, start=lambda: start(folder, launch), describe=lambda: describe(folder), remove=None
    )
    return sharing.attach(place, prepare)


def require_testcontainers() -> None:
    """Raise ``ServerError`` that says what to install if testcontainers is missing."""
    import importlib.util

    if importlib.util.find_spec("testcontainers") is None:
        raise ServerError(
            "the package testcontainers is not installed; run: pip install 'pgproof[container]'"
        )


def start(folder: Path, launch: dict[str, str]) -> None:
    """Remove what an earlier keeper left behind and start a keeper."""
    for name in ("state.json", "prepared"):
        (folder / name).unlink(missing_ok=True)
    (folder / "launch.json").write_text(json.dumps(launch), "utf-8")
    sharing.start_keeper(folder, ["-m", "pgproof.servers.container"])


def describe(folder: Path) -> Server:
    """How to reach the container's server."""
    state = json.loads((folder / "state.json").read_text("utf-8"))
    return Server(
        kind="container",
        version_num=state["version_num"],
        host=state["host"],
        port=state["port"],
        psql=installed.wheel() / "bin" / "psql",
        user="postgres",
        password=state["password"],
        folder=folder,
        control_path=state["version_num"] >= 180000,
    )


def keep(folder: Path) -> int:
    """The keeper: start the container, wait for the last client, remove the container."""
    import fcntl

    from pgproof.servers import locks

    held = locks.open_lock(folder / "keeper.lock")
    fcntl.flock(held, fcntl.LOCK_EX)
    launch = json.loads((folder / "launch.json").read_text("utf-8"))
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    remove_abandoned(launch["key"])
    password = secrets.token_urlsafe(18)
    container = make_container(launch, password)
    try:
        container.start()
        write_state(folder, container, password)
        fcntl.flock(locks.open_lock(folder / "clients.lock"), fcntl.LOCK_EX)
    finally:
        container.stop(force=True, delete_volume=True)
        (folder / "state.json").unlink(missing_ok=True)
    return 0


def make_container(launch: dict[str, str], password: str) -> Any:
    """The container, not yet started: loopback only, our settings, the stand-ins mounted for reading."""
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")  # the keeper does Ryuk's work
    from testcontainers.community.postgres import PostgresContainer

    words = ["postgres"]
    for name, value in {**installed.SETTINGS, **installed.CRON_SETTINGS}.items():
        if name not in LEFT_OUT:
            words += ["-c", f"{name}={value}"]
    container = PostgresContainer(
        launch["image"], username="postgres", password=password, dbname="postgres", driver=None
    )
    published: dict[Any, Any] = {container.port: ("127.0.0.1", None)}  # any free port, but of loopback alone
    container.ports = published
    container.with_command(words).with_kwargs(labels={LABEL: launch["key"]}, shm_size="256m")
    if launch["stand_ins"]:
        container.with_volume_mapping(launch["stand_ins"], STAND_INS, "ro")
    return container


def remove_abandoned(key: str) -> None:
    """Remove containers of ours whose keeper was killed: we hold its lock, so there is none."""
    from docker.client import from_env

    client = from_env()
    for left in client.containers.list(all=True, filters={"label": f"{LABEL}={key}"}):
        left.remove(force=True, v=True)
    client.close()


def write_state(folder: Path, container: Any, password: str) -> None:
    """Publish how the server is reached, once it answers with all that the image has."""
    if preload_cron(reach(container, password)):
        container.get_wrapped_container().restart()
        container.get_wrapped_container().reload()
    server = reach(container, password)
    with database.connect(server.dsn()) as connection:
        row = connection.execute("select current_setting('server_version_num')::int").fetchone()
        assert row is not None
        if row[0] >= 180000:
            connection.execute(f"alter system set extension_control_path = '$system:{STAND_INS}'")
            connection.execute("select pg_reload_conf()")
    state = {
        "host": server.host, "port": server.port, "password": password,
        "version_num": row[0], "keeper": os.getpid(),
    }  # fmt: skip
    keeper.write_state(str(folder), state)


def reach(container: Any, password: str) -> Server:
    """Where the server is now: a container that starts again may get another port. Waits until it answers."""
    limit = time.monotonic() + sharing.WAIT
    while True:
        port = int(container.get_exposed_port(container.port))
        server = Server("container", 0, "127.0.0.1", port, Path(), password=password)
        try:
            database.connect(server.dsn()).close()
        except ServerError:
            if time.monotonic() > limit:
                raise
            time.sleep(0.1)
        else:
            return server


def preload_cron(server: Server) -> bool:
    """Have a server load pg_cron that has it and does not load it; says whether it has to start again."""
    with database.connect(server.dsn()) as connection:
        row = connection.execute(PRELOAD).fetchone()
        assert row is not None
        libraries = [each.strip() for each in row[0].split(",") if each.strip()]
        if not row[1] or "pg_cron" in libraries:
            return False
        names = database.sql.SQL(", ").join(map(database.sql.Literal, [*libraries, "pg_cron"]))
        connection.execute(database.sql.SQL("alter system set shared_preload_libraries = {}").format(names))
    return True


if __name__ == "__main__":
    sys.exit(keep(Path(sys.argv[1])))
