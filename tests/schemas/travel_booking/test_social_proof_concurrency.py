from __future__ import annotations

import pytest
from psycopg import IsolationLevel

from ..concurrency import level_name
from .checks import social_proof_concurrency as checks

LEVELS = [None, IsolationLevel.REPEATABLE_READ]


@pytest.mark.parametrize("isolation", LEVELS, ids=level_name)
def test_sixteen_writers_leave_a_true_cache(pg_clone, isolation):
    checks.check_sixteen_writers_leave_a_true_cache(pg_clone, isolation)


@pytest.mark.parametrize("isolation", LEVELS, ids=level_name)
def test_sixteen_changes_of_personas_leave_a_true_cache(pg_clone, isolation):
    checks.check_persona_writers_leave_a_true_cache(pg_clone, isolation)


@pytest.mark.parametrize("isolation", LEVELS, ids=level_name)
def test_first_review_knows_the_persona_that_is_settled_meanwhile(pg_clone, isolation):
    checks.check_first_review_meets_a_new_persona(pg_clone, isolation)


def test_late_persona_knows_the_review_that_was_written_meanwhile(pg_clone):
    checks.check_a_late_persona_meets_the_first_review(pg_clone)


def test_full_refresh_knows_the_review_that_is_written_meanwhile(pg_clone):
    checks.check_a_full_refresh_meets_a_review(pg_clone)


def test_the_end_of_an_account_and_a_review_take_turns(pg_clone):
    checks.check_the_end_of_an_account_and_a_review_take_turns(pg_clone)
