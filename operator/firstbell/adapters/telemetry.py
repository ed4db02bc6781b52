"""The engine's figures, for Prometheus: what each series is stands in `series.py`."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

from firstbell import __version__
from firstbell.adapters import series
from firstbell.adapters.exposition import metrics_app
from firstbell.adapters.object_figures import ObjectFigures
from firstbell.adapters.series import BELL_OUTCOMES, NEXT_BELL, NO_LESSONS, SERIES, STANDING, SeriesType
from firstbell.core.reasons import ConditionType, Truth
from firstbell.kinds.group import AUTOSCALER, OVERRIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from firstbell.core.reasons import Condition
    from firstbell.engine.ports import CalendarFigures, ComingBell, FleetFigures, Standing

NAN = float("nan")
_LIBRARYS = {SeriesType.GAUGE: Gauge, SeriesType.COUNTER: Counter, SeriesType.HISTOGRAM: Histogram}
disable_created_metrics()  # type: ignore[no-untyped-call]


class PrometheusTelemetry:
    """The engine's `Telemetry`: what is told of objects, and a registry of the library for all else."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.objects = ObjectFigures(one for one in SERIES if one.of_objects)
        self._bells: dict[str, tuple[int, ...]] = {}
        self._of: dict[str, Any] = {one.name: self._made(one) for one in SERIES if not one.of_objects}
        ProcessCollector(registry=self.registry)
        self._of[series.BUILD_INFO].labels(__version__, platform.python_version()).set(1)
        self.begin_anew()

    def _made(self, one: series.Series) -> Any:
        more: dict[str, Any] = {"buckets": one.buckets} if one.buckets else {}
        return _LIBRARYS[one.type](one.name, one.help, tuple(one.labels), registry=self.registry, **more)

    @property
    def app(self) -> Callable[..., list[bytes]]:
        """The WSGI application that tells all of it."""
        return metrics_app(self.registry, self.objects)

    def ticked(self, seconds: float) -> None:
        """Count that one tick took so long."""
        self._of[series.TICK_DURATION].observe(seconds)

    def woke(self, seconds: float) -> None:
        """Count that a workload was looked at so much later than was asked for."""
        self._of[series.WAKE_UP_DELAY].observe(seconds)

    def decided(self, key: str, standing: Standing) -> None:
        """Show what an autoscaler stands at; what is not known has no sample."""
        own = (AUTOSCALER, key)
        for field, one in STANDING.items():
            self.objects.show(one.name, own, getattr(standing, field))
        if key not in self._bells:
            self._count_bells(key, (0,) * len(BELL_OUTCOMES))

    def coming_bell(self, key: str, bell: ComingBell | None) -> None:
        """Show the next bell of an autoscaler."""
        own = (AUTOSCALER, key)
        self.objects.show(
            series.WORKLOAD_NEXT_BELL_TIMESTAMP, own, None if bell is None else int(bell.at.timestamp())
        )
        self.objects.show(series.WORKLOAD_NEXT_BELL_REPLICAS, own, None if bell is None else bell.replicas)

    def planned_peak(self, key: str, replicas: int | None) -> None:
        """Show the most that the schedule asks for in the next days."""
        self.objects.show(series.PLANNED_PEAK, (AUTOSCALER, key), replicas)

    def not_ready(self, key: str, reasons: Mapping[str, int]) -> None:
        """Show why replicas are not Ready; a reason that is gone has no sample."""
        counts: dict[tuple[str, ...], float] = {(reason,): count for reason, count in reasons.items()}
        self.objects.show_each(series.NOT_READY, (AUTOSCALER, key), counts)

    def rang(self, key: str, *, late: bool) -> None:
        """Count a bell of an autoscaler."""
        ready, missed = self._bells.get(key, (0, 0))
        self._count_bells(key, (ready, missed + 1) if late else (ready + 1, missed))

    def _count_bells(self, key: str, counts: tuple[int, ...]) -> None:
        self._bells[key] = counts
        told: dict[tuple[str, ...], float] = {
            (outcome,): count for outcome, count in zip(BELL_OUTCOMES, counts, strict=True)
        }
        self.objects.show_each(series.BELLS, (AUTOSCALER, key), told)

    def ready_before_bell(self, seconds: float) -> None:
        """Count how long before a bell a workload was Ready for it; negative where it was late."""
        self._of[series.READY_BEFORE_BELL].observe(seconds)

    def reported(self, kind: str, key: str, conditions: Sequence[Condition]) -> None:
        """Show the conditions of an object of ours."""
        own = (kind, key)
        told: dict[tuple[str, ...], float] = {
            (one.type, one.status.value, one.reason): 1 for one in conditions
        }
        self.objects.show_each(series.CONDITION, own, told)
        if kind == AUTOSCALER:
            self.objects.show(series.READY_FOR_BELL, own, _ready_for_bell(conditions))

    def calendar(self, kind: str, key: str, figures: CalendarFigures) -> None:
        """Show how far a calendar reaches, and what day it is in its regions."""
        own, last = (kind, key), figures.last_day
        self.objects.show(series.CALENDAR_LAST_DAY, own, None if last is None else int(last.timestamp()))
        days: dict[tuple[str, ...], float] = {
            (region or "", word or NO_LESSONS): 1 for region, word in figures.days.items()
        }
        self.objects.show_each(series.DAY_CLASS, own, days)

    def override_ends(self, key: str, at: datetime | None) -> None:
        """Show when a ScalingOverride ends; None = it has, or has none."""
        self.objects.show(series.OVERRIDE_END, (OVERRIDE, key), None if at is None else at.timestamp())

    def wrote(self, what: str, outcome: str) -> None:
        """Count a write."""
        self._of[series.WRITES].labels(what, outcome).inc()

    def queried(self, outcome: str, seconds: float) -> None:
        """Count a query for a live metric."""
        self._of[series.PROMETHEUS_QUERIES].labels(_word(outcome)).inc()
        self._of[series.PROMETHEUS_QUERY_DURATION].observe(seconds)

    def requested(self, verb: str, resource: str, outcome: str, seconds: float) -> None:
        """Count a request to the API server."""
        self._of[series.API_REQUESTS].labels(verb, resource, _word(outcome)).inc()
        self._of[series.API_REQUEST_DURATION].labels(verb).observe(seconds)

    def paced(self, seconds: float) -> None:
        """Show how long the writing of one rise among many is reckoned to take."""
        self._of[series.RISE_WRITE].set(seconds)

    def clock_off(self, seconds: float | None) -> None:
        """Show how far the API server's clock is ahead of ours."""
        self._of[series.CLOCK_OFFSET].set(NAN if seconds is None else seconds)

    def stopped(self, stopped: bool | None) -> None:  # noqa: FBT001 - it is what is shown
        """Show whether there is an order to write nothing."""
        self._of[series.STOPPED].set(NAN if stopped is None else stopped)

    def fleet(self, figures: FleetFigures | None) -> None:
        """Show what all workloads ask for together at the next bell; NaN where none is known of."""
        asked = None if figures is None else figures.asked
        shown = (
            None if figures is None else figures.bell.timestamp(),
            None if figures is None else figures.workloads,
            None if figures is None else figures.more,
            None if figures is None else figures.pods_per_minute,
            None if asked is None else asked.pods,
            None if asked is None else asked.cpu / 1000,
            None if asked is None else asked.memory,
            None if asked is None else max(asked.pods_without_cpu, asked.pods_without_memory),
        )
        for one, value in zip(NEXT_BELL, shown, strict=True):
            self._of[one.name].set(NAN if value is None else value)

    def held(self, shards: Mapping[int, bool]) -> None:
        """Show of each shard whether this process writes it."""
        for shard, held in shards.items():
            self._of[series.SHARD_HELD].labels(str(shard)).set(held)

    def forget(self, kind: str, key: str) -> None:
        """Forget an object that is gone, or another process's, and its series with it."""
        if kind == AUTOSCALER:
            self._bells.pop(key, None)
        self.objects.forget((kind, key))

    def begin_anew(self, shards: Iterable[int] = ()) -> None:
        """Forget all that was known, before everything is looked at anew and after: no shard is held then.

        Counts of requests and the like go on.
        """
        self._bells.clear()
        self.objects.forget_all()
        self.clock_off(None)
        self.stopped(None)
        self.fleet(None)
        self.held(dict.fromkeys(shards, False))


def _ready_for_bell(conditions: Sequence[Condition]) -> int | None:
    status = next((one.status for one in conditions if one.type == ConditionType.READY_FOR_BELL), None)
    return {Truth.TRUE: 1, Truth.FALSE: 0}.get(status) if status is not None else None


def _word(outcome: str) -> str:
    """Return a word of a closed list as these series have it: notFound for NotFound."""
    return outcome[:1].lower() + outcome[1:]
