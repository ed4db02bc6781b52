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
    def every(self) -> int:
        """What it does at seconds between multiples of this one makes no difference; it parts a minute."""
        ...

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

    `loads` are those of the crowd (`loads_of`), for who has them already. Most of a day nobody comes and
    nothing changes: such seconds are passed over together, with the same sums to the last digit.
    """
    pods, service = Pods(world.cluster, replicas), Service(world.background)
    observed, faults, outcome = Observed(world.delay), Faults(world.faults), Outcome()
    each = FULL_PERCENT / world.busy_percent
    loads = loads_of(crowd, world) if loads is None else loads
    longest, broken = 0.0, bool(world.faults)
    every, passed = scaling.every, 0
    for now, (users, work, load) in enumerate(zip(crowd.users, crowd.work, loads, strict=True)):
        if now < passed:
            continue
        if not now % every:
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
        elif not (work or users) and pods.at_rest and service.is_at_rest(usable):
            # To the next second at which the scaling acts, or which ends a minute.
            until = min(now - now % every + every, now - now % SECONDS_PER_MINUTE + SECONDS_PER_MINUTE - 1)
            if faults.is_steady(now, until) and _alike(crowd, loads, now, until):
                passed, seconds = until, until - now - 1
                observed.note_again(service.rest(seconds), capacity, seconds)
                outcome.note_load_again(range(now + 1, until), load, usable, pods.existing)
    outcome.starts = pods.started
    return outcome


def _alike(crowd: Crowd, loads: Sequence[float], now: int, until: int) -> bool:
    """Tell whether nobody comes between two seconds of the day, and the load stays what it is."""
    between = slice(now + 1, until)
    same = loads[between]
    return (
        len(same) == until - now - 1
        and same.count(loads[now]) == len(same)
        and not any(crowd.users[between])
        and not any(crowd.work[between])
    )


def loads_of(crowd: Crowd, world: World) -> list[float]:
    """Return the work of each second if nobody has to wait, in replicas as busy as in their load test."""
    return [world.background + rate for rate in work_rates(crowd.work)]
