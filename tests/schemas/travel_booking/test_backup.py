"""Backup, the first line of the guide: what is restored is what was saved, and still verifies."""

from __future__ import annotations

import os
import subprocess

import psycopg

from pgproof import catalog

from .checks.jobs import JOBS
from .checks.rights import new_life
from .checks.social_proof import read
from .world import MIGRATIONS, SQL, as_user, one, refused, run_script


def run(program, *arguments):
    """A client program of the server; its messages are part of a failure."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False, env=clean)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_backup_and_restore_keep_every_row_right_and_seal(pg_server, pg_clone, tmp_path):
    pg = pg_clone.connect()
    user = new_life(pg).user
    pg.execute("select public.create_monthly_partition()")
    counted = "select count(*), min(current_hash), max(current_hash) from public.audit_log"
    schema = catalog.read(pg)
    before = pg.execute(counted).fetchall(), read(pg, "public.social_proof_cache")

    saved = tmp_path / "backup.sql"
    dump = run(pg_server.psql.with_name("pg_dump"), "-n", "public", "-n", "private", pg_clone.dsn)
    saved.write_text(dump.replace("CREATE SCHEMA public;\n", "", 1))  # every database has it already
    for name in reversed(MIGRATIONS):
        run_script(pg, SQL / f"rollback_{name}.sql")
    # Where default privileges are in force, a restored table gets them, and pg_dump takes nothing away.
    # They are in the backup, behind the tables: restore where there are none.
    pg.execute("delete from pg_default_acl where defaclnamespace = 'public'::regnamespace")
    run(pg_server.psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(saved), "-d", pg_clone.dsn)

    for job in JOBS:  # pg_cron keeps them in tables of its own
        pg.execute("select cron.schedule(%s, %s, %s)", job)
    assert [str(each) for each in catalog.diff(schema, catalog.read(pg))] == []
    assert (pg.execute(counted).fetchall(), read(pg, "public.social_proof_cache")) == before
    assert one(pg, "select public.verify_audit_log_integrity()")
    new_life(pg)
    assert one(pg, "select public.verify_audit_log_integrity()")
    with refused(pg), as_user(pg, user):
        pg.execute("select public.refresh_analytics_views()")


def test_a_restored_log_that_was_cut_short_does_not_verify(pg_clone):
    pg = pg_clone.connect()
    new_life(pg)
    with psycopg.connect(pg_clone.dsn, autocommit=True) as restoring:
        restoring.execute("alter table public.audit_log disable trigger all")
        with restoring.cursor().copy(
            "copy (select * from public.audit_log order by id limit 2) to stdout"
        ) as out:
            rows = b"".join(out)
        restoring.execute("truncate public.audit_log")
        with restoring.cursor().copy("copy public.audit_log from stdin") as into:
            into.write(rows)
        restoring.execute("alter table public.audit_log enable trigger all")
    assert one(pg, "select count(*) from public.audit_log") == 2
    assert not one(pg, "select public.verify_audit_log_integrity()")
