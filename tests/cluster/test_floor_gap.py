"""Somebody writes between our floor and its hand-back: it is their baseline, and raised over at once."""

from __future__ import annotations

import contextlib
import copy
import logging
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from tests.cluster.operator_process import OperatorThread, settings_for
from tests.cluster.stage import NAME, PEAK, Stage, autoscaler, calendar, hpa, workload
from tests.cluster.troubled_api import TroubledApi
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.cluster_api import Json
    from tests.cluster.operator_process import Sun
    from tests.cluster.troubled_api import Asked

log = logging.getLogger(__name__)

HPA, POLICY = "HorizontalPodAutoscaler", "SchoolAutoscaler"
COPIES, FOREIGN = 8, 3
HAND_BACK = 2
"""Our second write of an HPA; the first one is the floor."""
REPAIRED_WITHIN_SECONDS = 5


@dataclass
class Meddler:
    """Sets the minimum of one HPA while our hand-back of it is under way."""

    stage: Stage
    name: str
    patches: int = 0
    at: float | None = None
    repaired: float | None = None
    minima: list[int] = field(default_factory=list)

    def passing(self, asked: Asked) -> None:
        """Told of each request before the API server is."""
        if asked.method != "PATCH" or not asked.path.endswith(f"/horizontalpodautoscalers/{self.name}"):
            return
        self.patches += 1
        if self.patches == HAND_BACK:
            self.stage.api.patch(HPA, self.name, {"spec": {"minReplicas": FOREIGN}})
            self.at = time.monotonic()

    def seen(self, body: Json) -> None:
        minimum = body["spec"]["minReplicas"]
        self.minima.append(minimum)
        if self.at is not None and self.repaired is None and minimum == PEAK and baseline(body) == FOREIGN:
            self.repaired = time.monotonic()

    def watching(self) -> contextlib.AbstractContextManager[object]:
        return self.stage.api.watching(HPA, self.name, self.seen)


def baseline(body: Json) -> int:
    return int((body["metadata"].get("annotations") or {}).get("firstbell.dev/baseline", -1))


def named(body: Json, name: str) -> Json:
    found = copy.deepcopy(body)
    found["metadata"]["name"] = name
    if "scaleTargetRef" in found["spec"]:
        found["spec"]["scaleTargetRef"]["name"] = name
    return found


@pytest.fixture
def api(stage: Stage) -> Iterator[TroubledApi]:
    with TroubledApi(stage.for_operator.kubeconfig) as found:
        yield found


def operator(stage: Stage, api: TroubledApi, sun: Sun, folder: Path) -> OperatorThread:
    """One whose requests all pass by the meddlers."""
    kubeconfig = api.kubeconfig(folder / "kubeconfig", {"token": "any"})
    settings = replace(settings_for(stage.for_operator, stage.namespace), kubeconfig=kubeconfig, context=None)
    return OperatorThread(settings, sun, lambda: None)


def test_a_foreign_minimum_in_the_gap_is_raised_over_and_the_baseline(stage: Stage, api, rush, tmp_path):
    names = [f"{NAME}-{number}" for number in range(COPIES)]
    stage.set(calendar(), *(named(body, name) for name in names for body in (workload(), hpa())))
    meddlers = [Meddler(stage, name) for name in names]

    def pass_by(asked: Asked) -> None:
        for each in meddlers:
            each.passing(asked)

    api.trouble = pass_by
    with contextlib.ExitStack() as watches:
        for each in meddlers:
            watches.enter_context(each.watching())
        with operator(stage, api, rush, tmp_path):
            for name in names:
                stage.set(named(autoscaler(), name))
            until(
                lambda: all(each.repaired for each in meddlers),
                lambda: f"{[each.minima for each in meddlers]}",
            )
            for each in meddlers:
                assert FOREIGN in each.minima, "it came after the floor, and was there"
                body = stage.api.get(HPA, each.name) or {}
                assert (body["spec"]["minReplicas"], baseline(body)) == (PEAK, FOREIGN)
                until(lambda each=each: limited(stage, each.name) == "DesiredWithinRange", "nobody is blamed")
    took = sorted(each.repaired - each.at for each in meddlers if each.repaired and each.at)
    log.info("raised over after %s s", [round(seconds, 2) for seconds in took])
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
        until(lambda: done and baseline(stage.autoscaler or hpa()) == FOREIGN, "a new baseline")
        stage.floored(PEAK, seconds=REPAIRED_WITHIN_SECONDS)
        stage.told("ScalingLimited", "False", "DesiredWithinRange")
