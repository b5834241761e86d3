"""Hypothesis profiles: ``dev`` is quick, ``ci`` looks harder and prints how to repeat what it finds."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# No test depends on speed: a machine with other things to do must not fail one.
settings.register_profile(
    "dev",
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("ci", settings.get_profile("dev"), max_examples=60, print_blob=True)
# What the project promises of its strategies: takes an hour (HYPOTHESIS_PROFILE=long pytest tests/rows/strategies).
settings.register_profile("long", settings.get_profile("ci"), max_examples=10_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))

pytest_plugins = ["pytester"]
