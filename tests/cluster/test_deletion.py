"""firstbell leaves no trap: nothing of it stands in the way of a deletion, whether it runs or not."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.cluster.operator_process import Sun, fast_process
from tests.cluster.stage import BASELINE, CALENDAR, NAME, PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import holds, until

if TYPE_CHECKING:
    from pathlib import Path

AT_ONCE_SECONDS = 5
STARTS_AND_RAISES_SECONDS = 120
"""On a machine that others use as well, a process may be half a minute at its imports."""


@pytest.fixture
def rush() -> Sun:
    """In the middle of the peak, and slow enough to stay there."""
    return Sun.rising(at("08:22"), 4)


def kill_in_the_window(stage: Stage, sun: Sun, tmp_path: Path) -> None:
    """Has the floor raised by an operator that is then killed."""
    with fast_process(stage.for_operator, stage.namespace, sun, tmp_path / "operator.log") as operator:
        stage.floored(PEAK, seconds=STARTS_AND_RAISES_SECONDS)
        operator.ends(signal.SIGKILL, seconds=30)


def test_everything_can_be_deleted_while_the_operator_is_down(stage: Stage, rush, tmp_path):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    kill_in_the_window(stage, rush, tmp_path)
    assert stage.finalizers() == set()
    stage.kubectl(
        "delete", f"schoolas/{NAME}", f"schoolcal/{CALENDAR}", f"hpa/{NAME}", f"deployment/{NAME}",
        "--wait=true", "--timeout=20s",
    )  # fmt: skip
    kinds = ("SchoolAutoscaler", "SchoolCalendar", "HorizontalPodAutoscaler", "Deployment")
    assert [stage.api.list(kind) for kind in kinds] == [[], [], [], []]


def test_the_next_start_releases_a_floor_whose_owner_was_deleted(stage: Stage, rush, tmp_path):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    kill_in_the_window(stage, rush, tmp_path)
    stage.kubectl("delete", f"schoolas/{NAME}", f"schoolcal/{CALENDAR}", "--timeout=20s")
    assert stage.minimum() == PEAK
    with stage.operator(rush):
        stage.left_alone(seconds=AT_ONCE_SECONDS)


def test_another_installations_orphan_is_left_alone(stage: Stage, rush, tmp_path):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    kill_in_the_window(stage, rush, tmp_path)
    theirs = {"metadata": {"annotations": {"firstbell.dev/instance": "another"}}}
    stage.api.patch("HorizontalPodAutoscaler", NAME, theirs)
    stage.kubectl("delete", f"schoolas/{NAME}", "--timeout=20s")
    with stage.operator(rush):
        holds(lambda: stage.minimum() == PEAK, "the other's floor stays", seconds=3)


def test_deleting_the_autoscaler_while_the_operator_runs_releases_at_once(stage: Stage, rush):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with stage.operator(rush):
        stage.told("Ready", "True", "Serving")
        stage.floored(PEAK)
        assert stage.finalizers() == set()
        stage.kubectl("delete", f"schoolas/{NAME}", "--timeout=20s")
        stage.left_alone(seconds=AT_ONCE_SECONDS)


def test_made_again_in_the_window_it_raises_the_floor_over_the_same_baseline(stage: Stage, rush):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with stage.operator(rush):
        stage.floored(PEAK)
        stage.kubectl("delete", f"schoolas/{NAME}", "--timeout=20s")
        stage.set(autoscaler())
        until(lambda: stage.status().get("actuator", {}).get("floor") == PEAK, "the new one has the floor")
        stage.floored(PEAK)
        assert stage.marks()["firstbell.dev/baseline"] == str(BASELINE)
        stage.kubectl("delete", f"schoolas/{NAME}", "--timeout=20s")
        stage.left_alone()


def test_made_again_while_the_operator_is_down_it_takes_the_floor_over(stage: Stage, rush, tmp_path):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    kill_in_the_window(stage, rush, tmp_path)
    stage.kubectl("delete", f"schoolas/{NAME}", "--timeout=20s")
    stage.set(autoscaler(behavior={"scaleDown": {"stabilizationWindowSeconds": 0}}))
    with stage.operator(rush):
        until(lambda: stage.status().get("actuator", {}).get("floor") == PEAK, "the new one has the floor")
        assert (stage.minimum(), stage.marks()["firstbell.dev/baseline"]) == (PEAK, str(BASELINE))
        stage.end_the_peak()
        stage.left_alone()


def test_the_whole_namespace_goes_while_a_floor_is_held(stage: Stage, rush, capsys):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with stage.operator(rush):
        stage.told("Ready", "True", "Serving")
        stage.floored(PEAK)
        stage.control_plane.kubectl("delete", "namespace", stage.namespace, "--timeout=60s", seconds=70)
        there = stage.control_plane.kubectl("get", "namespace", stage.namespace, "--ignore-not-found")
        assert there == ""
    assert "[error" not in capsys.readouterr().out
