from __future__ import annotations

import pytest
from psycopg import IsolationLevel

from ..concurrency import level_name
from .checks import audit_concurrency as checks

LEVELS = [None, IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE]


@pytest.mark.parametrize("isolation", LEVELS, ids=level_name)
def test_sixteen_writers_make_one_chain_with_nothing_lost_or_doubled(pg_clone, isolation):
    checks.check_sixteen_writers_make_one_chain(pg_clone, isolation)


@pytest.mark.parametrize("isolation", LEVELS, ids=level_name)
def test_a_writer_waits_for_the_one_before(pg_clone, isolation):
    checks.check_two_writers_make_one_chain(pg_clone, isolation)


def test_a_turn_of_another_server_is_nobodys(pg_clone):
    checks.check_a_turn_of_another_server_is_nobodys(pg_clone)
