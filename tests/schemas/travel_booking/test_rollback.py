"""Rollbacks alone, together and in the wrong order. `pgproof check` compares whole catalogs besides."""

from __future__ import annotations

import pytest

from pgproof import catalog

from .checks import rollback as checks
from .checks.rights import new_life
from .world import MIGRATIONS, SQL, new_payment, new_user, one, refused, run_script


def roll_back(pg, name):
    run_script(pg, SQL / f"rollback_{name}.sql")


def apply(pg, name):
    run_script(pg, SQL / f"{name}.sql")


def jobs(pg):
    return pg.execute("select jobname, schedule, command from cron.job order by jobname").fetchall()


def state(pg):
    return catalog.read(pg), jobs(pg)


def test_all_rollbacks_and_migrations_again_give_the_same_catalog(pg):
    before = [state(pg)]
    for name in reversed(MIGRATIONS):
        roll_back(pg, name)
        before.append(state(pg))
    assert one(pg, "select count(*) from pg_class where relnamespace = 'public'::regnamespace") == 0
    assert one(pg, "select to_regnamespace('private')") is None
    assert jobs(pg) == []
    before.pop()
    for name in MIGRATIONS:
        apply(pg, name)
        assert state(pg) == before.pop()


@pytest.mark.parametrize("name", MIGRATIONS[:-1])
def test_a_rollback_before_those_after_it_fails_and_changes_nothing(pg_clone, name):
    pg = pg_clone.connect()
    before = state(pg)
    for done in reversed(MIGRATIONS[MIGRATIONS.index(name) + 1 :]):
        # Also when each statement is a transaction of its own, as in psql.
        first = (SQL / f"rollback_{name}.sql").read_text().split("\n\n")[1]
        for script in (first, (SQL / f"rollback_{name}.sql").read_text()):
            with refused(pg, "2BP01"):
                pg.execute(script.encode())
            assert state(pg) == before
        roll_back(pg, done)
        before = state(pg)
    roll_back(pg, name)


@pytest.mark.parametrize("name", MIGRATIONS)
def test_a_rollback_twice_fails_and_changes_nothing(pg, name):
    for each in reversed(MIGRATIONS[MIGRATIONS.index(name) :]):
        roll_back(pg, each)
    before = state(pg)
    with refused(pg, "42P01", "42883", "42704", "3F000"):
        roll_back(pg, name)
    assert state(pg) == before


@pytest.mark.parametrize("name", MIGRATIONS)
def test_a_migration_twice_fails_and_changes_nothing(pg, name):
    before = state(pg)
    with refused(pg, "42P06", "42P07", "42723"):
        apply(pg, name)
    assert state(pg) == before


def test_the_last_rollback_keeps_travellers_trips_and_payments(pg):
    life = new_life(pg)
    tables = ("users", "trips", "expenses", "bookings", "payments", "crypto_payments")
    before = [pg.execute(f"select * from public.{table}".encode()).fetchall() for table in tables]
    roll_back(pg, "production-schema-complete")
    assert [pg.execute(f"select * from public.{table}".encode()).fetchall() for table in tables] == before
    assert all(before)
    new_payment(pg, life.user)


def test_partitions_of_any_month_go_with_the_log(pg):
    for month in ("2020-01-01", "2031-12-01"):
        pg.execute("select public.create_monthly_partition(%s)", (month,))
    pg.execute("select public.create_monthly_partition()")
    roll_back(pg, "production-schema-complete")
    assert one(pg, "select count(*) from pg_class where relname like 'user_behavior_log%'") == 0


def test_payments_work_after_the_rollback(pg):
    checks.check_payments_work_after(pg, SQL / "rollback_production-schema-complete.sql")


def test_no_job_outlives_its_function(pg):
    checks.check_no_job_outlives_its_function(pg, SQL / "rollback_production-schema-complete.sql")


def test_new_users_after_a_rollback_are_as_good_as_before(pg):
    roll_back(pg, "production-schema-complete")
    apply(pg, "production-schema-complete")
    new_life(pg)
    assert one(pg, "select public.verify_audit_log_integrity()")
    assert one(pg, "select count(*) from public.audit_log where user_id = %s", (new_user(pg),)) == 0
