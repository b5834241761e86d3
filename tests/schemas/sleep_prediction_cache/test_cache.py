from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from .checks import contexts, invalidation, serving
from .conftest import FIXTURES
from .machine import CacheMachine

CHECKS = [
    value
    for module in (invalidation, contexts, serving)
    for name, value in vars(module).items()
    if name.startswith("check_")
]

EXAMPLES = settings(
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


# To see that a mistake is found, once is enough, in however many steps.
FIND = settings(
    EXAMPLES,
    max_examples=1_000,
    derandomize=True,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    database=None,
)


@pytest.fixture
def machine(pg):
    """The machine, on the database of this test."""
    return type("CacheMachine", (CacheMachine,), {"pg": pg})


def test_after_every_step_exactly_what_still_describes_the_sleep_is_active_and_usage_adds_up(machine):
    run_state_machine_as_test(machine, settings=EXAMPLES)


@pytest.mark.parametrize(
    "name",
    [
        "edited_sleep_keeps_its_prediction",
        "moved_sleep_concerns_one_child",
        "usage_is_counted_once_per_statement",
    ],
)
def test_the_machine_finds_mistakes_too(pg, machine, name):
    pg.execute((FIXTURES / "bad" / f"{name}.sql").read_text(encoding="utf-8"))
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=FIND)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_cache(pg, check):
    check(pg)
