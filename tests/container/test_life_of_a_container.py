"""A container lives and dies like every other server: shared, on loopback, gone with its last client."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from pgproof import database, servers

pytestmark = pytest.mark.container

HOLDER = (
    "import sys; from pgproof import servers; held = servers.lease('container:{image}', owner='{owner}'); "
    "print(held.server.port, flush=True); sys.stdin.read()"
)


def listed():
    """Every container, running or not."""
    shown = subprocess.run(
        ["docker", "ps", "-a", "--no-trunc", "--format", "{{json .}}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in shown.stdout.splitlines()]


def containers_at(port):
    return [each for each in listed() if f":{port}->" in each["Ports"]]


def gone(names):
    limit = time.monotonic() + 30
    while set(names) & {each["Names"] for each in listed()}:
        assert time.monotonic() < limit, "the container outlives its clients"
        time.sleep(0.1)
    return True


def hold(image, owner):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER.format(image=image, owner=owner)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return holder, int(holder.stdout.readline())


def test_it_listens_on_loopback_alone_and_is_gone_afterwards(image):
    with servers.lease(f"container:{image}", owner="loopback") as lease:
        assert lease.server.host == "127.0.0.1"
        (found,) = containers_at(lease.server.port)
        assert found["Ports"] == f"127.0.0.1:{lease.server.port}->5432/tcp"
    assert gone([found["Names"]])


def test_two_processes_share_one(image):
    holder, port = hold(image, "shared")
    with servers.lease(f"container:{image}", owner="shared") as lease:
        assert lease.server.port == port
        holder.communicate()
        with database.connect(lease.server.dsn()) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        (found,) = containers_at(port)
    assert gone([found["Names"]])


def test_it_goes_when_its_only_client_is_killed(image):
    holder, port = hold(image, "killed")
    (found,) = containers_at(port)
    holder.kill()
    holder.communicate()
    assert gone([found["Names"]])


def test_the_container_of_a_killed_keeper_is_removed_by_the_next_run(image):
    holder, port = hold(image, "abandoned")
    (found,) = containers_at(port)
    with servers.lease(f"container:{image}", owner="abandoned") as lease:
        keeper = json.loads((lease.server.folder / "state.json").read_text())["keeper"]
        os.kill(keeper, signal.SIGKILL)
        holder.communicate()
    with servers.lease(f"container:{image}", owner="abandoned") as lease:
        assert lease.server.port != port
        assert gone([found["Names"]])


@pytest.fixture
def image_without_preloading(image):
    """The same image, whose server does not load pg_cron by itself."""
    tag = "pgproof-test-nothing-preloaded"
    recipe = f"FROM {image}\nRUN sed -i '/^shared_preload_libraries/d' /usr/local/bin/entrypoint\n"
    done = subprocess.run(
        ["docker", "build", "-q", "-t", tag, "-"], input=recipe, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    yield tag
    subprocess.run(["docker", "rmi", "-f", tag], capture_output=True, check=True)


def test_an_image_that_has_pg_cron_without_loading_it_is_started_with_it(image_without_preloading):
    with servers.lease(f"container:{image_without_preloading}", owner="preload") as lease:
        with database.connect(lease.server.dsn()) as connection:
            assert connection.execute("show shared_preload_libraries").fetchone() == ("pg_cron",)
            assert connection.execute("show cron.database_name").fetchone() == ("pgproof_cron",)
        (found,) = containers_at(lease.server.port)
        assert found["Ports"] == f"127.0.0.1:{lease.server.port}->5432/tcp"
    assert gone([found["Names"]])
