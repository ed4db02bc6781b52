"""Hypothesis: no deadline (two cores are shared with others), few examples, and no chance where CI runs."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "firstbell", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("firstbell"), derandomize=True, print_blob=True)
settings.register_profile("thorough", settings.get_profile("firstbell"), max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "firstbell"))
