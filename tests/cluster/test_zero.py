"""Zero replicas under an autoscaler whose minimum is 0: a person's stands, the HPA's own is raised from."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from tests.cluster import external_metrics
from tests.cluster.conftest import set_minimum_of_zero, staged
from tests.cluster.operator_process import Sun
from tests.cluster.stage import BASELINE, NAME, Stage, at, autoscaler, calendar, workload
from tests.cluster.waiting import holds, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.operator_account import ChartsAccounts

AT_ONCE_SECONDS = 5
HPA_SECONDS = 60
"""The HPA looks every 15 seconds, and comes down one stabilization window after that."""


def scale(stage: Stage, replicas: int) -> None:
    stage.kubectl("scale", f"deployment/{NAME}", f"--replicas={replicas}")


def stands(stage: Stage, *, seconds: float = 3) -> None:
    """The person's 0 is told, and neither count nor floor is raised over it."""
    message = stage.told("AbleToScale", "False", "ScalingDisabled")
    assert message.endswith(f"To undo it: kubectl scale --replicas=1 -n {stage.namespace} deployment/{NAME}")
    until(lambda: (stage.minimum(), stage.marks()) == (0, {}), "no floor")
    holds(lambda: (stage.replicas(), stage.minimum()) == (0, 0), "the 0 stands", seconds=seconds)


def test_a_zero_in_the_window_stands_across_a_restart_until_it_is_set_back(scaling_to_zero: Stage, rush):
    stage = scaling_to_zero
    stage.set(workload(), calendar(), autoscaler())
    with stage.operator(rush):
        stage.floored()
        scale(stage, 0)
        stands(stage)
    with stage.operator(rush):
        stands(stage)
        command = stage.condition("AbleToScale")["message"].partition("kubectl ")[2]
        stage.control_plane.kubectl(*command.split())
        stage.floored(seconds=AT_ONCE_SECONDS)


def test_a_zero_before_the_window_stands_in_it(scaling_to_zero: Stage):
    stage = scaling_to_zero
    stage.set(workload(), calendar(), autoscaler())
    sun = Sun.rising(at("08:18"), 3, hurry=240)
    with stage.operator(sun):
        until(lambda: stage.status().get("currentReplicas") == BASELINE, "it was looked at")
        scale(stage, 0)
        stage.told("AbleToScale", "False", "ScalingDisabled")
        sun.wait_for(at("08:20:05"))
        stands(stage)


def hpa_says(stage: Stage, kind: str) -> str:
    """The reason of a condition of the HPA's own."""
    conditions = stage.autoscaler.get("status", {}).get("conditions") or []
    return next((each["reason"] for each in conditions if each["type"] == kind), "")


def stage_of_hpa(stage: Stage) -> Callable[[], str]:
    return lambda: f"the HPA goes to 0: {stage.autoscaler.get('status')}"


@pytest.fixture(scope="module")
def at_zero(control_plane: ControlPlane, accounts: ChartsAccounts) -> Iterator[dict[str, Stage]]:
    """A stage for each test whose workload goes to 0. Their HPAs take the same time for it; each test waits.

    A person has scaled the one, the others' HPAs do it as their metric asks for nothing.
    """
    names = () if control_plane.folder is None else ("by its HPA", "by its HPA, again after a window")
    with contextlib.ExitStack() as made:
        if names:
            made.enter_context(external_metrics.adapter(control_plane))
        idle = {name: made.enter_context(staged(control_plane, accounts)) for name in names}
        for stage in idle.values():
            set_minimum_of_zero(stage, metric=external_metrics.target_of(1))
            stage.set(workload(), calendar())
        scaled = made.enter_context(staged(control_plane, accounts))
        set_minimum_of_zero(scaled)
        scaled.set(workload(), calendar(), autoscaler())
        scale(scaled, 0)
        yield {"by a person": scaled, **idle}


def idle_one(at_zero: dict[str, Stage], name: str) -> Stage:
    if name not in at_zero:
        pytest.skip("the metrics adapter of the tests works only where the API server runs on this machine")
    stage = at_zero[name]
    until(lambda: hpa_says(stage, "ScaledToZero") == "ScaledToZero", stage_of_hpa(stage), seconds=HPA_SECONDS)
    return stage


def test_a_zero_set_before_there_was_an_operator_stands_as_the_hpa_lets_it(at_zero: dict[str, Stage], rush):
    stage = at_zero["by a person"]
    until(lambda: hpa_says(stage, "ScalingActive") == "ScalingDisabled", "it stops", seconds=HPA_SECONDS)
    with stage.operator(rush):
        stands(stage)


def test_the_hpas_own_zero_is_raised_from_and_a_persons_after_it_stands(at_zero: dict[str, Stage], rush):
    idle = idle_one(at_zero, "by its HPA")
    assert idle.replicas() == 0
    idle.set(autoscaler())
    with idle.operator(rush):
        idle.floored()
        idle.told("AbleToScale", "True", "ReadyForNewScale")
        scale(idle, 0)
        stands(idle, seconds=5)


def test_after_the_window_the_hpa_goes_to_zero_and_the_next_bell_raises_from_it(at_zero: dict[str, Stage]):
    idle = idle_one(at_zero, "by its HPA, again after a window")
    idle.set(autoscaler(behavior={"scaleDown": {"stabilizationWindowSeconds": 0}}))
    sun = Sun.rising(at("08:30"), 6, hurry=240)
    with idle.operator(sun):
        idle.floored()
        sun.wait_for(at("08:40"))
        idle.left_alone(0)
        until(lambda: idle.replicas() == 0, stage_of_hpa(idle), seconds=HPA_SECONDS)
        idle.told("AbleToScale", "True", "ReadyForNewScale")
    with idle.operator(sun := Sun.rising(at("08:19"), 6, hurry=240)):
        sun.wait_for(at("08:20"))
        idle.floored(seconds=AT_ONCE_SECONDS + 10)
