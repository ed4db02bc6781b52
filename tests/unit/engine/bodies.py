"""Objects as the API sends them, for the tests of the engine: one school, one workload, one bell.

Monday 9 September 2024; lessons start at 08:30, everything in UTC. The one peak needs 100 replicas, without
ramp or decay: the schedule is 100 from 08:20 to 09:00 and nothing otherwise. "The window" is that time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from firstbell.engine.ports import Json

NS = "ns"
KEY = "ns/web"
BEFORE, RISE, BELL, FALL = (f"2024-09-09T{time}" for time in ("08:00", "08:20", "08:30", "09:00"))
INSIDE, AFTER = "2024-09-09T08:25", "2024-09-09T10:00"
PEAK = 100


def a_calendar(name: str = "school", **spec: Any) -> Json:
    """A SchoolCalendar, Monday to Friday, one bell at 08:30."""
    defaults: Json = {
        "timeZone": "UTC",
        "academicSessions": [
            {"name": "year", "type": "SchoolYear", "startDate": "2024-09-02", "endDate": "2025-06-30"}
        ],
        "weeklySchedule": [
            {
                "daysOfWeek": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
                "bellScheduleName": "full",
            }
        ],
        "bellSchedules": [
            {"name": "full", "classPeriods": [{"name": "1", "startTime": "08:30", "endTime": "09:20"}]}
        ],
    }
    return _object("SchoolCalendar", name, defaults | spec)


def a_cluster_calendar(name: str = "everybody", **spec: Any) -> Json:
    """A ClusterSchoolCalendar: the same for the whole cluster."""
    body = a_calendar(name, **spec)
    return {**body, "kind": "ClusterSchoolCalendar", "metadata": {"name": name}}


def an_exception(name: str = "snow", *, created: str = "2024-09-08T20:00:00Z", **spec: Any) -> Json:
    """A CalendarException that closes the school on the Monday."""
    defaults: Json = {"calendarRef": {"name": "school"}, "startDate": "2024-09-09", "event": "WeatherDay"}
    body = _object("CalendarException", name, defaults | spec)
    body["metadata"]["creationTimestamp"] = created
    return body


def an_autoscaler(
    name: str = "web",
    *,
    replicas: int = PEAK,
    lead: int = 10,
    hold: int = 30,
    target: str = "web",
    **spec: Any,
) -> Json:
    """A SchoolAutoscaler of the Deployment `web`, with the one peak."""
    peak = {
        "name": "first bell",
        "anchor": "FirstPeriodStart",
        "replicas": replicas,
        "leadMinutes": lead,
        "rampMinutes": 0,
        "holdMinutes": hold,
        "decayMinutes": 0,
    }
    defaults: Json = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": target},
        "calendarRefs": [{"name": "school"}],
        "peaks": [peak | {"name": "first-bell"}],
    }
    return _object("SchoolAutoscaler", name, defaults | spec)


def a_profile(name: str = "standard", **spec: Any) -> Json:
    """A ClusterScalingProfile with the one peak, as a share."""
    peak = {"name": "first-bell", "anchor": "FirstPeriodStart", "rampMinutes": 0, "decayMinutes": 0}
    body = _object("ClusterScalingProfile", name, {"peaks": [peak]} | spec)
    return {**body, "metadata": {"name": name}}


def profiled(name: str = "web", *, target: str = "web", **spec: Any) -> Json:
    """A SchoolAutoscaler that leaves its peaks to the profile; spec fields replace or (None) go."""
    defaults: Json = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": target},
        "profileRef": {"name": "standard"},
        "calendarRefs": [{"name": "school"}],
        "capacity": {"replicasAtPeak": PEAK},
    }
    given = {field: value for field, value in (defaults | spec).items() if value is not None}
    return _object("SchoolAutoscaler", name, given)


def an_override(name: str = "order", until: str = "09:30", *, since: str = "08:00", **spec: Any) -> Json:
    """A ScalingOverride of `web` on the day of the bell, by UTC clocks; spec fields replace or (None) go."""
    defaults: Json = {
        "autoscalerRefs": [{"name": "web"}],
        "startTime": f"2024-09-09T{since}:00Z",
        "endTime": f"2024-09-09T{until}:00Z",
        "reason": "mock exams",
    }
    given = {field: value for field, value in (defaults | spec).items() if value is not None}
    return _object("ScalingOverride", name, given)


def a_metric(
    name: str = "pupils-online",
    *,
    average: str | None = None,
    value: str | None = None,
    server: str = "http://prometheus:9090",
    bearer_of: str | None = None,
) -> Json:
    """A live metric of a SchoolAutoscaler; without a target 350 per replica. `bearer_of`: a Secret."""
    if average is None and value is None:
        average = "350"
    target: Json = {"type": "Value", "value": value} if average is None else {"averageValue": average}
    prometheus: Json = {"serverAddress": server, "query": f"sum({name.replace('-', '_')})"}
    if bearer_of:
        prometheus["bearerTokenSecretRef"] = {"name": bearer_of, "key": "token"}
    return {"name": name, "prometheus": prometheus, "target": {"type": "AverageValue"} | target}


def an_hpa(
    name: str = "web",
    *,
    minimum: int | None = 4,
    maximum: int = 400,
    target: str = "web",
    **metadata: Any,
) -> Json:
    """A HorizontalPodAutoscaler of the Deployment `web`; `minimum` None leaves it out."""
    spec: Json = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": target},
        "maxReplicas": maximum,
    }
    if minimum is not None:
        spec["minReplicas"] = minimum
    body = _object("HorizontalPodAutoscaler", name, spec)
    body["metadata"] |= metadata
    return body


def a_scaled_object(
    name: str = "web",
    *,
    minimum: int | None = 4,
    maximum: int | None = 400,
    target: str = "web",
    **metadata: Any,
) -> Json:
    """A ScaledObject of the Deployment `web`, which it names as KEDA's users do; None leaves a bound out."""
    bounds = {"minReplicaCount": minimum, "maxReplicaCount": maximum}
    spec: Json = {
        "scaleTargetRef": {"name": target},
        "triggers": [{"type": "cpu", "metricType": "Utilization", "metadata": {"value": "60"}}],
    } | {field: value for field, value in bounds.items() if value is not None}
    body = _object("ScaledObject", name, spec)
    body["metadata"] |= metadata
    return body


def kedas_hpa(name: str = "web", *, target: str = "web", **bounds: Any) -> Json:
    """The HPA that KEDA makes of a ScaledObject."""
    owner = {"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "name": name, "uid": "uid-keda"}
    return an_hpa(f"keda-hpa-{name}", target=target, ownerReferences=[owner], **bounds)


def a_deployment(name: str = "web", *, replicas: int = 4, ready: int | None = None, **status: Any) -> Json:
    """A Deployment whose replicas are all Ready, or so many."""
    body = _object("Deployment", name, {"replicas": replicas})
    have = replicas if ready is None else ready
    body["metadata"]["generation"] = 1
    body["status"] = {
        "observedGeneration": 1,
        "replicas": replicas,
        "updatedReplicas": replicas,
        "readyReplicas": have,
    } | status
    return body


def _object(kind: str, name: str, spec: Json) -> Json:
    return {"kind": kind, "metadata": {"namespace": NS, "name": name}, "spec": spec}
