from __future__ import annotations

import subprocess

import pytest

from pgproof import access, catalog

from .variants import BASE, VARIANTS, Variant

# Roles belong to the whole cluster, so what a variant does to them may not be committed in a test.
SHOWN = [
    each
    for each in VARIANTS
    if " role " not in each.sql("broken")
    and each.caught[0].startswith(("leak-", "locked-out-", "access-error"))
    and each.caught[0]
    not in ("leak-privilege", "leak-default-privilege")  # no statement of theirs leaks anything
]


@pytest.mark.parametrize("variant", SHOWN, ids=lambda each: each.folder.name)
def test_every_script_shows_its_finding_on_a_fresh_database_and_nothing_once_it_is_repaired(
    pg_clone, pg_workbench, variant: Variant, tmp_path
):
    own = pg_clone.connect()
    own.execute((BASE / "seed.sql").read_bytes())
    own.execute(variant.sql("broken").encode())
    found = {(each.rule, each.subject): each for each in _findings(own, variant.contract(tmp_path))}
    script = found[variant.caught].reproduction
    psql = pg_workbench.session.server.psql
    assert said(psql, pg_clone.dsn, script) in ("LEAK", "LOCKED OUT")
    own.execute(variant.sql("repaired").encode())
    assert said(psql, pg_clone.dsn, script) == "as it should be"


def _findings(own, contract: access.Contract):
    with own.transaction(force_rollback=True):
        return access.run(own, contract, catalog.read(own), lambda _: None).findings


def said(psql, dsn: str, script: str) -> str:
    """The last line that the script prints."""
    done = subprocess.run(
        [psql, "-X", "-q", "-A", "-t", "-d", dsn], input=script, capture_output=True, text=True, check=False
    )
    lines = done.stdout.strip().splitlines()
    assert lines, done.stderr
    return lines[-1]
