from __future__ import annotations

from .checks import feedback as checks


def test_nobody_rates_a_session_of_somebody_else_or_locks_its_owner_out(pg):
    checks.check_nobody_rates_a_session_of_somebody_else(pg)


def test_feedback_cannot_be_moved_to_somebody_elses_session(pg):
    checks.check_feedback_cannot_be_moved_to_somebody_elses_session(pg)


def test_even_the_service_role_cannot_mix_up_author_and_owner(pg):
    checks.check_even_the_service_role_cannot_mix_up_author_and_owner(pg)


def test_a_session_has_one_feedback(pg):
    checks.check_a_session_has_one_feedback(pg)
