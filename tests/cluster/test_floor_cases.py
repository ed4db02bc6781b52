"""Which floor is raised, which is not, and what is said about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from firstbell.core.writing_pace import FIRST_LEAD
from tests.cluster.operator_process import Sun
from tests.cluster.stage import (
    BASELINE,
    CPU,
    NAME,
    PEAK,
    Stage,
    at,
    autoscaler,
    calendar,
    hpa,
    workload,
)
from tests.cluster.waiting import holds, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.cluster_api import Json

SPEED, HURRY = 10, 240
BOUNDS = {"minReplicas": BASELINE, "maxReplicas": 40}


@pytest.fixture
def morning() -> Sun:
    """A minute before the ramp."""
    return Sun.rising(at("08:19"), SPEED, hurry=HURRY)


@pytest.fixture
def rush() -> Sun:
    """In the middle of the peak, and slow enough to stay there."""
    return Sun.rising(at("08:25"), 10)


def noting(specs: list[Json]) -> Callable[[Json], None]:
    """For a watch: every spec that it shows. Up to Kubernetes 1.36 an HPA has no generation to compare."""
    return lambda body: specs.append(body["spec"])


def scaling_active(stage: Stage) -> str:
    """The status of this condition of the HPA; empty where it has told nothing yet."""
    conditions = stage.autoscaler.get("status", {}).get("conditions") or []
    return next((each["status"] for each in conditions if each["type"] == "ScalingActive"), "")


def managers(body: Json) -> set[str]:
    return {entry["manager"] for entry in body["metadata"]["managedFields"]}


def test_an_hpa_without_metrics_is_floored_and_its_way_back_is_not_silent(stage: Stage, morning):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with stage.operator(morning):
        morning.wait_for(at("08:20"))
        stage.floored(PEAK)
        # Up to Kubernetes 1.36 the first pass of an HPA, which tells this, comes 15 seconds after it is made.
        until(lambda: scaling_active(stage) == "False", "the HPA tells that it has no metrics")
        morning.wait_for(at("08:41"))
        stage.released()
        message = stage.told("ReturnedToBaseline", "False", "AutoscalerHasNoMetrics")
        cure = f"kubectl scale --replicas={BASELINE} -n {stage.namespace} deployment/{NAME}"
        assert f". By hand: {cure}" in message
        assert stage.replicas() == PEAK


def test_an_hpa_maximum_below_the_plan_limits_and_is_named(stage: Stage, rush):
    stage.set(workload(), hpa(maximum=4), calendar(), autoscaler())
    with stage.operator(rush):
        stage.floored(4)
        message = stage.told("ScalingLimited", "True", "AutoscalerMaxReplicas")
        assert message == (
            f"the schedule asks for {PEAK} replicas, maxReplicas of HorizontalPodAutoscaler {NAME} allows 4"
        )
        stage.api.patch("HorizontalPodAutoscaler", NAME, {"spec": {"maxReplicas": 40}})
        stage.floored(PEAK)
        stage.told("ScalingLimited", "False", "DesiredWithinRange")


def test_zero_replicas_by_hand_is_hands_off(stage: Stage, morning):
    stage.set(workload(replicas=0), hpa(), calendar(), autoscaler())
    with stage.operator(morning):
        morning.wait_for(at("08:21"))
        stage.told("AbleToScale", "False", "ScalingDisabled")
        morning.wait_for(at("08:25"))
        assert (stage.minimum(), stage.replicas(), stage.marks()) == (BASELINE, 0, {})
        assert "firstbell" not in managers(stage.autoscaler)
        stage.api.patch("Deployment", NAME, {"spec": {"replicas": 1}})
        stage.floored(PEAK, seconds=5)


def test_zero_by_hand_within_the_peak_is_respected_too(stage: Stage, rush):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with stage.operator(rush):
        stage.floored(PEAK)
        stage.kubectl("scale", f"deployment/{NAME}", "--replicas=0")
        stage.told("AbleToScale", "False", "ScalingDisabled")
        holds(lambda: stage.replicas() == 0, "the count stays 0", seconds=3)


def test_zero_with_a_minimum_of_zero_is_scale_to_zero(scaling_to_zero: Stage, morning):
    stage = scaling_to_zero
    stage.set(workload(replicas=0), calendar(), autoscaler())
    with stage.operator(morning):
        morning.wait_for(at("08:20"))
        stage.floored(PEAK, seconds=5)
        stage.told("AbleToScale", "True", "ReadyForNewScale")
        morning.wait_for(at("08:41"))
        stage.released(0)


def test_a_missing_target_is_told_and_scaled_when_it_comes(stage: Stage, rush):
    stage.set(calendar(), autoscaler(**BOUNDS))
    with stage.operator(rush):
        message = stage.told("AbleToScale", "False", "TargetNotFound")
        assert f"Deployment {NAME} does not exist in namespace {stage.namespace}" in message
        stage.set(hpa(), workload())
        stage.floored(PEAK, seconds=10)
        stage.told("AbleToScale", "True", "ReadyForNewScale")


def test_a_dry_run_from_birth_writes_nothing_and_says_everything(stage: Stage, morning):
    stage.set(workload(), hpa(metric=CPU), calendar(), autoscaler(mode="DryRun"))
    specs: dict[str, list[Json]] = {"HorizontalPodAutoscaler": [], "Deployment": []}
    with (
        stage.api.watching("HorizontalPodAutoscaler", NAME, noting(specs["HorizontalPodAutoscaler"])),
        stage.api.watching("Deployment", NAME, noting(specs["Deployment"])),
        stage.operator(morning),
    ):
        stage.told("Ready", "True", "DryRun")
        morning.wait_for(at("08:21"))
        until(lambda: stage.status().get("desiredReplicas") == PEAK, f"desiredReplicas {PEAK}")
        status = stage.status()
        assert status["decision"]["reason"] == "ScheduledPeak"
        assert status["decision"]["scheduledReplicas"] == PEAK
        assert [(each["from"], each["to"]) for each in status["lastActions"]] == [(BASELINE, PEAK)]
        assert status["upcoming"][0]["replicas"] == PEAK
        assert status["actuator"]["baselineMinReplicas"] == BASELINE
        morning.wait_for(at("08:45"))
        until(lambda: stage.status().get("desiredReplicas") == BASELINE, f"desiredReplicas {BASELINE}")
    assert (stage.minimum(), stage.replicas(), stage.marks()) == (BASELINE, BASELINE, {})
    for kind, seen in specs.items():
        body = stage.api.get(kind, NAME)
        assert body is not None
        assert seen
        assert [spec for spec in seen if spec != body["spec"]] == []
        assert "firstbell" not in managers(body)


def test_switched_to_dry_run_within_the_peak_the_floor_goes_back(stage: Stage, rush):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with stage.operator(rush):
        stage.floored(PEAK)
        stage.api.patch("SchoolAutoscaler", NAME, {"spec": {"mode": "DryRun"}})
        stage.left_alone(seconds=5)


def test_the_hpa_of_a_stateful_set_is_floored_and_released(stage: Stage, morning):
    kind = "StatefulSet"
    stage.set(workload(kind), hpa(kind=kind), calendar(), autoscaler(kind=kind))
    with stage.operator(morning):
        until(lambda: (stage.minimum(), stage.replicas(kind)) == (PEAK, PEAK), f"floor and count {PEAK}")
        until(lambda: stage.ready(kind) == PEAK, f"{PEAK} Ready")
        morning.wait_for(at("08:41"))
        stage.released()


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet"])
def test_without_an_hpa_the_workload_itself_is_scaled(stage: Stage, morning, kind):
    stage.set(workload(kind), calendar(), autoscaler(kind=kind, **BOUNDS))
    with stage.operator(morning):
        until(lambda: stage.replicas(kind) == PEAK, f"{PEAK} replicas")
        assert morning.now() >= at("08:20") - FIRST_LEAD, "a rise is written a second early, a fall never"
        until(lambda: stage.ready(kind) == PEAK, f"{PEAK} Ready")
        morning.wait_for(at("08:39:30"))
        assert stage.replicas(kind) == PEAK
        until(lambda: stage.replicas(kind) == BASELINE, f"{BASELINE} replicas", seconds=60)
        assert morning.now() >= at("08:40")
        assert stage.status()["actuator"]["kind"] == kind


def test_without_an_hpa_the_bounds_are_needed(stage: Stage, rush):
    stage.set(workload(), calendar(), autoscaler())
    with stage.operator(rush):
        assert "spec.minReplicas and spec.maxReplicas are needed" in stage.told(
            "AbleToScale", "False", "BoundsMissing"
        )
        assert stage.replicas() == BASELINE
