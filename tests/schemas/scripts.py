"""Promises about the scripts themselves: what a rollback leaves, in which order they run, what seeds load."""

from __future__ import annotations

import subprocess
from pathlib import Path

from pgproof import catalog, template
from pgproof.conductor import bench
from pgproof.database import Connection
from pgproof.rehearsal import rehearse


def check_project(folder: Path, server: str | None, privileges: str = "classic") -> None:
    """Everything applies, seeds load, every rollback is exact, one by one and all at once."""
    project, own_server = bench.load(folder, {"privileges": privileges})
    session = template.start_session(project, server or own_server)
    try:
        base = template.ensure_template(session, project, count=0)
        rehearsal = rehearse(session, project, base, True, bench.silent)
    finally:
        session.close()
    found = "\n".join(f"{each.rule}: {each.observed}" for each in rehearsal.findings)
    assert found == "", found
    done = {step.rule: step.outcome for step in rehearsal.steps}
    wanted = ["apply", "seed", "rollback", "reapply", *(["rollback-all"] if project.rollback_all else [])]
    assert {name: done.get(name) for name in wanted} == dict.fromkeys(wanted, "ok")


def run_as_printed(psql: Path, dsn: str, script: Path) -> str:
    """Run a script as the guide prints it, without an option that makes psql stop; returns its complaints."""
    command = [psql, "-X", "-q", "-d", dsn, "-f", script]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


def check_out_of_order_changes_nothing(pg: Connection, psql: Path, dsn: str, script: Path) -> None:
    """A rollback before its turn fails, says which comes first, and leaves everything as it was."""
    before = catalog.read(pg)
    complaints = run_as_printed(psql, dsn, script)
    assert list(map(str, catalog.diff(before, catalog.read(pg)))) == []
    assert "first" in complaints, complaints
