from __future__ import annotations

import pytest

from .checks import access

CHECKS = [value for name, value in vars(access).items() if name.startswith("check_")]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_access(pg, check):
    check(pg)
