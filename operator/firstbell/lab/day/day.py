"""The loop: one day, one variant of scaling, second by second."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from firstbell.lab.day.arrivals import work_rates
from firstbell.lab.day.faults import Fault, Faults
from firstbell.lab.day.observed import FULL_PERCENT, MetricDelay, Observed
from firstbell.lab.day.outcome import SECONDS_PER_MINUTE, Moment, Outcome
from firstbell.lab.day.pods import Cluster, Pods
from firstbell.lab.day.service import Service

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstbell.lab.day.crowd import Crowd


class Scaling(Protocol):
    """One way to scale the workload."""

    @property
    def floor(self) -> int:
        """The least replicas that it allows now."""
        ...

    def act(self, now: int, pods: Pods, observed: Observed) -> None:
        """Do what it does at a second of the day."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """Everything around the scaling.

    `busy_percent` is how busy a replica is when it carries what `pupilsPerReplica` says, and so how much
    more it can do before a queue builds. `background` is work beside lesson starts, all day, in replicas.
    """

    cluster: Cluster = field(default_factory=Cluster)
    delay: MetricDelay = field(default_factory=MetricDelay)
    busy_percent: int = 70
    background: float = 0.0
    faults: tuple[Fault, ...] = ()


def play(
    scaling: Scaling, crowd: Crowd, world: World, replicas: int, loads: Sequence[float] | None = None
) -> Outcome:
    """Return the day of a crowd under one way of scaling, from `replicas` Ready ones on.

    `loads` are those of the crowd (`loads_of`), for who has them already.
    """
    pods, service = Pods(world.cluster, replicas), Service(world.background)
    observed, faults, outcome = Observed(world.delay), Faults(world.faults), Outcome()
    each = FULL_PERCENT / world.busy_percent
    loads = loads_of(crowd, world) if loads is None else loads
    longest, broken = 0.0, bool(world.faults)
    for now, (users, work, load) in enumerate(zip(crowd.users, crowd.work, loads, strict=True)):
        scaling.act(now, pods, observed)
        if broken:
            faults.touch(pods, now)
        pods.step(now)
        capacity = pods.ready * each
        usable = faults.worth(capacity, now) if broken else capacity
        seen = service.step(users, work, usable)
        observed.note(seen.served, capacity)
        outcome.note_load(now, load, usable, pods.existing)
        outcome.note_users(users, seen)
        if seen.wait_seconds > longest:  # noqa: PLR1730 - for each second of a day
            longest = seen.wait_seconds
        if now % SECONDS_PER_MINUTE == SECONDS_PER_MINUTE - 1:
            began = now + 1 - SECONDS_PER_MINUTE
            moment = Moment(
                second=began,
                floor=scaling.floor,
                replicas=pods.wanted,
                ready=pods.ready,
                load=max(loads[began : now + 1]),
                capacity=usable,
                wait_seconds=longest,
                short=outcome.last_short is not None and outcome.last_short >= began,
            )
            outcome.moments.append(moment)
            longest = 0.0
    outcome.starts = pods.started
    return outcome


def loads_of(crowd: Crowd, world: World) -> list[float]:
    """Return the work of each second if nobody has to wait, in replicas as busy as in their load test."""
    return [world.background + rate for rate in work_rates(crowd.work)]
