from __future__ import annotations

import pytest

from .checks import races

HELPER = "check_current_contexts_describe_the_sleep"  # compares for another check
CHECKS = [value for name, value in vars(races).items() if name.startswith("check_") and name != HELPER]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_races(pg_clone, check):
    check(pg_clone)
