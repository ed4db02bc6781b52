"""Hypothesis: no deadline (two cores are shared with others), few examples, and no chance where CI runs.

And the order of the files, and the comparison of the chart's rights: the process that ends a run on several
collects no directory, so it loads this file alone.
"""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests import directory_with_an_end
from tests.bytecode import compiled_once, keep_bytecode
from tests.cluster.run_rights import RightsOfTheRun
from tests.order_of_files import BEHIND, FilesInOrder, fills_what_is_left, in_order, is_of_cluster

if TYPE_CHECKING:
    from collections.abc import Iterator

keep_bytecode()
settings.register_profile(
    "firstbell", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("firstbell"), derandomize=True, print_blob=True)
# Which lines are run is seen with few examples; what holds for many was shown before it is asked.
settings.register_profile("coverage", settings.get_profile("ci"), max_examples=15)
settings.register_profile("thorough", settings.get_profile("firstbell"), max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "firstbell"))


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(RightsOfTheRun(), "rights-of-the-run")
    config.pluginmanager.register(directory_with_an_end)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection(session: pytest.Session) -> Iterator[object]:
    """Collect without searching for garbage, which is a quarter of its time in each process."""
    gc.disable()
    try:
        if not hasattr(session.config, "workerinput"):
            return (yield)
        with compiled_once():
            return (yield)
    finally:
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = in_order(items)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """What is collected stays to the end: no search for garbage is to walk over a million objects again.

    It takes half a second, and stops the operators in this process as well.
    """
    gc.collect()
    gc.freeze()
    process = getattr(session.config, "workerinput", {"workerid": "", "workercount": 1})
    if fills_what_is_left(process["workerid"], process["workercount"]) and not all(
        is_of_cluster(item.path) for item in session.items
    ):
        os.nice(BEHIND)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FilesInOrder | None:
    if config.getoption("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False  # as collected, and not by the number of tests
    return FilesInOrder(config, log)
