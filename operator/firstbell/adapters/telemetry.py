"""All figures in one file, for Prometheus: prefix `firstbell_`, base units in the name.

Labels are bounded: an autoscaler's namespace and name, a closed word; never a message or a lesson's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstbell.engine.ports import FleetFigures


NEXT_BELL = (
    ("timestamp_seconds", "When the next bell of any workload rings."),
    ("rising_workloads", "Workloads that rise for the next bell."),
    ("more_pods", "Pods that are still to be asked for until the next bell."),
    ("pods_per_minute", "Pods a minute that have to be made for all to be made at the next bell."),
    ("pods", "Pods that all workloads ask for at the next bell."),
    ("cpu_cores", "CPU that the pods of the next bell ask for, as far as their templates say."),
    ("memory_bytes", "Memory that the pods of the next bell ask for, as far as their templates say."),
    ("pods_of_unknown_requests", "Pods of the next bell of which it is not known what they ask for."),
)
"""Figures of all workloads together, of the next bell alone: no labels."""


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
        self._shards = Gauge(
            "firstbell_shard_held",
            "1 where this process holds the Lease of a shard and writes what is of it, 0 where it stands by.",
            ("shard",),
            registry=self.registry,
        )

        self._next_bell = [
            Gauge(f"firstbell_next_bell_{name}", text, registry=self.registry) for name, text in NEXT_BELL
        ]
        self.fleet(None)

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
        for gauge, value in zip(self._next_bell, shown, strict=True):
            gauge.set(float("nan") if value is None else value)

    def held(self, shards: Mapping[int, bool]) -> None:
        """Show of each shard whether this process writes it."""
        for shard, held in shards.items():
            self._shards.labels(str(shard)).set(held)

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
