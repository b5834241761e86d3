from __future__ import annotations

import pytest
from psycopg import IsolationLevel

from .checks.audit_concurrency import check_sixteen_writers_make_one_chain
from .concurrency import level_name


@pytest.mark.parametrize(
    "isolation", [None, IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE], ids=level_name
)
def test_sixteen_writers_make_one_chain_with_nothing_lost_or_doubled(pg_clone, isolation):
    check_sixteen_writers_make_one_chain(pg_clone, isolation)
