"""Plays a morning: the operator beside a watcher that writes down what the cluster shows.

Beside both it is noted how late their process is woken.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from firstbell.adapters.kubernetes import KubernetesCluster
from firstbell.adapters.renewal import load_access
from firstbell.app import run_operator
from firstbell.clock import FastClock
from firstbell.core.instants import instant_of, minute_of
from firstbell.engine.floor.reading import seen_hpa
from firstbell.engine.ports import Failure, ObjectPath
from firstbell.engine.seen.workloads import DEPLOYMENT, seen_workload
from firstbell.kinds.foreign_autoscalers import HPA
from firstbell.settings import Settings
from firstbell_workshop.demo.trial import rises_before
from firstbell_workshop.demo.waking import Lag, note_lags

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstbell.core import Plan
    from firstbell.engine.objects.target_ref import TargetRef
    from firstbell_workshop.demo.morning import Morning
    from firstbell_workshop.local.control_plane import ControlPlane

WATCH_SECONDS = 0.25
WAY_DOWN_SECONDS = 90.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """What the cluster showed at one instant of the fast clock."""

    time: datetime
    planned: int
    floor: int
    current: int
    ready: int | None
    reason: str
    following: tuple[datetime, int] | None


@dataclass(kw_only=True, slots=True)
class Recording:
    """A morning as it went, `speed` times as fast as the wall's clock.

    `needed` is what the bell asks for, `due` the instant from which the plan asks for it; `ready_time` is
    when it was all Ready.
    """

    morning: Morning
    needed: int
    due: datetime
    speed: float
    samples: list[Sample] = field(default_factory=list)
    lags: list[Lag] = field(default_factory=list)
    ready_time: datetime | None = None
    back_at_baseline: bool = False
    failed: str | None = None

    @property
    def minutes_early(self) -> float | None:
        """How long before the bell the last replica was Ready; negative when late, None when never."""
        return self._before_bell(self.ready_time)

    @property
    def minutes_ordered(self) -> float | None:
        """How long before the bell floor and count stood at what it asks for; negative when late, None never.

        That is all of firstbell's own part.
        """
        return self._before_bell(self._stood)

    @property
    def in_time(self) -> bool:
        """Whether firstbell did its part before the bell, whatever the machine made of it."""
        ordered = self.minutes_ordered
        return self.failed is None and ordered is not None and ordered >= 0

    @property
    def kept_waiting(self) -> list[float]:
        """Each time that the machine kept this process from running while floor and count were due.

        In seconds of the wall, until both stood; none where they never did: there is nothing to be explained.
        """
        stood = self._stood
        if stood is None:
            return []
        fast = timedelta(seconds=self.speed)
        waits = (
            (min(lag.time, stood) - max(lag.time - lag.seconds * fast, self.due)) / fast for lag in self.lags
        )
        return [seconds for seconds in waits if seconds > 0]

    @property
    def minutes_ordered_unhindered(self) -> float | None:
        """`minutes_ordered` without the time for which the machine kept this process from running."""
        ordered = self.minutes_ordered
        return None if ordered is None else ordered + sum(self.kept_waiting) * self.speed / 60

    @property
    def starved(self) -> bool:
        """Whether floor or count was late, and no later than the machine kept this process from running."""
        unhindered = self.minutes_ordered_unhindered
        return self.failed is None and not self.in_time and unhindered is not None and unhindered >= 0

    @property
    def _stood(self) -> datetime | None:
        stood = (sample.time for sample in self.samples if min(sample.floor, sample.current) >= self.needed)
        return next(stood, None)

    def _before_bell(self, time: datetime | None) -> float | None:
        return None if time is None else (self.morning.bell - time).total_seconds() / 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Show:
    """What is played, where, and how fast."""

    control_plane: ControlPlane
    morning: Morning
    plan: Plan
    target: TargetRef
    speed: float


async def play(show: Show, on_sample: Callable[[Sample], None]) -> Recording:
    """Play the morning to its end, and the way down after it."""
    clock = FastClock(show.morning.start, show.speed)
    stop, started = asyncio.Event(), asyncio.Event()
    settings = Settings(
        kubeconfig=show.control_plane.kubeconfig,
        context=show.control_plane.context,
        namespaces=(show.target.namespace,),
        metrics_port=0,
        probe_port=0,
    )
    operator = asyncio.create_task(run_operator(settings, clock=clock, stop=stop, started=started))
    bell = minute_of(show.morning.bell)
    recording = Recording(
        morning=show.morning,
        needed=show.plan.replicas_at(bell),
        due=due(show.plan, show.morning),
        speed=show.speed,
    )
    noting = asyncio.create_task(note_lags(clock, recording.lags.append))
    try:
        watching = asyncio.create_task(_watch(show, clock, recording, on_sample))
        await asyncio.wait({operator, watching}, return_when=asyncio.FIRST_COMPLETED)
        if operator.done():
            error = operator.exception()
            recording.failed = str(error) if error is not None else "it was interrupted"
        elif (error := watching.exception()) is not None:
            recording.failed = f"the cluster could not be watched: {error}"
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    finally:
        noting.cancel()
        stop.set()
        await asyncio.gather(operator, return_exceptions=True)
    return recording


def due(plan: Plan, morning: Morning) -> datetime:
    """Tell when the plan asks for the last of what the bell needs.

    It is the start of the morning if it never does.
    """
    rises = rises_before(plan, morning)
    return morning.bell - rises[-1].before_bell if rises else morning.start


async def _watch(
    show: Show, clock: FastClock, recording: Recording, on_sample: Callable[[Sample], None]
) -> None:
    """Sample the workload and its HPA until the way down is done, or should have been."""
    baseline = show.plan.workload.bounds.minimum
    access = await load_access(show.control_plane.kubeconfig, show.control_plane.context)
    give_up = show.morning.end + timedelta(seconds=WAY_DOWN_SECONDS * show.speed)
    async with KubernetesCluster(access) as cluster:
        while clock.now() < give_up:
            sample = await _sample(show, clock, cluster)
            if sample is not None:
                recording.samples.append(sample)
                enough = sample.ready is not None and sample.ready >= recording.needed
                if enough and recording.ready_time is None:
                    recording.ready_time = sample.time
                on_sample(sample)
                if sample.time >= show.morning.end and sample.current <= baseline >= sample.floor:
                    recording.back_at_baseline = True
                    return
            await asyncio.sleep(WATCH_SECONDS)


async def _sample(show: Show, clock: FastClock, cluster: KubernetesCluster) -> Sample | None:
    target = show.target
    hpa = await cluster.get(
        ObjectPath(
            group=HPA.group,
            version=HPA.version,
            plural=HPA.plural,
            namespace=target.namespace,
            name=target.name,
        )
    )
    body = await cluster.get(
        ObjectPath(
            group="apps",
            version="v1",
            plural="deployments",
            namespace=target.namespace,
            name=target.name,
        )
    )
    if isinstance(hpa, Failure) or isinstance(body, Failure):
        return None
    now = clock.now()
    minute = minute_of(now)
    if not show.plan.start <= minute < show.plan.end:
        return None
    following = show.plan.next_write(minute)
    workload = seen_workload(body, DEPLOYMENT)
    step = next(step for step in reversed(show.plan.steps) if step.minute <= minute)
    return Sample(
        time=now,
        planned=step.replicas,
        floor=seen_hpa(hpa).autoscaler.minimum,
        current=workload.replicas,
        ready=workload.ready,
        reason=step.peak if step.peak and step.replicas > show.plan.workload.bounds.minimum else "baseline",
        following=(instant_of(following.start), following.value) if following else None,
    )
