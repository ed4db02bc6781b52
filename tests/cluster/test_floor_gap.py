"""Somebody writes between our floor and its hand-back: it is their baseline, and raised over at once."""

from __future__ import annotations

import contextlib
import copy
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kubernetes.client.exceptions import ApiException

from tests.cluster.stage import NAME, PEAK, Stage, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from tests.cluster.cluster_api import Json

HPA, POLICY = "HorizontalPodAutoscaler", "SchoolAutoscaler"
COPIES, FOREIGN = 8, 3
REPAIRED_WITHIN_SECONDS = 5


@dataclass
class Meddler:
    """Sets the minimum of one HPA as soon as it sees our floor there, if that is not handed back yet."""

    stage: Stage
    name: str
    tried: bool = False
    at: float | None = None
    repaired: float | None = None
    minima: list[int] = field(default_factory=list)

    def seen(self, body: Json) -> None:
        minimum = body["spec"]["minReplicas"]
        self.minima.append(minimum)
        if not self.tried and minimum == PEAK:
            self.tried = True
            with contextlib.suppress(ApiException):  # the hand-back was quicker: not in the gap
                self.stage.api.patch(HPA, self.name, meddling(body))
                self.at = time.monotonic()
        elif self.at is not None and self.repaired is None and minimum == PEAK and baseline(body) == FOREIGN:
            self.repaired = time.monotonic()

    def watching(self) -> contextlib.AbstractContextManager[object]:
        return self.stage.api.watching(HPA, self.name, self.seen)


def meddling(body: Json) -> list[Json]:
    """A patch that holds for this very version: it is the one before the hand-back."""
    version = body["metadata"]["resourceVersion"]
    return [
        {"op": "test", "path": "/metadata/resourceVersion", "value": version},
        {"op": "replace", "path": "/spec/minReplicas", "value": FOREIGN},
    ]


def baseline(body: Json) -> int:
    return int((body["metadata"].get("annotations") or {}).get("firstbell.dev/baseline", -1))


def named(body: Json, name: str) -> Json:
    found = copy.deepcopy(body)
    found["metadata"]["name"] = name
    if "scaleTargetRef" in found["spec"]:
        found["spec"]["scaleTargetRef"]["name"] = name
    return found


def test_a_foreign_minimum_in_the_gap_is_raised_over_and_the_baseline(stage: Stage, rush):
    names = [f"{NAME}-{number}" for number in range(COPIES)]
    stage.set(calendar(), *(named(body, name) for name in names for body in (workload(), hpa())))
    meddlers = [Meddler(stage, name) for name in names]
    with contextlib.ExitStack() as watches:
        for each in meddlers:
            watches.enter_context(each.watching())
        with stage.operator(rush):
            for name in names:
                stage.set(named(autoscaler(), name))
            until(lambda: all(each.tried for each in meddlers), "every floor was seen")
            inside = [each for each in meddlers if each.at is not None]
            assert inside, "not one write came between a floor and its hand-back"
            until(
                lambda: all(each.repaired for each in inside), lambda: f"{[each.minima for each in inside]}"
            )
            for each in inside:
                body = stage.api.get(HPA, each.name) or {}
                assert (body["spec"]["minReplicas"], baseline(body)) == (PEAK, FOREIGN)
                until(lambda each=each: limited(stage, each.name) == "DesiredWithinRange", "nobody is blamed")
    took = sorted(each.repaired - each.at for each in inside if each.repaired and each.at)
    assert took[-1] < REPAIRED_WITHIN_SECONDS, took


def limited(stage: Stage, name: str) -> str:
    conditions = (stage.api.get(POLICY, name) or {}).get("status", {}).get("conditions", [])
    return next((each["reason"] for each in conditions if each["type"] == "ScalingLimited"), "")


def test_one_that_is_made_again_in_the_gap_is_floored_over_its_new_minimum(stage: Stage, rush):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    done: list[int] = []

    def replace(body: Json) -> None:
        if not done and body["spec"]["minReplicas"] == PEAK:
            done.append(1)
            stage.api.delete(HPA, NAME)
            stage.set(hpa(minimum=FOREIGN))

    with stage.api.watching(HPA, NAME, replace), stage.operator(rush):
        until(lambda: done and stage.marks().get("firstbell.dev/baseline") == str(FOREIGN), "a new baseline")
        stage.floored(PEAK, seconds=REPAIRED_WITHIN_SECONDS)
        stage.told("ScalingLimited", "False", "DesiredWithinRange")
