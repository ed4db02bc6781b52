"""A cluster without KEDA at first, and one that loses it: the operator goes on by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cluster import keda
from tests.cluster.keda import HPA, KEDAS_HPA, KIND, Keda, scaled_object
from tests.cluster.operator_process import Sun, fast_process
from tests.cluster.stage import NAME, PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import holds, until

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLLOWED_WITHIN_SECONDS = 30


@pytest.fixture(autouse=True)
def _without_keda(stage: Stage) -> Iterator[None]:
    keda.uninstall(stage.control_plane)
    yield
    keda.uninstall(stage.control_plane)


@pytest.fixture
def rush() -> Sun:
    """In the middle of the peak, and slow enough to stay there."""
    return Sun.rising(at("08:21"), 2)


def test_installed_while_the_operator_runs_it_is_followed(stage: Stage, rush, tmp_path):
    stage.set(workload(), calendar(), autoscaler())
    log = tmp_path / "operator.log"
    with fast_process(stage.for_operator, stage.namespace, rush, log) as operator:
        operator.says(" started ", seconds=100)
        stage.told("AbleToScale", "False", "BoundsMissing")
        keda.install(stage.control_plane)
        stage.set(scaled_object())
        with Keda(stage):
            until(lambda: floor(stage) == PEAK, stage.conditions, seconds=FOLLOWED_WITHIN_SECONDS)
            until(lambda: stage.replicas() == PEAK, "the count follows")
        assert "firstbell" not in managers(stage)
        assert [line for line in operator.said.splitlines() if "rror" in line or "Trace" in line] == []
        assert operator.stops(seconds=5) == 0


def test_removed_while_the_operator_runs_other_workloads_go_on(stage: Stage, rush, tmp_path):
    keda.install(stage.control_plane)
    stage.set(workload(), calendar(), autoscaler(), hpa())
    log = tmp_path / "operator.log"
    with fast_process(stage.for_operator, stage.namespace, rush, log) as operator:
        operator.says(" started ", seconds=100)
        stage.floored(PEAK)
        keda.uninstall(stage.control_plane)
        holds(lambda: operator.process.poll() is None, "it runs on", seconds=8)
        stage.kubectl("scale", f"deployment/{NAME}", "--replicas=4")
        stage.floored(PEAK, seconds=5)
        operator.says("the watches ended, looking at everything anew")
        assert operator.stops(seconds=5) == 0


def floor(stage: Stage) -> int:
    return (stage.api.get(KIND, NAME) or {})["spec"]["minReplicaCount"]


def managers(stage: Stage) -> set[str]:
    body = stage.api.get(HPA, KEDAS_HPA) or {}
    return {entry["manager"] for entry in body["metadata"]["managedFields"]}
