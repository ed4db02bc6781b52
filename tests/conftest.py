"""Hypothesis: no deadline (two cores are shared with others), few examples, and no chance where CI runs.

And the comparison of the chart's rights: the process that ends a run on several collects no directory, so it
loads this file alone.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings

from tests.cluster.run_rights import RightsOfTheRun

if TYPE_CHECKING:
    import pytest

settings.register_profile(
    "firstbell", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("firstbell"), derandomize=True, print_blob=True)
settings.register_profile("thorough", settings.get_profile("firstbell"), max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "firstbell"))


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(RightsOfTheRun(), "rights-of-the-run")
