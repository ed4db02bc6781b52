"""All figures in one file, for Prometheus: prefix `firstbell_`, base units in the name.

Labels are bounded: an autoscaler's namespace and name, a closed word; never a message or a lesson's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

if TYPE_CHECKING:
    from collections.abc import Mapping


class PrometheusTelemetry:
    """The engine's `Telemetry`, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("namespace", "name")
        self._ticks = Histogram(
            "firstbell_tick_duration_seconds",
            "Wall-clock time of one tick.",
            buckets=(0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0),
            registry=self.registry,
        )
        self._replicas = {
            kind: Gauge(f"firstbell_{kind}_replicas", text, labels, registry=self.registry)
            for kind, text in (
                ("current", "Replicas that the workload's spec asks for."),
                ("ready", "Replicas that are Ready."),
                ("desired", "Replicas that firstbell has decided on."),
            )
        }
        self._not_ready = Gauge(
            "firstbell_not_ready_replicas",
            "Replicas that are not Ready, by why, of a workload that is not as ready as it has to be.",
            (*labels, "reason"),
            registry=self.registry,
        )
        self._reasons: dict[str, frozenset[str]] = {}
        self._writes = Counter(
            "firstbell_writes_total",
            "Writes to the API, by what was written and how it ended: ok, Overtaken (somebody else was "
            "first, and it is looked at again), or the kind of failure.",
            ("what", "outcome"),
            registry=self.registry,
        )

        self._paced = Gauge(
            "firstbell_rise_write_seconds",
            "How long the writing of one rise among many is reckoned to take: as many times earlier than a "
            "bell the first of its rises is written, 15 minutes at the most.",
            registry=self.registry,
        )
        self._clock_off = Gauge(
            "firstbell_clock_offset_seconds",
            "How far the API server's clock is ahead of the operator's; NaN while nobody knows.",
            registry=self.registry,
        )
        self._clock_off.set(float("nan"))
        self._stopped = Gauge(
            "firstbell_stopped",
            "1 while an order to stop keeps everything from being written, 0 while there is none; NaN where "
            "nobody can tell.",
            registry=self.registry,
        )
        self._stopped.set(float("nan"))

    def ticked(self, seconds: float) -> None:
        """Count that one tick took so long."""
        self._ticks.observe(seconds)

    def decided(self, key: str, *, current: int | None, ready: int | None, desired: int | None) -> None:
        """Show what an autoscaler stands at; what is not known has no sample."""
        namespace, name = key.split("/", 1)
        for kind, value in (("current", current), ("ready", ready), ("desired", desired)):
            if value is None:
                self._drop(kind, namespace, name)
            else:
                self._replicas[kind].labels(namespace, name).set(value)

    def not_ready(self, key: str, reasons: Mapping[str, int]) -> None:
        """Show why replicas are not Ready; a reason that is gone has no sample."""
        namespace, name = key.split("/", 1)
        for gone in self._reasons.pop(key, frozenset()) - reasons.keys():
            self._not_ready.remove(namespace, name, gone)
        for reason, count in reasons.items():
            self._not_ready.labels(namespace, name, reason).set(count)
        if reasons:
            self._reasons[key] = frozenset(reasons)

    def wrote(self, what: str, outcome: str) -> None:
        """Count a write."""
        self._writes.labels(what, outcome).inc()

    def paced(self, seconds: float) -> None:
        """Show how long the writing of one rise among many is reckoned to take."""
        self._paced.set(seconds)

    def clock_off(self, seconds: float | None) -> None:
        """Show how far the API server's clock is ahead of ours."""
        self._clock_off.set(float("nan") if seconds is None else seconds)

    def stopped(self, stopped: bool | None) -> None:  # noqa: FBT001 - it is what is shown
        """Show whether there is an order to write nothing."""
        self._stopped.set(float("nan") if stopped is None else stopped)

    def forget(self, key: str) -> None:
        """Forget an autoscaler that is gone, and its series with it."""
        namespace, name = key.split("/", 1)
        for kind in self._replicas:
            self._drop(kind, namespace, name)
        self.not_ready(key, {})

    def _drop(self, kind: str, namespace: str, name: str) -> None:
        try:
            self._replicas[kind].remove(namespace, name)
        except KeyError:
            return
