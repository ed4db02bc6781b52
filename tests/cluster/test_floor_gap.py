"""Somebody writes between our floor and its hand-back: it is their baseline, and raised over at once."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import json
import logging
import re
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from firstbell.adapters.kubernetes import KubernetesCluster
from firstbell.adapters.renewal import load_access
from firstbell.engine.ports import Failure, ObjectPath, write_outcome
from tests.cluster.operator_process import OperatorThread, settings_for
from tests.cluster.stage import NAME, PEAK, Stage, autoscaler, calendar, hpa, workload
from tests.cluster.stand_ins import free_port, read
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


def operator(
    stage: Stage, api: TroubledApi, sun: Sun, folder: Path, *, metrics_port: int = 0
) -> OperatorThread:
    """One whose requests all pass by the meddlers."""
    kubeconfig = api.kubeconfig(folder / "kubeconfig", {"token": "any"})
    settings = settings_for(stage.for_operator, stage.namespace)
    settings = replace(settings, kubeconfig=kubeconfig, context=None, metrics_port=metrics_port)
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


WRITES = re.compile(r'^firstbell_writes_total\{outcome="(\w+)",what="(\w+)"\} (\S+)$', re.MULTILINE)


def outcomes(port: int, what: str) -> set[str]:
    """How the writes of a kind have ended, by /metrics."""
    found = WRITES.findall(read(port, "metrics"))
    return {outcome for outcome, written, times in found if written == what and float(times)}


def test_a_hand_back_that_somebody_else_was_faster_than_is_no_failed_write_in_the_figures(
    stage: Stage, api, rush, tmp_path
):
    stage.set(workload(), hpa(), calendar())
    meddler, port = Meddler(stage, NAME), free_port()
    api.trouble = meddler.passing
    with operator(stage, api, rush, tmp_path, metrics_port=port):
        stage.set(autoscaler())
        until(lambda: outcomes(port, "handback") == {"Overtaken", "ok"}, lambda: read(port, "metrics"))
        assert meddler.at is not None
        assert outcomes(port, "floor") <= {"ok", "Overtaken"}


def in_namespace(namespace: str, group: str, version: str, plural: str, subresource: str = "") -> ObjectPath:
    return ObjectPath(
        group=group, version=version, plural=plural, namespace=namespace, name=NAME, subresource=subresource
    )


WRITTEN = {
    "a floor": (("autoscaling", "v2", "horizontalpodautoscalers"), "/spec/minReplicas"),
    "a count": (("apps", "v1", "deployments", "scale"), "/spec/replicas"),
    "a mark": (("firstbell.dev", "v1alpha1", "schoolautoscalers", "status"), "/status/actuator/instance"),
}


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_a_test_that_does_not_hold_any_more_is_a_race_lost_whatever_is_written(stage: Stage, written):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    status = {"status": {"actuator": {"kind": "Deployment", "name": NAME, "instance": "another"}}}
    stage.kubectl("patch", "schoolas", NAME, "--subresource=status", "--type=merge", "-p", json.dumps(status))
    where, field_path = written

    async def patched(*tests: Json) -> Json | Failure:
        access = await load_access(stage.for_operator.kubeconfig, stage.for_operator.context)
        async with KubernetesCluster(access) as cluster:
            return await cluster.json_patch(in_namespace(stage.namespace, *where), tests)

    lost = asyncio.run(patched({"op": "test", "path": field_path, "value": 77}))
    gone = asyncio.run(patched({"op": "test", "path": f"{field_path}OfOld", "value": 77}))
    refused = asyncio.run(patched({"op": "replace", "path": field_path, "value": {"a": 1}}))

    assert [write_outcome(lost), write_outcome(gone)] == ["Overtaken", "Overtaken"], (lost, gone)
    assert isinstance(refused, Failure)
    assert not refused.overtaken, refused
