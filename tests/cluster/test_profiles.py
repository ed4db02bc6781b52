"""A calendar and a profile of the whole cluster: whom an edit moves, and who may not see them.

What is made of the cluster bears the name of the test's namespace, and is removed.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.cluster.commands import said
from tests.cluster.operator_process import Sun
from tests.cluster.stage import BASELINE, PEAK, Stage, at, calendar, hpa, workload
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.cluster_api import Json

AUTOSCALER, HPA = "SchoolAutoscaler", "HorizontalPodAutoscaler"
API = "firstbell.dev/v1alpha1"
OF_THE_CLUSTER = ("ClusterSchoolCalendar", "ClusterScalingProfile")
STEP = {"name": "first", "anchor": "FirstPeriodStart", "rampMinutes": 0, "holdMinutes": 10, "decayMinutes": 0}
CALM_LOOKS = 4


def named(body: Json, name: str, **spec: Any) -> Json:
    return {**body, "metadata": {"name": name}, "spec": {**body["spec"], **spec}}


def policy(name: str, **spec: Any) -> Json:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    return {
        "apiVersion": API,
        "kind": AUTOSCALER,
        "metadata": {"name": name},
        "spec": {"scaleTargetRef": target, "capacity": {"replicasAtPeak": PEAK}, **spec},
    }


def scaled(name: str) -> tuple[Json, Json]:
    """A Deployment of that name, and its HPA."""
    labels = {"app": name}
    deployment = named(workload(), name, selector={"matchLabels": labels})
    template = {**deployment["spec"]["template"], "metadata": {"labels": labels}}
    ref = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    return named(deployment, name, template=template), named(hpa(), name, scaleTargetRef=ref)


@contextmanager
def of_the_cluster(stage: Stage, *names: str) -> Iterator[None]:
    """A calendar and a profile of each name."""
    for name in names:
        refs = [{"name": name, "kind": "ClusterSchoolCalendar"}]
        profile = {"apiVersion": API, "kind": "ClusterScalingProfile", "metadata": {"name": name}}
        stage.set({**named(calendar(), name), "kind": "ClusterSchoolCalendar"})
        stage.set({**profile, "spec": {"calendarRefs": refs, "peaks": [STEP]}})
    try:
        yield
    finally:
        for name in names:
            for kind in OF_THE_CLUSTER:
                if stage.api.get(kind, name) is not None:
                    stage.api.delete(kind, name)


def condition(stage: Stage, name: str, kind: str) -> Json:
    found = (stage.api.get(AUTOSCALER, name) or {}).get("status", {}).get("conditions", [])
    return next((one for one in found if one["type"] == kind), {})


def told(stage: Stage, name: str, kind: str, reason: str) -> str:
    until(
        lambda: condition(stage, name, kind).get("reason") == reason,
        lambda: f"{name}: {kind} is {reason}: {condition(stage, name, kind)}",
        seconds=60,
    )
    return condition(stage, name, kind)["message"]


def planned(stage: Stage, name: str) -> int | None:
    """The replicas of its next bell."""
    upcoming = (stage.api.get(AUTOSCALER, name) or {}).get("status", {}).get("upcoming") or [{}]
    return upcoming[0].get("replicas")


def next_bell(stage: Stage, name: str) -> str:
    found = (stage.api.get("ClusterSchoolCalendar", name) or {}).get("status", {})
    bell: str = found.get("nextBellTime", "")
    return bell


def minimum(stage: Stage, name: str) -> int:
    return (stage.api.get(HPA, name) or {})["spec"]["minReplicas"]


def versions(stage: Stage, *names: str) -> list[str]:
    return [(stage.api.get(AUTOSCALER, name) or {})["metadata"]["resourceVersion"] for name in names]


def calm_versions(stage: Stage, *names: str) -> list[str]:
    """Those of a time at which nothing is written to any of them."""
    looks: list[list[str]] = []

    def calm() -> bool:
        looks.append(versions(stage, *names))
        return len(looks) >= CALM_LOOKS and all(look == looks[-1] for look in looks[-CALM_LOOKS:])

    until(calm, "statuses are at rest", seconds=60)
    return looks[-1]


def test_an_edit_of_a_profile_moves_whom_it_concerns_and_nobody_else(stage: Stage):
    profile, gone = stage.namespace, f"{stage.namespace}-gone"
    everybody = [{"name": profile, "kind": "ClusterSchoolCalendar"}]
    names = ("web", "own", "plain")
    for name in names:
        stage.set(*scaled(name))
    stage.set(
        policy("web", profileRef={"name": profile}),
        policy("own", profileRef={"name": profile}, peaks=[{**STEP, "loadPercent": 50}]),
        policy("plain", calendarRefs=everybody, peaks=[STEP]),
        policy("lost", profileRef={"name": gone}),
        policy("late", calendarRefs=[{"name": gone, "kind": "ClusterSchoolCalendar"}], peaks=[STEP]),
    )

    def nobody_tells_of_it() -> None:
        for kind in OF_THE_CLUSTER:
            stage.api.delete(kind, gone)

    sun = Sun.rising(at("08:05"), 1, hurry=120)
    with of_the_cluster(stage, profile, gone), stage.operator(sun, nobody_tells_of_it, everywhere=True):
        until(lambda: [planned(stage, one) for one in names] == [PEAK, PEAK // 2, PEAK], "all are planned")
        status = stage.api.get("ClusterScalingProfile", profile)["status"]
        assert [(one["type"], one["status"]) for one in status["conditions"]] == [("Valid", "True")]
        until(lambda: next_bell(stage, profile), "the calendar tells its next bell")
        words = said(stage, "explain", "web", "-n", stage.namespace)
        assert f"{profile} gives calendarRefs, peaks" in words
        # Both were deleted when everything had been looked at and nothing was watched yet.
        told(stage, "lost", "Ready", "ProfileNotFound")
        told(stage, "late", "CalendarResolved", "CalendarNotFound")

        others = calm_versions(stage, "own", "plain", "lost", "late")
        stage.api.patch("ClusterScalingProfile", profile, {"spec": {"peaks": [{**STEP, "loadPercent": 150}]}})
        until(lambda: planned(stage, "web") == PEAK * 3 // 2, "the edit is followed")
        assert versions(stage, "own", "plain", "lost", "late") == others
        sun.wait_for(at("08:20"))
        want = [PEAK * 3 // 2, PEAK // 2, PEAK]
        until(lambda: [minimum(stage, one) for one in names] == want, "each has its floor", seconds=60)
    assert stage.finalizers() == set()


def test_an_operator_of_some_namespaces_tells_that_it_does_not_watch_what_is_the_clusters(stage: Stage):
    name = stage.namespace
    refs = [{"name": name, "kind": "ClusterSchoolCalendar"}]
    stage.set(*scaled("web"), *scaled("plain"))
    stage.set(policy("web", profileRef={"name": name}), policy("plain", calendarRefs=refs, peaks=[STEP]))
    with of_the_cluster(stage, name), stage.operator(Sun.rising(at("08:21"), 1)):
        assert "ClusterScalingProfile" in told(stage, "web", "Ready", "NotWatched")
        assert "watches some namespaces" in told(stage, "plain", "CalendarResolved", "NotWatched")
        calm_versions(stage, "web", "plain")
        assert [minimum(stage, one) for one in ("web", "plain")] == [BASELINE, BASELINE]
        assert all("status" not in (stage.api.get(kind, name) or {}) for kind in OF_THE_CLUSTER)
