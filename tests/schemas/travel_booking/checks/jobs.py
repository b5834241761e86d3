"""Promises about the three jobs."""

from __future__ import annotations

from pgproof.database import Connection

JOBS = [
    ("create-partition", "0 0 1 * *", "select public.create_monthly_partition()"),
    ("expire-payments", "*/5 * * * *", "select public.maintain_crypto_payments()"),
    ("refresh-analytics", "0 * * * *", "select public.refresh_analytics_views()"),
]


def scheduled(pg: Connection) -> list[tuple[str, str, str]]:
    """Name, schedule and command of every active job."""
    return pg.execute(
        "select jobname, schedule, command from cron.job where active order by jobname"
    ).fetchall()


def check_three_jobs_are_scheduled(pg: Connection) -> None:
    """Under the names and at the times of the migration guide."""
    assert scheduled(pg) == JOBS
