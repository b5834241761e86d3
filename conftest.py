"""Hypothesis profiles: ``dev`` is quick and looks elsewhere every time, ``ci`` looks harder and at the same every time.

A gate that fails for what nobody changed is not believed; the search for what nobody knows goes on in ``dev`` and ``long``.
"""

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
settings.register_profile("ci", settings.get_profile("dev"), max_examples=60, derandomize=True)
# What the project promises of its strategies: takes minutes (HYPOTHESIS_PROFILE=long pytest tests/rows/strategies).
settings.register_profile("long", settings.get_profile("dev"), max_examples=10_000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))

pytest_plugins = ["pytester"]
