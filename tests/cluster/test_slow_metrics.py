"""An HPA that was computing while the floor was raised writes its older count over ours: firstbell mends it.

So would the HPA's next pass, which sees the floor. Who wrote which count is told by the workload's own
book-keeping, and a try in which that pass came first shows nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from firstbell_workshop.local.control_plane import Provision
from tests.cluster.external_metrics import Adapter, adapter, target_of
from tests.cluster.operator_process import Sun
from tests.cluster.stage import BASELINE, NAME, PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import holds, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.cluster_api import Json

OLDER = 5
"""What the HPA is about to scale to when the floor comes."""
HPA = "kube-controller-manager"
SLOW_SECONDS = 4.0
TRIES = 6


@pytest.fixture(scope="module")
def metrics(control_plane: ControlPlane) -> Iterator[Adapter]:
    if control_plane.provision is not Provision.LOCAL:
        pytest.skip("only an API server on this machine finds a metrics adapter on it")
    with adapter(control_plane) as told:
        yield told


@pytest.mark.timeout(600)
def test_a_count_that_an_hpa_in_the_middle_of_its_pass_undoes_is_repaired(stage: Stage, metrics: Adapter):
    metrics.value = BASELINE * 100
    stage.set(workload(), hpa(metric=target_of(100)), calendar(), autoscaler())
    until(lambda: stage.ready() == BASELINE, f"{BASELINE} Ready")
    tries = []
    for _ in range(TRIES):
        # Now and then the API server refuses the HPA's count, because the workload has changed meanwhile.
        tries.append(raised_in_mid_pass(stage, metrics))
        if repairer(tries[-1]) == "firstbell":
            return
        put_back(stage, metrics)
    pytest.fail(
        f"the HPA never wrote its older count, or its own next pass was always first to repair it: {tries}"
    )


def repairer(counts: list[tuple[int, str]]) -> str:
    """Who wrote the count that follows the HPA's older one; empty where it never wrote that."""
    older = next((place for place, count in enumerate(counts) if count == (OLDER, HPA)), len(counts))
    return next((writer for count, writer in counts[older:] if count == PEAK), "")


def writer_of_count(body: Json) -> str:
    """The manager on record for the count that stands in a version of the workload."""
    entries = body["metadata"]["managedFields"]
    return next(
        (each["manager"] for each in entries if "f:replicas" in each["fieldsV1"].get("f:spec", {})), ""
    )


def raised_in_mid_pass(stage: Stage, metrics: Adapter) -> list[tuple[int, str]]:
    """The counts of the workload, and their writers, while a floor comes in the middle of the HPA's pass."""
    counts: list[tuple[int, str]] = []

    def note(body: Json) -> None:
        counts.append((body["spec"]["replicas"], writer_of_count(body)))

    with stage.api.watching("Deployment", NAME, note):
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
    # Made anew: of one that was scaled by several the book-keeping may know no writer of the count any more.
    stage.api.delete("Deployment", NAME)
    stage.set(workload())
    until(lambda: stage.ready() == BASELINE, f"{BASELINE} Ready", seconds=60)
