"""A recorded load once more: what an HPA alone, and what firstbell would have made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.lab.record.deciding import Decider
from firstbell.lab.record.need import UNKNOWN, need_of
from firstbell.lab.record.track import Track

if TYPE_CHECKING:
    from fractions import Fraction

    from firstbell.core import Bounds
    from firstbell.lab.record.deciding import Flight
    from firstbell.lab.record.hpa_following import HpaFollower
    from firstbell.lab.record.schedule import Schedule
    from firstbell.lab.record.ticks import Ticks


def first_count(ticks: Ticks, per_replica: Fraction, bounds: Bounds) -> int:
    """Return what runs when a replay begins: what the load just then needs, within bounds."""
    need = max(UNKNOWN + 1, need_of(ticks.values[0], per_replica))
    count = max(bounds.minimum, need)
    return count if bounds.maximum is None else min(bounds.maximum, count)


def replay_hpa(follower: HpaFollower) -> Track:
    """Return the replicas of an HPA alone."""
    replicas, ticks = Track(), follower.ticks
    size = len(ticks.values)
    replicas.at(ticks.second(0), follower.replicas)
    while (tick := follower.next_tick(size)) < size:
        follower.sync(tick, floor=follower.least, replicas=follower.replicas)
        replicas.at(ticks.second(tick), follower.replicas)
    return replicas


def replay_scale(flight: Flight, schedule: Schedule, ticks: Ticks, first: int) -> Track:
    """Return the replicas of a workload that firstbell scales itself."""
    replicas, size = Track(), len(ticks.values)
    decider = Decider(flight, ticks, schedule, first)
    replicas.at(ticks.second(0), first)
    while (tick := decider.next_tick) < size:
        decider.decide(tick, decider.desired)
        replicas.at(ticks.second(tick), decider.desired)
    return replicas


def replay_floor(flight: Flight, schedule: Schedule, follower: HpaFollower) -> Track:
    """Return the replicas of a workload whose HPA has a floor of firstbell.

    A rise of it is written at once.
    """
    replicas, ticks = Track(), follower.ticks
    size = len(ticks.values)
    decider = Decider(flight, ticks, schedule, flight.bounds.minimum)
    replicas.at(ticks.second(0), follower.replicas)
    while True:
        # A pass matters at the next decision at the latest, if that changes the floor.
        stop = min(size, decider.next_tick + 1)
        tick = follower.next_tick(stop)
        due = tick < stop
        tick = tick if due else decider.next_tick
        if tick >= size:
            return replicas
        floor = decider.desired
        if tick == decider.next_tick:
            decider.decide(tick, follower.replicas)
        if due or decider.desired != floor:
            count = max(follower.replicas, decider.desired)
            follower.sync(tick, floor=max(follower.least, decider.desired), replicas=count)
        replicas.at(ticks.second(tick), follower.replicas)
