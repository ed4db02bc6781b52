"""Many workloads at one bell: what they ask for together, and what of it does not fit.

Each workload's plan is right by itself; whether a cluster can give all of them what they ask for at the same
minute, nobody sees in any one of them. Sums over parts, whatever their order. What is not known of a part is
counted as not known, and never adds 0.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from firstbell.core.absence import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from firstbell.core.bells import Minute
    from firstbell.core.plan import Plan

ALL_NAMESPACES = ""
BEYOND = Fraction(10**9)
"""How much more than nothing something is."""


class Resource(StrEnum):
    """What there may be too little of."""

    PODS = "pods"
    CPU = "cpu"
    MEMORY = "memory"
    PODS_PER_MINUTE = "podsPerMinute"


@dataclass(frozen=True, kw_only=True, slots=True)
class PodRequest:
    """What one pod of a workload asks for: `cpu` in thousandths of a core, `memory` in bytes."""

    cpu: int | Unavailable
    memory: int | Unavailable


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetPart:
    """One workload: `namespace/name` of its policy, what is planned for it, what a pod of it asks for."""

    key: str
    plan: Plan
    pod: PodRequest

    @property
    def namespace(self) -> str:
        """The namespace in which its pods are."""
        return self.key.partition("/")[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Requested:
    """What pods ask for together, and of how many of them that is not known."""

    pods: int = 0
    cpu: int = 0
    memory: int = 0
    pods_without_cpu: int = 0
    pods_without_memory: int = 0

    def __add__(self, other: Requested) -> Requested:
        return Requested(
            pods=self.pods + other.pods,
            cpu=self.cpu + other.cpu,
            memory=self.memory + other.memory,
            pods_without_cpu=self.pods_without_cpu + other.pods_without_cpu,
            pods_without_memory=self.pods_without_memory + other.pods_without_memory,
        )

    def of(self, resource: Resource) -> int:
        """Return how much of a resource is asked for, as far as it is known."""
        return {Resource.PODS: self.pods, Resource.CPU: self.cpu}.get(resource, self.memory)

    def unknown(self, resource: Resource) -> int:
        """Return of how many pods it is not known how much of a resource they ask for."""
        return {Resource.CPU: self.pods_without_cpu, Resource.MEMORY: self.pods_without_memory}.get(
            resource, 0
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """How much of a resource there is `where` (a word for people), for one namespace or, empty, for all.

    `taken` is what others than the workloads of the fleet have of it.
    """

    where: str
    resource: Resource
    most: int
    taken: int | Unavailable
    namespace: str = ALL_NAMESPACES


@dataclass(frozen=True, kw_only=True, slots=True)
class Strain:
    """How much of something a bell wants, and how much there is of it: the fleet's and what others have.

    Of `unknown` pods it is not known what they ask for: `wanted` is then the least that it can be.
    """

    where: str
    resource: Resource
    wanted: int
    most: int
    unknown: int = 0

    @property
    def fits(self) -> bool:
        """Whether there is enough, as far as it is known."""
        return self.wanted <= self.most

    @property
    def share(self) -> Fraction:
        """How much of what there is, is wanted: 1 is all of it."""
        if self.most <= 0:
            return BEYOND if self.wanted > 0 else Fraction(0)
        return Fraction(self.wanted, self.most)


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetBell:
    """All workloads at one bell.

    `at` is the minute that is counted: the bell, or a later one at which spread cohorts need more. `peaks`
    are the peaks of this bell and how many workloads have each, `workloads` how many rise for it. `asked` is
    what all ask for then, those too that do not rise; `more` the pods that are started for it.
    `pods_per_minute` is how many have to be made a minute for the last to be made in time, those of other
    bells counted that are due meanwhile; `unmade` how many are not made then at the rate that there is.
    `strains` are all of what there may be too little of, the tightest first.
    """

    bell: Minute
    at: Minute
    zone: ZoneInfo
    peaks: tuple[tuple[str, int], ...]
    workloads: int
    asked: Requested
    more: int
    pods_per_minute: int
    unmade: int
    strains: tuple[Strain, ...]

    @property
    def misfits(self) -> tuple[Strain, ...]:
        """What does not fit, the worst first."""
        return tuple(strain for strain in self.strains if not strain.fits)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rise:
    """When more pods are asked for, and when they are due."""

    written: Minute
    due: Minute


@dataclass(kw_only=True, slots=True)
class _Bell:
    """What is collected of a bell: the minutes at which it may be fullest, and the rises that are for it."""

    zone: ZoneInfo
    moments: set[Minute]
    peaks: Counter[str] = field(default_factory=Counter)
    rises: Counter[_Rise] = field(default_factory=Counter)
    workloads: int = 0


def fleet_bells(
    parts: Sequence[FleetPart], first: Minute, last: Minute, rooms: Sequence[Room], rate: int
) -> tuple[FleetBell, ...]:
    """Return every bell from `first` on, before `last`, worst first.

    Every plan has to reach over both. `rate` is how many pods a cluster makes in a minute, at least 1.
    """
    plans = {id(part.plan): part.plan for part in parts}
    alike = Counter((id(part.plan), part.namespace, part.pod) for part in parts)
    bells: dict[Minute, _Bell] = {}
    for plan, count in Counter(id(part.plan) for part in parts).items():
        _collect(plans[plan], count, first, last, bells)
    by_due: dict[Minute, Counter[Minute]] = defaultdict(Counter)
    for one in bells.values():
        for rise, pods in one.rises.items():
            by_due[rise.due][rise.written] += pods
    found = []
    for bell, one in bells.items():
        at, asked = _fullest(one.moments, plans, alike)
        wanted, unmade = _making(one.rises, by_due, rate)
        making = Strain(
            where="controllers", resource=Resource.PODS_PER_MINUTE, wanted=wanted, most=max(1, rate)
        )
        strains = (making, *(_strain(room, asked) for room in rooms))
        found.append(
            FleetBell(
                bell=bell,
                at=at,
                zone=one.zone,
                peaks=tuple(sorted(one.peaks.items(), key=lambda peak: (-peak[1], peak[0]))),
                workloads=one.workloads,
                asked=sum(asked.values(), Requested()),
                more=sum(one.rises.values()),
                pods_per_minute=wanted,
                unmade=unmade,
                strains=tuple(sorted(strains, key=lambda strain: -strain.share)),
            )
        )
    return tuple(sorted(found, key=_worst_first))


def _worst_first(one: FleetBell) -> tuple[object, ...]:
    return (-one.strains[0].share, -one.more, one.bell)


def _collect(plan: Plan, count: int, first: Minute, last: Minute, bells: dict[Minute, _Bell]) -> None:
    """Note the bells of a plan that so many workloads have, and for which of them each of its rises is."""
    ends: dict[Minute, Minute] = {}
    names: dict[Minute, set[str]] = defaultdict(set)
    for peak in plan.peaks:
        if first <= peak.bell < last:
            ends[peak.bell] = max(ends.get(peak.bell, peak.bell), min(peak.ready_by, plan.end - 1))
            names[peak.bell].add(peak.surge.occurrence.peak.name)
            one = bells.setdefault(peak.bell, _Bell(zone=peak.zone, moments=set()))
            one.moments |= {peak.bell, ends[peak.bell]}
    for bell, of in names.items():
        bells[bell].peaks.update(dict.fromkeys(of, count))
    ordered = sorted(ends)
    rising = set()
    for before, run in pairwise(plan.writes):
        if run.value > before.value and run.start >= first:
            mine = next((one for one in ordered if ends[one] >= run.start), None)
            if mine is not None:
                rise = _Rise(written=run.start, due=ends[mine])
                bells[mine].rises[rise] += (run.value - before.value) * count
                rising.add(mine)
    for bell in rising:
        bells[bell].workloads += count


def _fullest(
    moments: Iterable[Minute], plans: Mapping[int, Plan], alike: Mapping[tuple[int, str, PodRequest], int]
) -> tuple[Minute, dict[str, Requested]]:
    """Return the first of some minutes at which the most pods are asked for, and what for, by namespace."""
    totals: dict[Minute, int] = {}
    for at in moments:
        values = {key: plan.write_at(at) for key, plan in plans.items()}
        totals[at] = sum(values[plan] * count for (plan, _, _), count in alike.items())
    at = min(totals, key=lambda moment: (-totals[moment], moment))
    asked: dict[str, Requested] = defaultdict(Requested)
    values = {key: plan.write_at(at) for key, plan in plans.items()}
    for (plan, namespace, pod), count in alike.items():
        asked[namespace] += requested(pod, values[plan] * count)
    return at, dict(asked)


def requested(pod: PodRequest, pods: int) -> Requested:
    """Return what so many pods of a workload ask for."""
    no_cpu, no_memory = isinstance(pod.cpu, Unavailable), isinstance(pod.memory, Unavailable)
    return Requested(
        pods=pods,
        cpu=0 if isinstance(pod.cpu, Unavailable) else pod.cpu * pods,
        memory=0 if isinstance(pod.memory, Unavailable) else pod.memory * pods,
        pods_without_cpu=pods if no_cpu else 0,
        pods_without_memory=pods if no_memory else 0,
    )


def _making(
    rises: Mapping[_Rise, int], by_due: Mapping[Minute, Mapping[Minute, int]], rate: int
) -> tuple[int, int]:
    """Return how many pods a minute a bell wants made, and how many are not made at the rate there is.

    From any write until its pods are due, all have to be made that were asked for and are due in that time,
    those of other bells too: what is to be made before keeps the controllers busy. What is asked for at the
    very minute has that minute.
    """
    wanted = unmade = 0
    for due in {rise.due for rise in rises}:
        asked: Counter[Minute] = Counter()
        earliest = due
        for other in sorted((one for one in by_due if one <= due), reverse=True):
            if other >= earliest:
                asked.update(by_due[other])
                earliest = min(earliest, *by_due[other])
        wanted = max(wanted, pods_per_minute(asked, due))
        unmade = max(unmade, _excess(asked, due, rate))
    return wanted, unmade


def pods_per_minute(asked: Mapping[Minute, int], due: Minute) -> int:
    """Return the least that has to be made in a minute of pods asked for at some minutes, all due at one."""
    return max((-(-pods // minutes) for minutes, pods in _left(asked, due)), default=0)


def _excess(asked: Mapping[Minute, int], due: Minute, rate: int) -> int:
    """Return how many of the pods are not made in time at a rate."""
    return max((pods - rate * minutes for minutes, pods in _left(asked, due)), default=0)


def _left(asked: Mapping[Minute, int], due: Minute) -> Iterator[tuple[int, int]]:
    """Yield for each minute of a request how many are left until all are due, and the pods from then on."""
    pods = 0
    for when in sorted(asked, reverse=True):
        pods += asked[when]
        yield max(1, due - when), pods


def _strain(room: Room, asked: Mapping[str, Requested]) -> Strain:
    here = [one for namespace, one in asked.items() if room.namespace in {ALL_NAMESPACES, namespace}]
    together = sum(here, Requested())
    taken = 0 if isinstance(room.taken, Unavailable) else room.taken
    return Strain(
        where=room.where,
        resource=room.resource,
        wanted=together.of(room.resource) + taken,
        most=room.most,
        unknown=together.unknown(room.resource),
    )
