from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from .checks import contexts, invalidation, serving
from .conftest import FIXTURES
from .machine import CacheMachine, Script, ScriptedMachine

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


@pytest.fixture
def machine(pg):
    """The machine, on the database of this test."""
    return type("CacheMachine", (CacheMachine,), {"pg": pg})


def test_after_every_step_exactly_what_still_describes_the_sleep_is_active_and_usage_adds_up(machine):
    run_state_machine_as_test(machine, settings=EXAMPLES)


# What follows a prediction for a child's only night, and the mistake that the machine has to notice then.
LAST_STEPS: dict[str, Callable[[ScriptedMachine], None]] = {
    "edited_sleep_keeps_its_prediction": lambda machine: machine.edit(
        data=Script(0), edit=lambda sleep: replace(sleep, until=sleep.until + 1)
    ),
    "moved_sleep_concerns_one_child": lambda machine: machine.move(
        data=Script(0, 1), edit=lambda sleep: sleep
    ),
    "new_sleep_keeps_its_prediction": lambda machine: machine.add_or_edit(
        data=Script(0, 0), edit=lambda sleep: sleep, since=20
    ),
    "deleted_sleep_keeps_its_prediction": lambda machine: machine.delete(data=Script(0)),
    "usage_is_counted_once_per_statement": lambda machine: machine.import_usage(data=Script(0, 0), count=2),
}


def run_script(pg, last_step):
    machine = type("OnThisDatabase", (ScriptedMachine,), {"pg": pg})()
    try:
        machine.add(data=Script(0), count=1, since=0, length=8)
        machine.create_context(data=Script(0, 1), hash_="a")
        machine.save(data=Script(0))
        machine.database_equals_model()
        last_step(machine)
        machine.database_equals_model()
    finally:
        machine.teardown()


@pytest.mark.parametrize("name", LAST_STEPS)
def test_the_machine_finds_mistakes_too(pg, name):
    run_script(pg, LAST_STEPS[name])
    pg.execute((FIXTURES / "bad" / f"{name}.sql").read_text(encoding="utf-8"))
    with pytest.raises(AssertionError):
        run_script(pg, LAST_STEPS[name])


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_cache(pg, check):
    check(pg)
