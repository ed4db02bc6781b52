"""What is deleted, made again or switched in the window: the baseline returns, and nothing of ours stays."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest

from tests.cluster.operator_process import Sun
from tests.cluster.stage import BASELINE, NAME, PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import holds, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.cluster_api import Json

POLICY, HPA, WORKLOAD = "SchoolAutoscaler", "HorizontalPodAutoscaler", "Deployment"
AT_ONCE_SECONDS = 5
BOUNDS = {"minReplicas": BASELINE, "maxReplicas": 40}
LESS = {"minReplicas": 1, "maxReplicas": 40}


@pytest.fixture
def rush() -> Sun:
    """In the middle of the peak, and slow enough to stay there."""
    return Sun.rising(at("08:22"), 4)


@pytest.fixture
def late() -> Sun:
    """Two minutes before the way down, which is ten seconds off."""
    return Sun.rising(at("08:32"), 12, hurry=240)


@pytest.fixture
def directly(stage: Stage) -> Iterator[Stage]:
    """A workload without an autoscaler, that is scaled itself; its stabilization window is of a minute."""
    stage.set(workload(), calendar(), autoscaler(**BOUNDS))
    return stage


def delete(stage: Stage, kind: str) -> None:
    stage.kubectl("delete", kind, NAME, "--timeout=20s")


def scaled(stage: Stage, replicas: int = PEAK, *, seconds: float = 30) -> None:
    until(lambda: stage.replicas() == replicas, f"{replicas} replicas", seconds=seconds)


def is_ours(stage: Stage) -> bool:
    """Whether we still own the minimum."""
    return "firstbell" in {manager for manager, _ in stage.owners_of_minimum()}


@pytest.mark.parametrize("beside", [True, False], ids=["beside an HPA", "by itself"])
def test_a_workload_made_again_is_raised_again(stage: Stage, rush: Sun, beside):
    stage.set(workload(), calendar(), autoscaler(**BOUNDS), *([hpa()] if beside else []))
    with stage.operator(rush):
        scaled(stage)
        delete(stage, WORKLOAD)
        stage.told("AbleToScale", "False", "TargetNotFound")
        stage.set(workload())
        scaled(stage, seconds=AT_ONCE_SECONDS)
        stage.told("AbleToScale", "True", "ReadyForNewScale")
        if beside:
            assert (stage.minimum(), stage.marks()["firstbell.dev/baseline"]) == (PEAK, str(BASELINE))
            delete(stage, POLICY)
            stage.left_alone(seconds=AT_ONCE_SECONDS)


def test_another_target_gets_the_floor_and_the_first_ones_comes_back(stage: Stage, rush: Sun):
    other = "other"
    stage.set(workload(), hpa(), calendar(), autoscaler(**BOUNDS))
    stage.set(renamed(workload(), other), renamed(hpa(), other))
    with stage.operator(rush):
        stage.floored()
        stage.api.patch(POLICY, NAME, {"spec": {"scaleTargetRef": {"name": other}}})
        stage.left_alone(seconds=AT_ONCE_SECONDS)
        until(lambda: minimum(stage, other) == PEAK, "the other's floor", seconds=AT_ONCE_SECONDS)
        assert stage.minimum() == BASELINE


def renamed(body: Json, name: str) -> Json:
    """The same for a workload of another name."""
    found = copy.deepcopy(body)
    found["metadata"]["name"] = name
    if "scaleTargetRef" in found["spec"]:
        found["spec"]["scaleTargetRef"]["name"] = name
    return found


def minimum(stage: Stage, name: str) -> int:
    return (stage.api.get(HPA, name) or {})["spec"]["minReplicas"]


def test_the_actuation_is_switched_there_and_back(stage: Stage, rush: Sun):
    stage.set(workload(), hpa(), calendar(), autoscaler(actuation="AutoscalerFloor", **BOUNDS))

    def switch(actuation: str) -> None:
        stage.api.patch(POLICY, NAME, {"spec": {"actuation": actuation}})

    def actuator() -> str:
        return stage.status().get("actuator", {}).get("kind", "")

    with stage.operator(rush):
        stage.floored()
        switch("Scale")
        stage.released(seconds=AT_ONCE_SECONDS)
        until(lambda: actuator() == WORKLOAD, lambda: f"scaled directly, not by {actuator()}")
        assert not is_ours(stage)
        stage.kubectl("scale", f"deployment/{NAME}", "--replicas=5")
        scaled(stage, seconds=AT_ONCE_SECONDS)
        switch("Auto")
        stage.floored(seconds=AT_ONCE_SECONDS)
        until(lambda: actuator() == HPA, lambda: f"floored, not by {actuator()}")
        assert stage.marks()["firstbell.dev/baseline"] == str(BASELINE)
        switch("AutoscalerFloor")
        stage.api.patch(POLICY, NAME, {"spec": {"mode": "DryRun"}})
        stage.left_alone(seconds=AT_ONCE_SECONDS)


def test_an_hpa_that_comes_back_within_a_minute_is_floored_and_nothing_is_scaled_meanwhile(
    stage: Stage, rush: Sun
):
    stage.set(workload(), hpa(), calendar(), autoscaler(**LESS))
    with stage.operator(rush):
        stage.floored()
        delete(stage, HPA)
        message = stage.told("AbleToScale", "False", "AutoscalerVanished")
        assert message.startswith(f"{HPA} {NAME} does not scale this workload any more: ")
        assert "It is waited for until " in message
        stage.kubectl("scale", f"deployment/{NAME}", "--replicas=5")
        holds(lambda: stage.replicas() == 5, "nobody scales the workload directly", seconds=5)
        stage.set(hpa(minimum=3))
        stage.floored(seconds=AT_ONCE_SECONDS)
        assert stage.marks()["firstbell.dev/baseline"] == "3"
        delete(stage, POLICY)
        stage.left_alone(3, seconds=AT_ONCE_SECONDS)


@pytest.mark.parametrize("kind", [WORKLOAD, "StatefulSet"])
def test_an_hpa_that_appears_in_the_window_is_floored_from_then_on(stage: Stage, rush: Sun, kind):
    stage.set(workload(kind), calendar(), autoscaler(kind=kind, **BOUNDS))
    with stage.operator(rush):
        until(lambda: stage.replicas(kind) == PEAK, f"{PEAK} replicas")
        stage.set(hpa(minimum=3, kind=kind))
        until(lambda: stage.minimum() == PEAK, "a floor", seconds=AT_ONCE_SECONDS)
        until(lambda: stage.status()["actuator"]["kind"] == HPA, "the HPA acts")
        assert (stage.replicas(kind), stage.marks()["firstbell.dev/baseline"]) == (PEAK, "3")
        delete(stage, POLICY)
        stage.left_alone(3, seconds=AT_ONCE_SECONDS)


def test_an_hpa_that_stays_away_is_stood_in_for_and_its_baseline_kept(stage: Stage, late: Sun):
    stage.set(workload(), hpa(minimum=3), calendar(), autoscaler(**LESS))
    with stage.operator(late):
        stage.floored()
        delete(stage, HPA)
        stage.kubectl("scale", f"deployment/{NAME}", "--replicas=5")
        scaled(stage)
        late.wait_for(at("08:40"))
        scaled(stage, 3)
        holds(lambda: stage.replicas() == 3, "the baseline of the HPA that it had", seconds=3)


def test_an_hpa_that_vanishes_while_no_operator_runs_is_waited_for_and_its_baseline_kept(
    stage: Stage, late: Sun
):
    stage.set(workload(), hpa(minimum=3), calendar(), autoscaler(**LESS))
    with stage.operator(late):
        stage.floored()
        until(lambda: stage.status().get("actuator", {}).get("kind") == HPA, "the status tells of the HPA")
    delete(stage, HPA)
    stage.kubectl("scale", f"deployment/{NAME}", "--replicas=5")
    with stage.operator(late):
        stage.told("AbleToScale", "False", "AutoscalerVanished")
        assert stage.replicas() == 5
        scaled(stage)
        assert stage.status()["lastAutoscaler"]["baselineMinReplicas"] == 3
    with stage.operator(late):
        late.wait_for(at("08:40"))
        scaled(stage, 3)
        holds(lambda: stage.replicas() == 3, "the baseline of the HPA that it had", seconds=3)


def test_deleted_while_firstbell_runs_the_workload_goes_to_its_minimum_at_the_way_down(
    directly: Stage, late: Sun, capsys: pytest.CaptureFixture[str]
):
    counts: list[int] = []
    said = ""

    def note(body: Json) -> None:
        counts.append(body["spec"]["replicas"])

    def is_seen() -> bool:
        nonlocal said
        said += capsys.readouterr().out
        return "left at its replicas until the next way down" in said

    with directly.operator(late):
        scaled(directly)
        with directly.api.watching(WORKLOAD, NAME, note):
            delete(directly, POLICY)
            # The clock does not hurry past the way down before the watch has told of it.
            until(is_seen, "the deletion is seen")
            late.wait_for(at("08:38:30"))
            holds(lambda: directly.replicas() == PEAK, "the peak, to its end", seconds=3)
        assert set(counts) == {PEAK}
        scaled(directly, BASELINE)
        assert late.now() >= at("08:41"), "one stabilization window after the way down"
    assert "went to its minimum" in said + capsys.readouterr().out


def test_deleted_while_firstbell_does_not_run_the_workload_stays(directly: Stage, late: Sun):
    with directly.operator(late):
        scaled(directly)
    delete(directly, POLICY)
    with directly.operator(late):
        late.wait_for(at("08:43"))
        holds(lambda: directly.replicas() == PEAK, "nobody lowers what nobody asks for", seconds=3)
