"""The least that was possible: a scaler that knows the load to the second, and nothing else.

At each second it has the fewest Ready replicas that carry what comes in that second. A pod takes its time to
be Ready, so a replica is asked for that much earlier and costs from then on; where its node is not there, by
the node's time more. Whoever pays less is short, and so the pod-hours of everybody else are told in terms of
it: at full use, and with replicas as busy as the HPA wants them.

It is exact by a closed form, replica by replica: each is asked for by itself and waits for its own node,
though another may have room, so that nobody can do better whose pods have to share. Between two times at
which it is needed it stays, or goes and is asked for again, whatever is cheaper. Only the first replica of a
node waits for it: the others find it there. A node stays for a while after its last pod, and keeping a pod a
little longer may keep it until it is needed again; no pod is started that nobody needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstbell.lab.day.pods import Cluster

SECONDS_PER_HOUR = 3600
NOTHING = 1e-9
"""Sums of a day are not exact to the last digit: so little more than whole replicas needs no other one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Leads:
    """What a replica waits for, in seconds.

    `start` is from a pod's node to Ready, `node` from a pod without room to its node, which takes `per_node`
    pods and stays `idle` seconds after the last of them. For the first `room` replicas there are nodes.
    """

    start: int
    node: int = 0
    per_node: int = 1
    idle: int = 0
    room: int = 0

    @staticmethod
    def of(cluster: Cluster, minimum: int) -> Leads:
        """Return those of a simulated cluster in which `minimum` replicas run in the night."""
        return Leads(
            start=cluster.start_seconds,
            node=cluster.node_seconds,
            per_node=cluster.pods_per_node,
            idle=cluster.node_idle_seconds,
            room=cluster.standing_room(minimum),
        )

    def orders_node(self, place: int) -> bool:
        """Tell whether the replica of that place, from 0 on, is the first of a node that may not be there."""
        return place >= self.room and (place - self.room) % self.per_node == 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Least:
    """What it comes to: pod-seconds, pods started after the first second, and the highest count."""

    pod_seconds: int
    starts: int
    highest: int

    @property
    def pod_hours(self) -> float:
        """Hours of pods that existed, Ready or not."""
        return self.pod_seconds / SECONDS_PER_HOUR

    def cost(self, pod_hours: float) -> float | None:
        """Tell how many times as much another's pod-hours are; None where nothing was needed."""
        return pod_hours / self.pod_hours if self.pod_seconds else None


@dataclass(frozen=True, kw_only=True, slots=True)
class LeastPossible:
    """The least at full use, and with replicas as busy as the HPA wants them."""

    at_full_use: Least
    at_hpa_target: Least


def replicas_needed(loads: Iterable[float], each: float, minimum: int) -> list[int]:
    """Return the fewest replicas at each second, never below `minimum`, where one carries `each`."""
    every = list(loads)
    # Most seconds of a day are alike.
    needed = {load: max(minimum, ceil(load / each - NOTHING)) for load in set(every)}
    return list(map(needed.__getitem__, every))


def least(needed: Iterable[int], leads: Leads) -> Least:
    """Return the least that has as many Ready as are needed at each second."""
    return least_of_runs(((count, len(list(run))) for count, run in groupby(needed)), leads)


def least_of_runs(runs: Iterable[tuple[int, int]], leads: Leads) -> Least:
    """Return the same of needs as (count, seconds), one after the other; neighbours may be equal."""
    ended: list[int | None] = []
    pod_seconds, starts, second, before = 0, 0, 0, 0
    for count, length in runs:
        ended += [None] * (count - len(ended))
        for place in range(before, count):
            extra, started = _bridged(second, ended[place], leads, orders=leads.orders_node(place))
            pod_seconds += extra
            starts += started
        for place in range(count, before):
            ended[place] = second
        pod_seconds += count * length
        second, before = second + length, count
    return Least(pod_seconds=pod_seconds, starts=starts, highest=len(ended))


def _bridged(needed: int, ended: int | None, leads: Leads, *, orders: bool) -> tuple[int, int]:
    """Return what a replica costs before the second at which it is needed (again): pod-seconds and starts.

    `ended` is the second from which on it was not needed any more, None where it was never.
    """
    new = leads.start + (leads.node if orders else 0)
    if ended is None:
        # What was asked for before the first second is there at it, as the others are.
        return min(needed, new), int(needed > new)
    gap = needed - ended
    # To find its node there, it may have to stay for a while before it goes.
    again = leads.start + (max(0, gap - leads.start - leads.idle) if orders else 0)
    cheapest = min(gap, again, new)
    return cheapest, int(cheapest < gap)
