"""Many workloads at one bell on a real API server: room is made first, and the most important comes first."""

from __future__ import annotations

import json
import os
from statistics import median
from typing import TYPE_CHECKING

import pytest

from tests.cluster import buffer, forked
from tests.cluster.operator_account import access
from tests.cluster.operator_process import Sun
from tests.cluster.quota import limit_pods, used
from tests.cluster.stage import BASELINE, NAME, PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.cluster_api import Json

BOUNDS = {"minReplicas": BASELINE, "maxReplicas": 40}
FRONT = "front"
OF_EACH = 15
CLASSES = {"sign-on": 90, "course": 50, "reports": 10}


@pytest.fixture(scope="module", autouse=True)
def _kind_installed(control_plane: ControlPlane) -> Iterator[None]:
    buffer.install(control_plane)
    yield
    buffer.uninstall(control_plane)


def named(body: Json, name: str, **spec: object) -> Json:
    """The same object under another name, an autoscaler for the workload of that name."""
    body["metadata"]["name"] = name
    if "scaleTargetRef" in body["spec"]:
        body["spec"]["scaleTargetRef"]["name"] = name
    body["spec"].update(spec)
    return body


def on_a_buffer(name: str = NAME, lead: int = 10, **spec: object) -> Json:
    body = autoscaler(**BOUNDS)
    body["spec"]["scaleTargetRef"] = buffer.target(name)
    body["spec"]["peaks"][0]["leadMinutes"] = lead
    return named(body, name, **spec)


def count(stage: Stage, kind: str, name: str) -> int:
    return (stage.api.get(kind, name) or {})["spec"]["replicas"]


def test_room_is_made_first_by_a_lead_of_its_own_and_tells_itself_whether_it_is_there(
    stage: Stage,
):
    stage.set(buffer.a_buffer(), named(workload(), FRONT), calendar())
    buffer.provisioned(stage, BASELINE)
    stage.set(on_a_buffer(lead=40), named(autoscaler(**BOUNDS), FRONT))
    with stage.operator(sun := Sun.rising(at("07:49"), 10, hurry=200)):
        stage.told("ReadyForBell", "True", "NothingDue")
        sun.wait_for(at("07:50"))
        until(lambda: count(stage, buffer.KIND, NAME) == PEAK, "the buffer is raised 40 minutes before")
        assert count(stage, "Deployment", FRONT) == BASELINE, "the workload comes by its own lead"
        buffer.provisioned(stage, BASELINE, why_not="nodes are awaited")
        sun.wait_for(at("07:53"))
        message = stage.told("ReadyForBell", "False", "BehindSchedule")
        assert f"0 of {PEAK} replicas Ready" in message
        assert "Provisioning is False: nodes are awaited" in message
        buffer.provisioned(stage, PEAK)
        stage.told("ReadyForBell", "True", "OnSchedule")
        assert stage.status()["readyReplicas"] == PEAK
        assert count(stage, "Deployment", FRONT) == BASELINE
        sun.wait_for(at("08:20"))
        until(lambda: count(stage, "Deployment", FRONT) == PEAK, "the workload has its room")


READER = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: teacher}
rules:
- {apiGroups: [firstbell.dev], resources: ["*"], verbs: [list]}
- {apiGroups: [autoscaling], resources: [horizontalpodautoscalers], verbs: [list]}
"""


def fleet_of(stage: Stage, kubeconfig: Path) -> Json:
    """What `firstbell fleet` prints of the day that is played, for whoever has the kubeconfig."""
    options = ["--date", "2026-03-04", "--days", "1", "--timeout", "60", "--kubeconfig", str(kubeconfig)]
    done = forked.run(
        ["-m", "firstbell", "fleet", "-n", stage.namespace, "-o", "json", *options], dict(os.environ)
    )
    assert done.stdout, done.stderr
    (told,) = json.loads(done.stdout)["fleets"]
    return told


def test_a_fleet_is_told_with_any_rights_and_what_they_do_not_reach_is_named(stage: Stage, tmp_path: Path):
    limit_pods(stage, "team", PEAK - 1)
    stage.set(workload(), hpa(), calendar(), autoscaler())
    until(lambda: stage.ready() == BASELINE, "its pods are there")
    until(lambda: used(stage, "team") == str(BASELINE), lambda: f"used of the quota: {used(stage, 'team')}")
    all_rights = fleet_of(stage, stage.control_plane.kubeconfig)
    (bell,) = all_rights["bells"]
    assert (bell["bellTime"], bell["pods"], bell["podsMore"]) == (
        "2026-03-04T08:30:00Z",
        PEAK,
        PEAK - BASELINE,
    )
    assert (bell["cpuMillicores"], bell["memoryBytes"]) == (PEAK * 100, PEAK * 16 * 2**20)
    strains = {(one["where"], one["resource"]): one for one in bell["strains"]}
    mine = strains[f"quota {stage.namespace}/team", "pods"]
    assert (mine["wanted"], mine["most"], mine["fits"]) == (PEAK, PEAK - 1, False)
    assert strains["nodes", "cpu"]["most"] > 0
    assert all_rights["notes"] == []

    stage.kubectl("create", "serviceaccount", "teacher")
    stage.kubectl("apply", "-f", "-", stdin=READER)
    account = f"--serviceaccount={stage.namespace}:teacher"
    stage.kubectl("create", "rolebinding", "teacher", "--role=teacher", account)
    few = access(stage.control_plane, stage.namespace, "teacher", tmp_path / "teacher")
    told = fleet_of(stage, few)
    (bell,) = told["bells"]
    assert (bell["pods"], bell["podsWithoutCpu"], bell["fits"]) == (PEAK, PEAK, True)
    assert [one["where"] for one in bell["strains"]] == ["controllers"]
    assert [
        f'cannot list resource "{plural}"' in note
        for plural, note in zip(("nodes", "resourcequotas"), told["notes"], strict=True)
    ] == [True, True]
    assert 'cannot list resource "deployments"' in told["unknownRequests"][0]["why"]


def test_of_those_that_rise_at_one_bell_the_most_important_are_written_first(stage: Stage):
    """Buffers have no controller here: their versions are in the order in which their counts were written."""
    names = {f"{kind}-{number}": kind for number in range(OF_EACH) for kind in sorted(CLASSES)}
    stage.set(calendar())
    for name, kind in names.items():
        stage.set(buffer.a_buffer(name), on_a_buffer(name, priority=CLASSES[kind]))
        buffer.provisioned(stage, BASELINE, name=name)

    def told() -> int:
        statuses = [body.get("status", {}) for body in stage.api.list("SchoolAutoscaler")]
        return sum(1 for status in statuses if status.get("currentReplicas") == BASELINE)

    with stage.operator(sun := Sun.rising(at("08:10"), 1, hurry=200)):
        until(lambda: told() == len(names), lambda: f"{told()} of {len(names)} are known")
        sun.wait_for(at("08:19:50"))
        until(
            lambda: {body["spec"]["replicas"] for body in stage.api.list(buffer.KIND)} == {PEAK},
            "all are raised",
        )
    written = sorted(stage.api.list(buffer.KIND), key=lambda body: int(body["metadata"]["resourceVersion"]))
    ranks = {kind: [] for kind in CLASSES}
    for rank, body in enumerate(written):
        ranks[names[body["metadata"]["name"]]].append(rank)
    medians = {kind: median(found) for kind, found in ranks.items()}
    assert sorted(medians, key=lambda kind: medians[kind]) == ["sign-on", "course", "reports"], ranks
    # As many are written beside each other as there are workers: among these the order is the API server's.
    assert medians["sign-on"] < OF_EACH < medians["reports"]
