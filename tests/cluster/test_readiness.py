"""Why a bell will not be met: each reason brought about for real, and told before the bell, and no other's.

Pods that a made-up node would make Ready whatever happens have a kubelet of the test (`kubelet.py`).
"""

from __future__ import annotations

import asyncio
import copy
import json
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
import yaml

from firstbell.cli.many_clusters import Connections
from firstbell.cli.status.look import Looks, Seen
from tests.cluster.audited import Audited
from tests.cluster.commands import firstbell
from tests.cluster.kubelet import CRASHES, NO_IMAGE, NOBODY, READY, RUNS, Kubelet
from tests.cluster.operator_account import access
from tests.cluster.operator_process import Sun
from tests.cluster.quota import limit_pods
from tests.cluster.stage import BASELINE, CALENDAR, PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.cluster_api import Json

SPEED, HURRY = 10, 120
BELL = "2026-03-04T08:30:00Z"
ALLOWED = 4
"""Pods, by a quota: fewer than the peak asks for."""
PLAYED = {"image": NO_IMAGE, "crash": CRASHES, "probe": RUNS}


def renamed(body: Json, name: str) -> Json:
    """The same for another workload."""
    body = copy.deepcopy(body)
    if body["metadata"]["name"] != CALENDAR:
        body["metadata"]["name"] = name
    spec = body["spec"]
    if "scaleTargetRef" in spec:
        spec["scaleTargetRef"]["name"] = name
    if "template" in spec:
        spec["selector"]["matchLabels"] = {"app": name}
        spec["template"]["metadata"]["labels"] = {"app": name}
    return body


def unscheduled(body: Json) -> Json:
    body["spec"]["template"]["spec"]["schedulerName"] = NOBODY
    return body


def on_no_node(body: Json) -> Json:
    body["spec"]["template"]["spec"]["nodeSelector"] = {"nowhere": "true"}
    return body


def of(stage: Stage, name: str) -> tuple[str, str, str]:
    """Status, reason and message of a workload's ReadyForBell."""
    found = (stage.api.get("SchoolAutoscaler", name) or {}).get("status", {})
    told = next((one for one in found.get("conditions", []) if one["type"] == "ReadyForBell"), {})
    return told.get("status", ""), told.get("reason", ""), told.get("message", "")


def reasons(stage: Stage, name: str) -> set[str]:
    found = (stage.api.get("SchoolAutoscaler", name) or {}).get("status", {})
    return {one["reason"] for one in (found.get("bell") or {}).get("reasons", ())}


def is_at_risk(stage: Stage, name: str, reason: str) -> bool:
    return of(stage, name)[:2] == ("False", "AtRisk") and reason in reasons(stage, name)


def looked(stage: Stage, sun: Sun) -> Seen:
    """What `firstbell status` shows, by the clock of the operator."""

    async def look() -> Seen:
        async with AsyncExitStack() as stack:
            looks = Looks(
                contexts=(stage.control_plane.context,),
                namespace=stage.namespace,
                everywhere=False,
                clock=sun.clock,
                connections=Connections(kubeconfig=stage.control_plane.kubeconfig, seconds=30, stack=stack),
            )
            return await looks.look()

    return asyncio.run(look())


def several_contexts(stage: Stage, folder: Path) -> Path:
    """A kubeconfig of this cluster under two names, as somebody without rights, and of one that is gone."""
    here = yaml.safe_load(stage.control_plane.kubeconfig.read_text())
    current = stage.control_plane.context or here["current-context"]
    (mine,) = [one["context"] for one in here["contexts"] if one["name"] == current]
    stage.kubectl("create", "serviceaccount", "guest")
    path = access(stage.control_plane, stage.namespace, "guest", folder / "guest")
    theirs = yaml.safe_load(path.read_text())
    there = {"name": "gone", "cluster": {"server": "https://127.0.0.1:1"}}
    guest = {"name": "guest", "user": theirs["users"][0]["user"]}
    contexts = {
        "north": mine,
        "south": mine,
        "guest": mine | {"user": "guest"},
        "gone": mine | {"cluster": "gone"},
    }
    here |= {
        "clusters": [*here["clusters"], there],
        "users": [*here["users"], guest],
        "contexts": [
            {"name": name, "context": context | {"namespace": stage.namespace}}
            for name, context in contexts.items()
        ],
        "current-context": "gone",
    }
    written = folder / "contexts"
    written.write_text(yaml.safe_dump(here))
    return written


def several_contexts_are_one_table(stage: Stage, folder: Path, workloads: int) -> None:
    contexts = ("--kubeconfig", several_contexts(stage, folder), "--contexts", "north,south,guest,gone")
    asked = firstbell(stage, "status", *contexts, "-o", "json")
    assert asked.returncode == 1
    found = json.loads(asked.stdout)
    assert {one["context"] for one in found["workloads"]} == {"north", "south"}
    assert len(found["workloads"]) == 2 * workloads
    unread = {one["context"]: str(one) for one in found["unread"]}
    assert set(unread) == {"guest", "gone"}
    assert "list schoolautoscalers" in unread["guest"]


def test_each_reason_is_told_before_the_bell_and_nobody_elses(stage: Stage, tmp_path: Path):
    told = {
        "node": ("Unschedulable", "didn't match Pod's node affinity/selector"),
        "image": ("ImagePull", "container web: image registry.example.invalid/web:1"),
        "crash": ("Crash", "container web: last exit code 3"),
        "maximum": ("AutoscalerMaximum", "maxReplicas of HorizontalPodAutoscaler maximum allows 4"),
        "rollout": ("RolloutStuck", "has timed out progressing"),
    }
    stage.set(calendar())
    for name in (*told, "probe"):
        body = renamed(workload(), name)
        if name in PLAYED:
            unscheduled(body)
        elif name in {"node", "rollout"}:
            on_no_node(body)
        if name == "rollout":
            body["spec"]["progressDeadlineSeconds"] = 1
        limit = 4 if name == "maximum" else 40
        stage.set(body, renamed(hpa(maximum=limit), name), renamed(autoscaler(), name))
    # A neighbour whose pods bear the label of the workload whose image cannot be pulled.
    neighbour = on_no_node(renamed(workload(replicas=PEAK + 2), "neighbour"))
    neighbour["spec"]["selector"]["matchLabels"]["tier"] = "canary"
    neighbour["spec"]["template"]["metadata"]["labels"] = {"app": "image", "tier": "canary"}
    neighbour["spec"]["selector"]["matchLabels"]["app"] = "image"
    stage.set(neighbour)
    with (
        Kubelet(stage, lambda pod: PLAYED.get(pod["metadata"]["labels"]["app"])),
        stage.operator(sun := Sun.rising(at("08:19"), SPEED, hurry=HURRY)),
    ):
        sun.wait_for(at("08:20"))
        until(
            lambda: of(stage, "node")[:2] == ("Unknown", "OnTrack"), lambda: f"on track: {of(stage, 'node')}"
        )
        sun.wait_for(at("08:22"))
        for name, (reason, words) in told.items():
            until(
                lambda name=name, reason=reason: is_at_risk(stage, name, reason),
                lambda name=name: f"{name} at risk: {of(stage, name)}, {stage.status('SchoolCalendar')}",
            )
            assert words in of(stage, name)[2]
        until(lambda: "Probe" in reasons(stage, "probe"), lambda: f"its probe fails: {of(stage, 'probe')}")
        assert sun.now() < at("08:30"), "too slow a machine for this speed"
        assert "Unschedulable" not in reasons(stage, "image")
        assert "didn't match" not in of(stage, "image")[2]
        (coming, *_) = (stage.api.get("SchoolAutoscaler", "node") or {})["status"]["upcoming"]
        assert (coming["bellTime"], coming["atRisk"]) == (BELL, True)
        rows = stage.kubectl("get", "schoolas", "--no-headers").splitlines()
        assert sum("At risk" in row for row in rows) >= len(told)
        seen = looked(stage, sun)
        assert seen.exit_code == 1
        assert [one.red for one in seen.standings] == [True] * len(seen.standings)
        assert {one.planned for one in seen.standings} == {PEAK, 4}
        asked = firstbell(stage, "status", "-n", stage.namespace)
        assert asked.returncode == 1
        assert "At risk" in asked.stdout
        assert asked.stdout.splitlines()[-1] == f"{len(told) + 1} of {len(told) + 1} red"
        several_contexts_are_one_table(stage, tmp_path, len(told) + 1)
        sun.wait_for(at("08:30"))
        until(lambda: of(stage, "node")[:2] == ("False", "Late"), lambda: f"late: {of(stage, 'node')}")
        last = (stage.api.get("SchoolAutoscaler", "node") or {})["status"]["lastPeak"]
        assert (last["plannedReplicas"], last["readyReplicasAtBell"]) == (PEAK, 0)
        assert last["reasons"][0]["reason"] == "Unschedulable"


def test_of_a_stateful_set_that_a_quota_stops_it_is_told_how_many_pods_are_not_there(stage: Stage):
    """Its controller says why in events alone, which the operator has no right to read."""
    kind = "StatefulSet"
    limit_pods(stage, "small", ALLOWED)
    stage.set(workload(kind), hpa(kind=kind), calendar(), autoscaler(kind=kind))
    with stage.operator(sun := Sun.rising(at("08:19"), SPEED, hurry=HURRY)):
        until(lambda: stage.ready(kind) == BASELINE, f"{BASELINE} Ready")
        sun.wait_for(at("08:20"))
        until(lambda: stage.ready(kind) == ALLOWED, "as many Ready as the quota allows")
        sun.wait_for(at("08:22"))
        until(lambda: is_at_risk(stage, "web", "NotCreated"), lambda: f"short of pods: {of(stage, 'web')}")
        assert sun.now() < at("08:30"), "too slow a machine for this speed"
        assert of(stage, "web")[2].endswith(f"{PEAK - ALLOWED} NotCreated")


def test_a_quota_is_told_as_soon_as_the_server_says_so(stage: Stage):
    limit_pods(stage, "small", ALLOWED)
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with stage.operator(sun := Sun.rising(at("08:19"), SPEED, hurry=HURRY)):
        until(lambda: stage.ready() == BASELINE, f"{BASELINE} Ready")
        sun.wait_for(at("08:20"))
        message = stage.told("ReadyForBell", "False", "AtRisk")
        assert sun.now() < at("08:30")
        assert (
            "ExceededQuota (exceeded quota: small, requested: pods=1, used: pods=4, limited: pods=4"
            in message
        )
        stage.api.delete("ResourceQuota", "small")
        until(lambda: stage.ready() == PEAK, f"{PEAK} Ready", seconds=60)
        sun.wait_for(at("08:30"))
        until(lambda: of(stage, "web")[1] in {"Ready", "OnSchedule"}, lambda: f"well: {of(stage, 'web')}")


def test_a_lead_of_a_minute_without_ramp_is_at_risk_before_the_bell(stage: Stage):
    policy = autoscaler()
    policy["spec"]["peaks"][0]["leadMinutes"] = 1
    stage.set(on_no_node(workload()), hpa(), calendar("08:33"), policy)
    with stage.operator(sun := Sun.rising(at("08:29"), SPEED, hurry=HURRY)):
        sun.wait_for(at("08:30"))
        stage.told("ReadyForBell", "Unknown", "OnTrack")
        sun.wait_for(at("08:31:30"))
        message = stage.told("ReadyForBell", "False", "AtRisk")
        assert sun.now() < at("08:33")
        assert message.startswith(f"0 of {PEAK} replicas Ready for first-lesson at Wed 04 Mar 08:33: ")
        sun.wait_for(at("08:33"))
        stage.told("ReadyForBell", "False", "Late")
        until(
            lambda: (
                [reason for reason in events(stage) if reason in {"AtRisk", "Late"}] == ["AtRisk", "Late"]
            ),
            lambda: f"one event for each change for the worse: {events(stage)}",
        )


def events(stage: Stage) -> list[str]:
    """The reasons of the workload's events, each as often as it came."""
    found = [one for one in stage.api.list("Event") if one["involvedObject"]["name"] == "web"]
    found.sort(key=lambda one: one["metadata"]["resourceVersion"].zfill(20))
    return [one["reason"] for one in found if one["involvedObject"]["kind"] == "SchoolAutoscaler"]


LISTED_EVERY = 15.0
"""Seconds of the wall between two listings of a red workload's pods, whatever the operator's clock reads."""


def listings(audited: Audited) -> list[tuple[datetime, str]]:
    """When operators have listed pods here so far, and what they asked for, page by page."""
    return [
        (datetime.fromisoformat(event["requestReceivedTimestamp"]), event["requestURI"])
        for event in audited.events()
        if (event["verb"], event["objectRef"]["resource"]) == ("list", "pods")
    ]


def test_pods_of_red_workloads_alone_are_listed_page_by_page_and_seldom(stage: Stage):
    audited = Audited.of(stage)
    if audited is None:
        pytest.skip("nobody audits here")
    more_than_a_page = 120
    stage.set(calendar(), *(renamed(one, "well") for one in (workload(), hpa(), autoscaler())))
    stage.set(on_no_node(workload()), hpa(maximum=200), autoscaler(replicas=more_than_a_page))

    def begun() -> list[datetime]:
        return [at for at, asked in listings(audited) if "continue=" not in asked]

    with stage.operator(sun := Sun.rising(at("08:19"), 1, hurry=HURRY)):
        sun.wait_for(at("08:20"))
        until(
            lambda: (stage.api.get("Deployment", "well") or {})["status"].get("readyReplicas") == PEAK,
            "those that have a node are Ready",
        )
        sun.wait_for(at("08:22:30"))
        until(lambda: is_at_risk(stage, "web", "Unschedulable"), lambda: f"at risk: {of(stage, 'web')}")
        until(lambda: len(begun()) > 2, lambda: f"listed three times: {begun()}", seconds=90)
    asked = [what for _, what in listings(audited)]
    assert all("limit=100&labelSelector=app%3Dweb" in one for one in asked), asked
    assert any("continue=" in one for one in asked), asked
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(begun())]
    assert min(gaps) > LISTED_EVERY - 1, gaps  # a request may be on its way for a moment


def test_a_workload_that_is_broken_at_night_is_told_long_before_its_bell(stage: Stage):
    stage.set(unscheduled(workload()), hpa(), calendar(), autoscaler())
    with (
        Kubelet(stage, lambda _: READY) as kubelet,
        stage.operator(sun := Sun.rising(at("02:00"), SPEED, hurry=HURRY)),
    ):
        until(lambda: stage.status().get("readyReplicas") == BASELINE, f"{BASELINE} Ready")
        stage.told("ReadyForBell", "True", "NothingDue")
        kubelet.says = lambda _: CRASHES
        until(lambda: stage.status().get("readyReplicas") == 0, "none is Ready")
        sun.wait_for(sun.now() + timedelta(minutes=6))
        stage.told("ReadyForBell", "False", "BaselineNotReady")
        until(lambda: "Crash" in reasons(stage, "web"), lambda: f"why: {of(stage, 'web')}")
        assert "2 Crash (container web: last exit code 3)" in of(stage, "web")[2]
        (coming, *_) = stage.status()["upcoming"]
        assert (coming["bellTime"], coming["atRisk"]) == (BELL, True)
        kubelet.says = lambda _: READY
        stage.told("ReadyForBell", "True", "NothingDue")
