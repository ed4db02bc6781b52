"""Every series that the operator tells Prometheus of: the one table, of which `docs/metrics.md` is made.

Prefix `firstbell_`, base units in the name. Labels are bounded: an object's namespace and name, or a word of
a closed list; never a message, a lesson's name or what somebody typed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from firstbell.adapters.api_requests import VERBS
from firstbell.core.calendar import DayClass
from firstbell.core.reasons import Truth
from firstbell.kinds.group import CALENDAR, CLUSTER_CALENDAR, KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

BELL_OUTCOMES = ("ready", "late")
NO_LESSONS = "NoLessons"
"""The class of a day that is none of lessons."""


class SeriesType(StrEnum):
    """What Prometheus takes a series for."""

    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"


class About(StrEnum):
    """What a series is about: sections of the document, in this order."""

    WORKLOADS = "Workloads"
    ALL = "All workloads together"
    OBJECTS = "Calendars and orders"
    OPERATOR = "The operator"
    PROCESS = "The process"


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """One series: its whole name, and what people read about it.

    `unit` is that of its values, empty for plain counts; `labels` are its labels with what bounds their
    values; `buckets` the upper ends of a histogram's. `of_objects`: it has samples of each of many objects,
    which are made at the scrape.
    """

    name: str
    type: SeriesType
    about: About
    unit: str
    help: str
    labels: Mapping[str, str] = field(default_factory=dict)
    buckets: tuple[float, ...] = ()
    of_objects: bool = False


READY_FOR_BELL = "firstbell_ready_for_bell"
CONDITION = "firstbell_condition"
WORKLOAD_NEXT_BELL_TIMESTAMP = "firstbell_workload_next_bell_timestamp_seconds"
WORKLOAD_NEXT_BELL_REPLICAS = "firstbell_workload_next_bell_replicas"
PLANNED_PEAK = "firstbell_planned_peak_replicas"
NOT_READY = "firstbell_not_ready_replicas"
BELLS = "firstbell_bells_total"
READY_BEFORE_BELL = "firstbell_ready_before_bell_seconds"
CALENDAR_LAST_DAY = "firstbell_calendar_last_day_timestamp_seconds"
DAY_CLASS = "firstbell_day_class"
OVERRIDE_END = "firstbell_override_end_timestamp_seconds"
TICK_DURATION = "firstbell_tick_duration_seconds"
WAKE_UP_DELAY = "firstbell_wake_up_delay_seconds"
WRITES = "firstbell_writes_total"
RISE_WRITE = "firstbell_rise_write_seconds"
CLOCK_OFFSET = "firstbell_clock_offset_seconds"
STOPPED = "firstbell_stopped"
SHARD_HELD = "firstbell_shard_held"
PROMETHEUS_QUERIES = "firstbell_prometheus_queries_total"
PROMETHEUS_QUERY_DURATION = "firstbell_prometheus_query_duration_seconds"
API_REQUESTS = "firstbell_api_requests_total"
API_REQUEST_DURATION = "firstbell_api_request_duration_seconds"
BUILD_INFO = "firstbell_build_info"

_OF_A_WORKLOAD = {
    "namespace": "of the SchoolAutoscaler",
    "name": "of the SchoolAutoscaler",
}
_OF_A_CALENDAR = {
    "kind": f"{CALENDAR} or {CLUSTER_CALENDAR}",
    "namespace": "of the calendar, empty where it belongs to none",
    "name": "of the calendar",
}
_OUTCOME_OF_REQUEST = (
    "ok, conflict (somebody else wrote first: what stands there is read again, it is no error), notFound,"
    " forbidden, unauthenticated, invalid, expired, throttled, unreachable, serverError"
)
_FAST_SECONDS = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


def _gauge(  # noqa: PLR0913 - a row of the table
    about: About,
    name: str,
    text: str,
    *,
    unit: str = "replicas",
    labels: Mapping[str, str] | None = None,
    of_objects: bool = False,
) -> Series:
    return Series(
        name=name,
        type=SeriesType.GAUGE,
        about=about,
        unit=unit,
        help=text,
        labels=labels or {},
        of_objects=of_objects,
    )


def _of_workload(name: str, text: str, *, unit: str = "replicas", **more: str) -> Series:
    labels = {**_OF_A_WORKLOAD, **more}
    return _gauge(About.WORKLOADS, name, text, unit=unit, labels=labels, of_objects=True)


def _of_all(name: str, unit: str, text: str) -> Series:
    return _gauge(About.ALL, f"firstbell_next_bell_{name}", text, unit=unit)


def _counter(about: About, name: str, text: str, **labels: str) -> Series:
    return Series(name=name, type=SeriesType.COUNTER, about=about, unit="", help=text, labels=labels)


def _histogram(name: str, text: str, buckets: tuple[float, ...], **labels: str) -> Series:
    return Series(
        name=name,
        type=SeriesType.HISTOGRAM,
        about=About.OPERATOR,
        unit="seconds",
        help=text,
        labels=labels,
        buckets=buckets,
    )


NEXT_BELL = (
    _of_all("timestamp_seconds", "seconds since 1970", "When the next bell of any workload rings."),
    _of_all("rising_workloads", "workloads", "Workloads that rise for the next bell."),
    _of_all("more_pods", "pods", "Pods that are still to be asked for until the next bell."),
    _of_all(
        "pods_per_minute",
        "pods per minute",
        "Pods a minute that have to be made for all to be made at the next bell.",
    ),
    _of_all("pods", "pods", "Pods that all workloads ask for at the next bell."),
    _of_all(
        "cpu_cores", "cores", "CPU that the pods of the next bell ask for, as far as their templates say."
    ),
    _of_all(
        "memory_bytes",
        "bytes",
        "Memory that the pods of the next bell ask for, as far as their templates say.",
    ),
    _of_all(
        "pods_of_unknown_requests",
        "pods",
        "Pods of the next bell of which it is not known what they ask for.",
    ),
)
"""Figures of all workloads together, of the next bell alone: no labels."""

STANDING = {
    "current": _of_workload("firstbell_current_replicas", "Replicas that the workload's spec asks for."),
    "ready": _of_workload("firstbell_ready_replicas", "Replicas that are Ready."),
    "desired": _of_workload("firstbell_desired_replicas", "Replicas that firstbell has decided on."),
    "floor": _of_workload(
        "firstbell_floor_replicas",
        "The floor that firstbell has set in the workload's HPA or ScaledObject; no sample without one.",
    ),
    "scheduled": _of_workload(
        "firstbell_scheduled_replicas",
        "Replicas that the schedule asks for now, before the maximum.",
    ),
    "wanted": _of_workload(
        "firstbell_wanted_replicas",
        "Replicas that schedule, orders and live metrics together ask for now, before the maximum: where it "
        "is above desired replicas, a maximum keeps the difference from being there.",
    ),
    "maximum": _of_workload(
        "firstbell_maximum_replicas",
        "The most replicas allowed now: the smaller of the policy's maximum and that of the workload's HPA "
        "or ScaledObject.",
    ),
}
"""What one workload stands at, by the names of the engine's `Standing`."""

SERIES: tuple[Series, ...] = (
    _of_workload(
        READY_FOR_BELL,
        "1 while the workload is as Ready as it has to be now and for the bell that is prepared, 0 while it "
        "is not; no sample while nobody can tell. It is the condition ReadyForBell: firstbell_condition has "
        "the reason.",
        unit="",
    ),
    _of_workload(
        WORKLOAD_NEXT_BELL_TIMESTAMP,
        "When the workload's next bell rings; where cohorts are spread, when they reach their height, if "
        "that is later.",
        unit="seconds since 1970",
    ),
    _of_workload(
        WORKLOAD_NEXT_BELL_REPLICAS,
        "Replicas that are planned for the workload's next bell, within the maximum.",
    ),
    *STANDING.values(),
    _of_workload(
        PLANNED_PEAK,
        "The most replicas that the schedule asks for within the next 7 days, before the maximum. Looked up "
        "again soon after an edit, and every 6 hours.",
    ),
    _of_workload(
        NOT_READY,
        "Replicas that are not Ready, by why, of a workload that is not as ready as it has to be.",
        reason="a closed list: operator/docs/readiness.md",
    ),
    Series(
        name=BELLS,
        type=SeriesType.COUNTER,
        about=About.WORKLOADS,
        unit="bells",
        help="Bells that have rung, by whether as many replicas as planned were Ready. Each is counted once, "
        "as it rings; one of which nobody could see how it was met is not counted.",
        labels={**_OF_A_WORKLOAD, "outcome": " or ".join(BELL_OUTCOMES)},
        of_objects=True,
    ),
    _gauge(
        About.OBJECTS,
        CONDITION,
        "1 for the status that a condition of an object of firstbell has, with its reason; the others have "
        "no sample.",
        unit="",
        labels={
            "kind": ", ".join(KINDS),
            "namespace": "of the object, empty where it belongs to none",
            "name": "of the object",
            "type": "of the condition, a closed list of each kind",
            "status": ", ".join(Truth),
            "reason": "a closed list of each type",
        },
        of_objects=True,
    ),
    _gauge(
        About.OBJECTS,
        CALENDAR_LAST_DAY,
        "When the last day begins that a calendar knows of, at midnight of its own zone: after that day "
        "nothing is planned.",
        unit="seconds since 1970",
        labels=_OF_A_CALENDAR,
        of_objects=True,
    ),
    _gauge(
        About.OBJECTS,
        DAY_CLASS,
        "1 for the kind of school day that today is in a region of a calendar.",
        unit="",
        labels={
            **_OF_A_CALENDAR,
            "region": "of the calendar, empty where it has none",
            "class": ", ".join((*DayClass, NO_LESSONS)),
        },
        of_objects=True,
    ),
    _gauge(
        About.OBJECTS,
        OVERRIDE_END,
        "When a ScalingOverride ends that counts or is still to count; no sample afterwards.",
        unit="seconds since 1970",
        labels={"namespace": "of the ScalingOverride", "name": "of the ScalingOverride"},
        of_objects=True,
    ),
    *NEXT_BELL,
    Series(
        name=READY_BEFORE_BELL,
        type=SeriesType.HISTOGRAM,
        about=About.ALL,
        unit="seconds",
        help="How long before its bell a workload was Ready for it; negative where it was late. A bell for "
        "which it never was is only in the count of late ones. No sum is told, as some are negative.",
        buckets=(-1800, -900, -300, -120, -60, -15, 0, 60, 120, 300, 600, 900, 1800, 3600),
    ),
    _histogram(TICK_DURATION, "Wall-clock time of one tick.", (0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0)),
    _histogram(
        WAKE_UP_DELAY,
        "How much later a workload was looked at than was asked for.",
        (0.01, 0.05, 0.25, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0),
    ),
    _counter(
        About.OPERATOR,
        WRITES,
        "Writes to the API, by what was written and how it ended: ok, Overtaken (somebody else was first, "
        "and it is looked at again), or the kind of failure.",
        what="floor, handback, scale, status, deletion",
        outcome="ok, Overtaken, or a closed list of failures",
    ),
    _gauge(
        About.OPERATOR,
        RISE_WRITE,
        "How long the writing of one rise among many is reckoned to take: as many times earlier than a bell "
        "the first of its rises is written, 15 minutes at the most.",
        unit="seconds",
    ),
    _gauge(
        About.OPERATOR,
        CLOCK_OFFSET,
        "How far the API server's clock is ahead of the operator's; NaN while nobody knows.",
        unit="seconds",
    ),
    _gauge(
        About.OPERATOR,
        STOPPED,
        "1 while an order to stop keeps everything from being written, 0 while there is none; NaN where "
        "nobody can tell.",
        unit="",
    ),
    _gauge(
        About.OPERATOR,
        SHARD_HELD,
        "1 where this process holds the Lease of a shard and writes what is of it, 0 where it stands by.",
        unit="",
        labels={"shard": "the numbers of the shards"},
    ),
    _counter(
        About.OPERATOR,
        PROMETHEUS_QUERIES,
        "Queries for live metrics, by how they ended.",
        outcome="ok, or why there is no value, a closed list: unreachable, timeout, emptyResult, ...",
    ),
    _histogram(PROMETHEUS_QUERY_DURATION, "How long a query for a live metric took.", _FAST_SECONDS),
    _counter(
        About.OPERATOR,
        API_REQUESTS,
        "Requests to the Kubernetes API, by how they ended; a watch by how it began.",
        verb=", ".join(VERBS),
        resource="the plural of a kind in the API groups that firstbell deals with, with its subresource;"
        " discovery; of all other groups: other",
        outcome=_OUTCOME_OF_REQUEST,
    ),
    _histogram(
        API_REQUEST_DURATION,
        "How long a request to the Kubernetes API took; of a watch, how long until it began.",
        _FAST_SECONDS,
        verb=", ".join(VERBS),
    ),
    _gauge(
        About.OPERATOR,
        BUILD_INFO,
        "1, with the version of firstbell and of Python.",
        unit="",
        labels={"version": "of firstbell", "python": "of Python"},
    ),
)
"""All series of firstbell's own."""

PROCESS_SERIES: tuple[Series, ...] = (
    _gauge(About.PROCESS, "process_virtual_memory_bytes", "Virtual memory size in bytes.", unit="bytes"),
    _gauge(About.PROCESS, "process_resident_memory_bytes", "Resident memory size in bytes.", unit="bytes"),
    _gauge(
        About.PROCESS,
        "process_start_time_seconds",
        "Start time of the process since unix epoch in seconds.",
        unit="seconds since 1970",
    ),
    _counter(
        About.PROCESS,
        "process_cpu_seconds_total",
        "Total user and system CPU time spent in seconds.",
    ),
    _gauge(About.PROCESS, "process_open_fds", "Number of open file descriptors.", unit=""),
    _gauge(About.PROCESS, "process_max_fds", "Maximum number of open file descriptors.", unit=""),
)
"""What the library tells of the process, where there is a `/proc`."""

BY_NAME = {series.name: series for series in (*SERIES, *PROCESS_SERIES)}
"""The whole table."""
