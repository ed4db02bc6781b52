"""A workload without an autoscaler, whose count somebody else sets: another operator, a loop, a gone one.

Seen before: two operators set 12 and 2 in turn, 970 changes of each Deployment in 45 s, and all conditions
were well; a loop of `kubectl scale` brought 207 writes of the status in 120 s.
"""

from __future__ import annotations

import contextlib
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.cluster.at_once import Ends, played_at_once
from tests.cluster.operator_process import Sun
from tests.cluster.stage import BASELINE, NAME, PEAK, Stage, at, autoscaler, calendar, workload
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.operator_account import ChartsAccounts

SPEED = 3
SECONDS = 45 / SPEED
"""45 seconds of the operator's clock, by which it counts and waits."""
POLICY = "SchoolAutoscaler"
AT_ONCE = {"scaleDown": {"stabilizationWindowSeconds": 0}}


def scaled() -> dict[str, object]:
    return autoscaler(actuation="Scale", minReplicas=BASELINE, maxReplicas=40, behavior=AT_ONCE)


class Noted:
    """What was seen of an object while it was watched."""

    def __init__(self) -> None:
        self.counts: list[int] = []
        self.statuses = 0

    @contextlib.contextmanager
    def of(self, stage: Stage) -> Iterator[Noted]:
        with (
            stage.api.watching("Deployment", NAME, self._count),
            stage.api.watching(POLICY, NAME, self._status),
        ):
            yield self

    def _count(self, body: dict[str, dict[str, int]]) -> None:
        if self.counts[-1:] != [body["spec"]["replicas"]]:
            self.counts.append(body["spec"]["replicas"])

    def _status(self, _: object) -> None:
        self.statuses += 1

    @property
    def changes(self) -> int:
        return max(0, len(self.counts) - 1)


@contextlib.contextmanager
def scaling(stage: Stage, replicas: int, every: float) -> Iterator[None]:
    """Sets the count again and again, as a loop in a shell does."""
    end, failed = threading.Event(), []

    def run() -> None:
        while not end.wait(every):
            try:
                stage.api.patch("Deployment", NAME, {"spec": {"replicas": replicas}}, "scale")
            except Exception as error:  # noqa: BLE001 - handed to the test's thread
                failed.append(error)
                return

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join(timeout=30)
    assert not failed, failed


@pytest.mark.parametrize("instance", ["another", None], ids=["of two installations", "of one"])
def test_two_operators_that_disagree_do_not_set_the_count_in_turn(stage: Stage, instance: str | None):
    stage.set(workload(), calendar(), scaled())
    # To the second one it is three hours earlier.
    peak, night = Sun.rising(at("08:21"), SPEED), Sun.rising(at("05:21"), SPEED)
    noted = Noted()
    with stage.operator(peak):
        until(lambda: stage.replicas() == PEAK, f"{PEAK} replicas")
        with noted.of(stage), stage.operator(night, instance=instance):
            if instance:
                message = stage.told("AbleToScale", "False", "AnotherInstance")
                assert f"installation {stage.namespace} sets the replicas of Deployment {NAME}" in message
            time.sleep(SECONDS)
            if instance:
                assert stage.status()["actuator"]["instance"] == stage.namespace
            else:
                stage.told("FloorContested", "True", "RevertedRepeatedly")
    assert noted.changes <= (0 if instance else 20), noted.counts
    assert noted.statuses <= 40


def a_loop_that_scales(stage: Stage, replicas: int) -> None:
    """It is named, and answered seldom."""
    stage.set(workload(), calendar(), scaled())
    noted = Noted()
    with stage.operator(Sun.rising(at("08:21"), SPEED)):
        until(lambda: stage.replicas() == PEAK, f"{PEAK} replicas")
        with noted.of(stage), scaling(stage, replicas, 0.3 / SPEED):
            message = stage.told("FloorContested", "True", "RevertedRepeatedly")
            time.sleep(SECONDS)
    assert f"set spec.replicas of Deployment {NAME} to {replicas}, 3 times in 10 minutes" in message
    assert "Leave spec.replicas out of what" in message
    assert noted.counts.count(PEAK) <= 8, noted.counts
    assert noted.statuses <= 25


LOOPS = {
    "down": partial(a_loop_that_scales, replicas=BASELINE),
    "up": partial(a_loop_that_scales, replicas=9),
}


@pytest.fixture(scope="module")
def ends(control_plane: ControlPlane, accounts: ChartsAccounts) -> Iterator[Ends]:
    """Of the loops, which run at the same time: three quarters of each are a wait.

    No more than two operators do: one that has to share its process with more writes less often in so many
    seconds, and would stay below what is counted here although it fights.
    """
    with played_at_once(control_plane, accounts, LOOPS) as found:
        yield found


@pytest.mark.parametrize("loop", LOOPS)
def test_a_loop_that_scales_is_named_and_answered_seldom(ends: Ends, loop: str):
    ends[loop].result()


def test_what_an_installation_that_is_gone_has_set_is_taken_over(stage: Stage):
    stage.set(workload(), calendar(), scaled())
    with stage.operator(Sun.rising(at("08:21"), 1)):
        until(lambda: stage.replicas() == PEAK, f"{PEAK} replicas")
    stage.api.patch("Deployment", NAME, {"spec": {"replicas": BASELINE}}, "scale")
    # A minute of this clock is six seconds of the wall.
    with stage.operator(Sun.rising(at("08:22"), 10), instance="successor"):
        until(lambda: stage.replicas() == PEAK, stage.conditions, seconds=40)
        assert stage.status()["actuator"]["instance"] == "successor"
        stage.told("AbleToScale", "True", "ReadyForNewScale")
