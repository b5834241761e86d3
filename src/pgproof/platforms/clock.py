"""The movable clock of a database, and what pg_cron would do while it moves (``clock.sql``, ``jobs.sql``)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pgproof.database import Connection
from pgproof.platforms import clock_sql


@dataclass(frozen=True)
class JobRun:
    """One run of a scheduled job: ``status`` is ``succeeded`` or ``failed``, as in cron.job_run_details."""

    jobid: int
    jobname: str | None
    due_at: datetime
    status: str
    return_message: str


class Clock:
    """The clock that ``now()`` shows to one connection, in a database that is thrown away.

    Nothing happens before the first use, which replaces now(), statement_timestamp(), clock_timestamp() and
    transaction_timestamp() in the database. Inside a transaction all of it vanishes with the rollback. Other
    connections keep the time of the machine until they set their own. ``current_date``, ``current_timestamp``
    and ``localtimestamp`` are keywords of PostgreSQL, not functions, and stay with the machine.
    """

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def set(self, at: datetime) -> None:
        """Stop the clock at ``at``, which must carry a time zone (``ValueError``)."""
        self._ensure_installed()
        self._conn.execute("select pgproof.set_clock(%s)", (_moment(at),))

    def reset(self) -> None:
        """Let the clock run with the machine again."""
        self._ensure_installed()
        self._conn.execute("select pgproof.reset_clock()")

    def run_jobs(self, from_: datetime, until: datetime) -> list[JobRun]:
        """Run every job that is due in (``from_``, ``until``], each at its time, in order of time and job.

        A job that fails is in the list and in cron.job_run_details, and leaves nothing else. Afterwards the
        clock shows what it showed before. Raises ``psycopg.errors.UndefinedTable`` without pg_cron.
        """
        self._ensure_installed()
        rows = self._conn.execute(
            "select jobid, jobname, due_at, status, return_message from pgproof.run_jobs(%s, %s)",
            (_moment(from_), _moment(until)),
        )
        return [JobRun(*row) for row in rows]

    def _ensure_installed(self) -> None:
        row = self._conn.execute(
            "select pg_catalog.to_regprocedure('pgproof.set_clock(timestamptz)')"
        ).fetchone()
        if row == (None,):
            self._conn.execute(clock_sql().encode())


def _moment(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone, so it is no moment; pass an aware datetime")
    return at
