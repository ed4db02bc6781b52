"""An order to stop, on a real API server: nothing is written by any path from then on, by the audit log.

The operator has the chart's account, and the chart's right to read the one ConfigMap of that name; it stands
in the test's own namespace, so that it stops no other test's operator.
"""

from __future__ import annotations

import signal
import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import yaml

from firstbell.clock import SystemClock
from firstbell.kinds.stop_order import STOP_NAME, stop_manifest
from tests.chart.rendering import manifests
from tests.cluster.audited import Audited
from tests.cluster.commands import firstbell, said
from tests.cluster.operator_account import CHART, EVERY_RIGHT, helm
from tests.cluster.operator_process import OperatorThread, Sun, fast_process, settings_for
from tests.cluster.stage import BASELINE, NAME, PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import holds, until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.cluster_api import Json

WHY = "the load balancer is being replaced"
WITHIN_SECONDS = 1.0
"""From the order's being taken by the API server to the last write of ours."""
READS = {"get", "list", "watch"}
HURRY = 600.0


@pytest.fixture
def stoppable(stage: Stage) -> Stage:
    """A stage whose operators may read the order of its namespace, by the chart's own role."""
    account = stage.accounts.operator
    text = helm(
        stage.control_plane, "template", account.namespace, str(CHART), "--namespace", account.namespace,
        *EVERY_RIGHT, "--show-only", "templates/stop-role.yaml",
    )  # fmt: skip
    bodies = manifests(text)
    for body in bodies:
        body["metadata"]["namespace"] = stage.namespace
    stage.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(bodies))
    return stage


def operator(stage: Stage, sun: Sun) -> OperatorThread:
    settings = settings_for(stage.for_operator, stage.namespace)
    return OperatorThread(replace(settings, stop_namespace=stage.namespace), sun, lambda: None)


def stop(stage: Stage, **more: str) -> datetime:
    """Makes the order as a person does; when the API server took it."""
    body = stop_manifest(stage.namespace, WHY, by="alice")
    body["data"] |= more
    stage.api.create(body)
    return SystemClock().now()


def resume(stage: Stage) -> None:
    stage.api.delete("ConfigMap", STOP_NAME)


def over_at_half_past_eight() -> Json:
    """An order of another kind, which is deleted a minute after its end."""
    times = {"startTime": at("08:00").isoformat(), "endTime": at("08:30").isoformat()}
    spec = {"autoscalerRefs": [{"name": NAME}], "floorReplicas": PEAK, "reason": "a test", **times}
    return {
        "apiVersion": "firstbell.dev/v1alpha1",
        "kind": "ScalingOverride",
        "metadata": {"name": "over"},
        "spec": {**spec, "ttlSecondsAfterFinished": 60},
    }


def writes_after(stage: Stage, since: datetime) -> list[str]:
    """What the operator's account wrote so much later, but for statuses of ours and events."""
    audited = Audited.of(stage)
    if audited is None:
        pytest.skip("nobody audits here")
    found = []
    for event in audited.events():
        what = event["objectRef"]
        told = what.get("subresource") == "status" and what.get("apiGroup") == "firstbell.dev"
        if event["verb"] in READS or told or what["resource"] == "events":
            continue
        if "serviceaccount" not in event["user"]["username"]:
            continue
        came = datetime.fromisoformat(event["requestReceivedTimestamp"])
        if (came - since).total_seconds() > WITHIN_SECONDS:
            found.append(f"{event['verb']} {what['resource']}/{what.get('subresource', '')} {what['name']}")
    return found


def test_a_rise_that_is_due_is_not_written_and_is_as_soon_as_we_go_on(stoppable: Stage):
    stage, sun = stoppable, Sun.rising(at("08:10"), 1, hurry=HURRY)
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with operator(stage, sun):
        stage.told("Ready", "True", "Serving")
        since = stop(stage)
        assert WHY in stage.told("Ready", "False", "Stopped", seconds=10)
        sun.wait_for(at("08:22"))
        holds(lambda: stage.minimum() == stage.replicas() == BASELINE, "nothing is raised", seconds=4)
        assert stage.status()["decision"]["reason"] == "Stopped"
        assert writes_after(stage, since) == []
        resume(stage)
        stage.floored(PEAK, seconds=5)
        stage.told("Ready", "True", "Serving", seconds=10)


def test_a_floor_outlasts_its_fall_a_deletion_and_a_restart_while_we_are_stopped(stoppable: Stage):
    stage, sun = stoppable, Sun.rising(at("08:22"), 1, hurry=HURRY)
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with operator(stage, sun):
        stage.floored(PEAK)
        until(lambda: "firstbell" not in dict(stage.owners_of_minimum()), "the field is handed back")
        since = stop(stage)
        stage.told("Ready", "False", "Stopped", seconds=10)
        stage.set(over_at_half_past_eight())
        sun.wait_for(at("08:50"))
        holds(lambda: stage.minimum() == PEAK, "the floor stays through its fall", seconds=4)
        stage.kubectl("delete", f"schoolas/{NAME}", "--timeout=20s")
        holds(lambda: stage.minimum() == PEAK, "and through a deletion", seconds=4)
    with operator(stage, sun):
        holds(lambda: stage.minimum() == PEAK, "an orphan that a start finds stays, too", seconds=4)
        assert stage.api.get("ScalingOverride", "over") is not None, "its time is over, too"
        assert writes_after(stage, since) == []
        resume(stage)
        stage.left_alone(seconds=10)
        sun.wait_for(sun.now() + timedelta(minutes=5))
        until(lambda: stage.api.get("ScalingOverride", "over") is None, "what is over is deleted")


def test_a_process_that_starts_while_we_are_stopped_writes_nothing_from_its_first_look_on(
    stoppable: Stage, tmp_path: Path
):
    stage, sun = stoppable, Sun.rising(at("08:22"), 1)
    since = stop(stage)
    time.sleep(WITHIN_SECONDS)
    stage.set(workload(), hpa(), calendar(), autoscaler())
    for round_ in range(2):
        log = tmp_path / f"{round_}.log"
        with fast_process(stage.for_operator, stage.namespace, sun, log, stops_in=stage.namespace) as started:
            started.says(" started ", seconds=100)
            started.says("stopped", seconds=20)
            holds(lambda: stage.minimum() == BASELINE, "nothing is raised", seconds=4)
            started.ends(signal.SIGKILL, seconds=30)
    assert stage.condition("Ready")["reason"] == "Stopped"
    assert writes_after(stage, since) == []


def test_a_count_that_is_set_directly_stays_and_an_order_ends_at_its_end(stoppable: Stage):
    stage, sun = stoppable, Sun.rising(at("08:10"), 1, hurry=HURRY)
    stage.set(workload(), calendar(), autoscaler(minReplicas=BASELINE, maxReplicas=40))
    with operator(stage, sun):
        stage.told("Ready", "True", "Serving")
        since = stop(stage, until=f"{at('08:35').isoformat()}")
        stage.told("Ready", "False", "Stopped", seconds=10)
        sun.wait_for(at("08:22"))
        holds(lambda: stage.replicas() == BASELINE, "the count stays", seconds=4)
        assert writes_after(stage, since) == []
        sun.wait_for(at("08:35"))
        until(lambda: stage.replicas() == PEAK, "it is scaled again", seconds=10)


def test_a_person_stops_it_releases_a_floor_and_has_it_go_on(stoppable: Stage):
    stage, where = stoppable, ("-n", stoppable.namespace)
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with operator(stage, Sun.rising(at("08:22"), 1)):
        stage.floored(PEAK)
        stage.told("Ready", "True", "Serving")
        told = said(stage, "stop", "--reason", WHY, "--yes", *where)
        assert "say that they are stopped." in told
        assert f"{WHY} (by " in stage.condition("Ready")["message"]
        explained = said(stage, "explain", f"{stage.namespace}/{NAME}")
        assert f"{stage.namespace}/{NAME}: nothing is written (Stopped)" in explained
        until(lambda: "firstbell" not in dict(stage.owners_of_minimum()), "the field is handed back")
        firstbell(stage, "release", "--all", "--instance", stage.namespace, *where)
        holds(lambda: stage.minimum() == BASELINE, "nobody raises it again", seconds=4)
        assert "are served again." in said(stage, "resume", "--yes", *where)
        stage.floored(PEAK, seconds=5)
    assert "there is no order to stop" in said(stage, "resume", *where)
