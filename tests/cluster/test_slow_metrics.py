"""An HPA that was computing while the floor was raised writes its older count over ours: it is repaired.

By firstbell, which watches the count, or by the HPA's next pass, which sees the floor: whoever comes first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from firstbell.local.control_plane import Provision
from tests.cluster.external_metrics import Adapter, adapter, target_of
from tests.cluster.operator_process import Sun
from tests.cluster.stage import BASELINE, NAME, PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import holds, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.local.control_plane import ControlPlane

OLDER = 5
"""What the HPA is about to scale to when the floor comes."""
SLOW_SECONDS = 4.0
TRIES = 3


@pytest.fixture(scope="module")
def metrics(control_plane: ControlPlane) -> Iterator[Adapter]:
    if control_plane.provision is not Provision.LOCAL:
        pytest.skip("only an API server on this machine finds a metrics adapter on it")
    with adapter(control_plane) as told:
        yield told


def test_a_count_that_an_hpa_in_the_middle_of_its_pass_undoes_is_repaired(stage: Stage, metrics: Adapter):
    metrics.value = BASELINE * 100
    stage.set(workload(), hpa(metric=target_of(100)), calendar(), autoscaler())
    until(lambda: stage.ready() == BASELINE, f"{BASELINE} Ready")
    for _ in range(TRIES):
        # Now and then the API server refuses the HPA's count, because the workload has changed meanwhile.
        if OLDER in raised_in_mid_pass(stage, metrics):
            return
        put_back(stage, metrics)
    pytest.fail("the HPA never wrote its older count: this test shows nothing")


def raised_in_mid_pass(stage: Stage, metrics: Adapter) -> list[int]:
    """The counts of the workload while a floor comes in the middle of the HPA's pass."""
    counts: list[int] = []
    with stage.api.watching("Deployment", NAME, lambda body: counts.append(body["spec"]["replicas"])):
        metrics.hold()
        metrics.value = OLDER * 100
        until(metrics.asked.is_set, "the HPA is in the middle of a pass", seconds=60)
        with stage.operator(Sun.rising(at("08:22"), 1)):
            until(lambda: stage.replicas() == PEAK, f"{PEAK} replicas")
            holds(lambda: stage.replicas() == PEAK, "nothing moves while it waits", seconds=SLOW_SECONDS)
            metrics.let_go()
            holds(lambda: stage.minimum() == PEAK, "the floor stands", seconds=2)
            until(lambda: stage.replicas() == PEAK, f"{PEAK} replicas", seconds=5)
            holds(lambda: stage.replicas() == PEAK, f"{PEAK} replicas to stay", seconds=20)
    return counts


def put_back(stage: Stage, metrics: Adapter) -> None:
    """Everything as it was before the floor."""
    metrics.value = BASELINE * 100
    gone = dict.fromkeys(stage.marks())
    change = {"metadata": {"annotations": gone}, "spec": {"minReplicas": BASELINE}}
    stage.api.patch("HorizontalPodAutoscaler", NAME, change)
    stage.api.patch("Deployment", NAME, {"spec": {"replicas": BASELINE}})
    until(lambda: stage.ready() == BASELINE, f"{BASELINE} Ready", seconds=60)
