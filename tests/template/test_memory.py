"""Databases of single tests lie in memory, and nothing of them stays there."""

import json
import os
import shutil
import signal
import sys

import pytest

from pgproof import database, project, template
from pgproof.conductor import check
from pgproof.project.model import LARGE
from pgproof.servers import cluster, places

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux has a file system in memory at a known place"
)


@pytest.fixture
def loaded(own_cache, make_project):
    if not places.has_memory():
        pytest.skip(f"{places.MEMORY} has less than {places.ROOM} bytes free")
    return project.load(make_project({"001_t.sql": "create table t as select 1 as a;\n"}))


def brief_clone(session, loaded):
    made = template.ensure_template(session, loaded)
    return session.clone(made.name, made.settings, brief=True)


def value_in(dsn):
    with database.connect(dsn) as connection:
        return connection.execute("select a from t").fetchone()[0]


def tablespace_of(session, name):
    row = session.maintenance.execute(
        "select t.spcname from pg_database as d join pg_tablespace as t on t.oid = d.dattablespace where datname = %s",
        (name,),
    ).fetchone()
    return row and row[0]


def test_a_brief_clone_lies_in_memory_and_its_folder_goes_with_the_server(loaded):
    for _ in range(2):  # the second server finds the tablespace of the first, without a folder
        with template.open_session(loaded, "embedded") as session:
            clone = brief_clone(session, loaded)
            assert value_in(clone.dsn) == 1
            assert tablespace_of(session, clone.name) == "pgproof_memory"
            folder = session.server.memory
            assert any(folder.iterdir())
        assert not folder.exists()


def test_other_clones_lie_with_the_cluster(loaded):
    with template.open_session(loaded, "embedded") as session:
        made = template.ensure_template(session, loaded)
        assert tablespace_of(session, session.clone(made.name).name) == "pg_default"
        assert not session.server.memory.exists()


def test_a_stage_lies_in_memory_unless_its_seeds_are_large(loaded, make_project, monkeypatch):
    """What a check works in is gone at its end; a large one would take the memory of the machine."""
    seeded = project.load(
        make_project({"001_t.sql": "create table t ();\n", "seed.sql": "select 1;\n"}, "seeded")
    )
    places_of = []
    drop = template.Session.discard

    def look_and_drop(session, name):
        places_of.append(tablespace_of(session, name))
        drop(session, name)

    monkeypatch.setattr(template.Session, "discard", look_and_drop)
    for limit in (LARGE, 10, 9):  # the seeds have ten bytes
        monkeypatch.setattr("pgproof.project.model.LARGE", limit)
        check.check(seeded, "embedded")
    assert places_of == ["pgproof_memory", "pg_default", "pg_default"]


def test_without_room_a_brief_clone_lies_with_the_cluster(loaded, monkeypatch):
    monkeypatch.setattr(places, "ROOM", 2**62)
    with template.open_session(loaded, "embedded") as session:
        clone = brief_clone(session, loaded)
        assert (value_in(clone.dsn), tablespace_of(session, clone.name)) == (1, "pg_default")


def test_a_kept_database_outlives_the_memory_it_was_in(loaded):
    with template.open_session(loaded, "embedded") as session:
        kept = session.keep(brief_clone(session, loaded).name, "looked_at")
    with template.open_session(loaded, "embedded") as session:
        assert value_in(session.server.dsn(kept)) == 1
        session.drop(kept)


@pytest.mark.parametrize("folder_survives", [True, False])
def test_after_a_crash_the_next_session_starts_clean(loaded, folder_survives):
    session = template.start_session(loaded, "embedded")
    clone = brief_clone(session, loaded)
    crash(session.server.folder)
    memory = session.server.memory
    assert memory.exists()
    if not folder_survives:
        shutil.rmtree(memory)
    session.maintenance.close()  # it is lost
    session.close()
    with template.open_session(loaded, "embedded") as later:
        assert tablespace_of(later, clone.name) is None
        assert value_in(brief_clone(later, loaded).dsn) == 1
    assert not memory.exists()


def crash(folder):
    state = json.loads((folder / "state.json").read_text())
    os.kill(state["keeper"], signal.SIGSTOP)  # or it would stop the server in good order
    os.kill(state["server"], signal.SIGKILL)
    os.kill(state["keeper"], signal.SIGKILL)
    while cluster.serves(state["server"], folder):
        pass


def test_a_tablespace_of_ours_is_no_change_that_a_project_made(loaded, make_project):
    with template.open_session(loaded, "embedded") as session:
        before = template.build.cluster_state.read(session.maintenance)
        brief_clone(session, loaded)
        assert template.build.cluster_state.read(session.maintenance) == before
