"""Promises about what is left after the last migration is rolled back."""

from __future__ import annotations

import re
from pathlib import Path

from pgproof.database import Connection

from ..world import accepted, new_booking, new_crypto_payment, new_payment, new_user, one, run_script


def check_payments_work_after(pg: Connection, rollback: Path) -> None:
    """The tables that stay can be written: no trigger is left that writes into a table that is gone."""
    user = new_user(pg)
    payment = new_payment(pg, user)
    run_script(pg, rollback)
    with accepted(pg):
        new_payment(pg, user)
        new_crypto_payment(pg, user)
        new_booking(pg, user)
        pg.execute("update public.payments set status = 'refunded' where id = %s", (payment,))


def check_no_job_outlives_its_function(pg: Connection, rollback: Path) -> None:
    """What is still scheduled can still be called."""
    run_script(pg, rollback)
    for name, command in pg.execute("select jobname, command from cron.job").fetchall():
        function = re.search(r"(\w+)\(\)", command)
        assert function, command
        found = one(pg, "select count(*) from pg_proc where proname = %s", (function[1],))
        assert found == 1, f"job {name} is scheduled and {function[1]}() is gone"
