"""What a test plays with: one school day, one workload, its HPA and its SchoolAutoscaler.

The day is Wednesday 4 March 2026 in UTC, and every other day is like it: one bell at 08:30. The autoscaler
asks for 6 replicas from 08:20 (ten minutes before the bell) to 08:40, without ramp or decay, and the
workload has 2 otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.cluster.operator_process import OperatorThread, Sun, settings_for
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.cluster_api import ClusterApi, Json
    from tests.cluster.operator_account import ChartsAccounts

BASELINE, PEAK = 2, 6
"""As few as tell all cases apart: each pod costs the control plane a dozen requests."""
NAME = "web"
CALENDAR = "school"
ANNOTATION_PREFIX = "firstbell.dev/"
CONFIRMED = f"{ANNOTATION_PREFIX}confirm-plan"
OWN_FINALIZERS = {"foregroundDeletion", "orphan"}
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def at(clock_time: str) -> datetime:
    """A time of the day that is played."""
    return datetime.fromisoformat(f"2026-03-04T{clock_time}").replace(tzinfo=UTC)


def calendar(bell: str = "08:30", **spec: Any) -> Json:
    end = f"{int(bell[:2]) + 1:02}{bell[2:]}"
    body = {
        "timeZone": "Etc/UTC",
        "academicSessions": [
            {
                "name": "year",
                "type": "SchoolYear",
                "schoolYear": 2026,
                "startDate": "2025-09-01",
                "endDate": "2026-08-31",
            }
        ],
        "weeklySchedule": [{"daysOfWeek": DAYS, "bellScheduleName": "day"}],
        "bellSchedules": [
            {"name": "day", "classPeriods": [{"name": "1", "startTime": bell, "endTime": end}]}
        ],
    }
    return _object("firstbell.dev/v1alpha1", "SchoolCalendar", CALENDAR, {**body, **spec})


def autoscaler(*, kind: str = "Deployment", replicas: int = PEAK, **spec: Any) -> Json:
    peak = {
        "name": "first-lesson",
        "anchor": "FirstPeriodStart",
        "replicas": replicas,
        "leadMinutes": 10,
        "rampMinutes": 0,
        "holdMinutes": 10,
        "decayMinutes": 0,
    }
    body = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": kind, "name": NAME},
        "calendarRefs": [{"name": CALENDAR}],
        "peaks": [peak],
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": 60}},
    }
    return _object("firstbell.dev/v1alpha1", "SchoolAutoscaler", NAME, {**body, **spec})


def order(name: str = "order", since: str = "08:00", until: str = "09:00", **spec: Any) -> Json:
    """A ScalingOverride of the workload, by clock times of the day that is played."""
    body = {
        "autoscalerRefs": [{"name": NAME}],
        "startTime": at(since).isoformat(),
        "endTime": at(until).isoformat(),
        "reason": "mock exams",
    }
    given = {field: value for field, value in (body | spec).items() if value is not None}
    return _object("firstbell.dev/v1alpha1", "ScalingOverride", name, given)


def workload(kind: str = "Deployment", replicas: int = BASELINE) -> Json:
    """Its image is never pulled where nodes are made up; where they are not, pods need not run.

    They end at once: with a time of grace each is a seventh dearer.
    """
    labels = {"app": NAME}
    container = {
        "name": "web",
        "image": "registry.k8s.io/pause:3.10",
        "resources": {"requests": {"cpu": "100m", "memory": "16Mi"}},
    }
    annotations = {"kwok.x-k8s.io/usage-cpu": "1m"}
    body: Json = {
        "replicas": replicas,
        "selector": {"matchLabels": labels},
        "template": {
            "metadata": {"labels": labels, "annotations": annotations},
            "spec": {"containers": [container], "terminationGracePeriodSeconds": 0},
        },
    }
    if kind == "StatefulSet":
        body |= {"serviceName": NAME, "podManagementPolicy": "Parallel"}
    return _object("apps/v1", kind, NAME, body)


CPU = {
    "type": "Resource",
    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}},
}
NOWHERE = {
    "type": "External",
    "external": {"metric": {"name": "nowhere"}, "target": {"type": "AverageValue", "averageValue": "1"}},
}
"""A metric that nobody serves: an HPA that has only this one never scales by itself."""


def hpa(
    *, minimum: int | None = BASELINE, maximum: int = 40, metric: Json = NOWHERE, kind: str = "Deployment"
) -> Json:
    body = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": kind, "name": NAME},
        "maxReplicas": maximum,
        "metrics": [metric],
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": 1}},
    }
    if minimum is not None:
        body["minReplicas"] = minimum
    return _object("autoscaling/v2", "HorizontalPodAutoscaler", NAME, body)


def _object(version: str, kind: str, name: str, spec: Json) -> Json:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": spec}


class Stage:
    """One namespace, and questions about what is in it."""

    def __init__(
        self,
        control_plane: ControlPlane,
        api: ClusterApi,
        namespace: str,
        accounts: ChartsAccounts | None = None,
    ) -> None:
        """Without accounts where the test installs the chart, and takes those of that release."""
        self.control_plane, self.api, self.namespace = control_plane, api, namespace
        self._accounts = accounts

    @property
    def accounts(self) -> ChartsAccounts:
        """What the operator, and a release of floors, run under: the chart's rights and no others."""
        assert self._accounts is not None, "here the accounts are those of the release that the test installs"
        return self._accounts

    @property
    def for_operator(self) -> ControlPlane:
        """The same control plane, with the rights of the operator and no others."""
        return self.accounts.operator.here

    def set(self, *bodies: Json) -> None:
        for body in bodies:
            self.api.create(body)

    def kubectl(self, *args: str, stdin: str | None = None) -> str:
        return self.control_plane.kubectl("-n", self.namespace, *args, stdin=stdin)

    def operator(
        self,
        sun: Sun,
        before_watching: Callable[[], None] = lambda: None,
        *,
        instance: str | None = None,
        everywhere: bool = False,
    ) -> OperatorThread:
        """One of this namespace, or of the whole cluster."""
        settings = settings_for(self.for_operator, self.namespace)
        if everywhere:
            settings = replace(settings, namespaces=())
        if instance is not None:
            settings = replace(settings, instance=instance)
        return OperatorThread(settings, sun, before_watching)

    @property
    def autoscaler(self) -> Json:
        return self.api.get("HorizontalPodAutoscaler", NAME) or {}

    def minimum(self) -> int:
        return self.autoscaler["spec"]["minReplicas"]

    def replicas(self, kind: str = "Deployment") -> int:
        return (self.api.get(kind, NAME) or {})["spec"]["replicas"]

    def ready(self, kind: str = "Deployment") -> int:
        return (self.api.get(kind, NAME) or {}).get("status", {}).get("readyReplicas", 0)

    def ready_since(self) -> list[str]:
        """Since when each Ready pod is, on the clock of the cluster."""
        conditions = [each for pod in self.api.list("Pod") for each in pod["status"].get("conditions", [])]
        told = [each for each in conditions if (each["type"], each["status"]) == ("Ready", "True")]
        return sorted(each["lastTransitionTime"][11:19] for each in told)

    def marks(self) -> dict[str, str]:
        """Our annotations on the HPA."""
        annotations = self.autoscaler["metadata"].get("annotations") or {}
        return {key: value for key, value in annotations.items() if key.startswith(ANNOTATION_PREFIX)}

    def owners_of_minimum(self) -> set[tuple[str, str]]:
        """The field managers of spec.minReplicas, each with its operation."""
        return {
            (entry["manager"], entry["operation"])
            for entry in self.autoscaler["metadata"]["managedFields"]
            if "f:minReplicas" in entry.get("fieldsV1", {}).get("f:spec", {})
        }

    def appliers_of_minimum(self) -> set[str]:
        """Those of them that would meet a conflict: who applied it server-side."""
        return {manager for manager, operation in self.owners_of_minimum() if operation == "Apply"}

    def status(self, kind: str = "SchoolAutoscaler") -> Json:
        name = CALENDAR if kind == "SchoolCalendar" else NAME
        return (self.api.get(kind, name) or {}).get("status", {})

    def conditions(self) -> list[str]:
        """All of them in a few words, for a test that fails."""
        found = self.status().get("conditions", [])
        return [f"{each['type']}={each['status']}/{each['reason']}: {each['message']}" for each in found]

    def condition(self, kind: str) -> Json:
        conditions = self.status().get("conditions", [])
        return next((each for each in conditions if each["type"] == kind), {})

    def told(self, kind: str, status: str, reason: str, *, seconds: float = 30) -> str:
        """The message of a condition, as soon as it has this status and reason."""
        wanted = (status, reason)
        until(
            lambda: (self.condition(kind).get("status"), self.condition(kind).get("reason")) == wanted,
            lambda: (
                f"{kind}={status}/{reason}; {self.ready()} Ready (pods since {self.ready_since()}), "
                f"conditions {self.conditions()}"
            ),
            seconds=seconds,
        )
        return self.condition(kind)["message"]

    def order_told(self, reason: str, name: str = "order", *, seconds: float = 30) -> str:
        """The message of an order, as soon as it is Pending, Active, Ended or Invalid."""

        def active() -> Json:
            conditions = (self.api.get("ScalingOverride", name) or {}).get("status", {}).get("conditions", [])
            return next((each for each in conditions if each["type"] == "Active"), {})

        until(lambda: active().get("reason") == reason, lambda: f"{reason}: {active()}", seconds=seconds)
        return active()["message"]

    def end_the_peak(self) -> None:
        """Ends it at once, long before the clock would: no lessons, and confirmed as a person confirms it."""
        self.api.patch("SchoolCalendar", CALENDAR, {"spec": {"suspend": True}})
        self.kubectl(*until(self._confirming, "the lost bell is told, with the line that confirms it"))

    def _confirming(self) -> list[str]:
        """The command that the loss is told with; none for a loss that is confirmed already."""
        told = self.condition("PlanShrunk").get("message", "")
        command = told.partition("If it is meant: kubectl ")[2].partition(". If it is not")[0].split()
        metadata = (self.api.get("SchoolAutoscaler", NAME) or {})["metadata"]
        confirmed = (metadata.get("annotations") or {}).get(CONFIRMED)
        return [] if f"{CONFIRMED}={confirmed}" in command else command

    def floored(self, replicas: int = PEAK, *, seconds: float = 30) -> None:
        """Waits until floor and count are at least this, and the floor exactly."""
        until(
            lambda: self.minimum() == replicas and self.replicas() >= replicas,
            f"floor and count {replicas}",
            seconds=seconds,
        )

    def released(self, baseline: int = BASELINE, *, seconds: float = 30) -> None:
        """Waits until the floor is back and our annotations are gone."""
        until(
            lambda: self.minimum() == baseline and not self.marks(), f"a floor of {baseline}", seconds=seconds
        )

    def left_alone(self, baseline: int = BASELINE, *, seconds: float = 30) -> None:
        """Waits until the HPA is as if we had never been there: the floor, the marks, the field managers."""
        self.released(baseline, seconds=seconds)
        until(lambda: "firstbell" not in self.managers(), "every field is handed back", seconds=seconds)

    def managers(self) -> set[str]:
        """Whoever is on record as having written the HPA."""
        return {entry["manager"] for entry in self.autoscaler["metadata"]["managedFields"]}

    def finalizers(self) -> set[str]:
        """The finalizers on everything that we look at."""
        kinds = ("SchoolCalendar", "SchoolAutoscaler", "HorizontalPodAutoscaler", "Deployment")
        found = {
            name
            for kind in kinds
            for body in self.api.list(kind)
            for name in body["metadata"].get("finalizers") or ()
        }
        return found - OWN_FINALIZERS
