"""Return everybody who comes on one day, from the same peaks that the plan is made of.

A pupil's work is what the policy says a lesson start of that day costs, so that planned and coming load are
equal unless told otherwise: `load_percent` is what came of what was expected, `surprises` is what no calendar
knew of. Of several peaks of a region at one bell the largest counts. A demand event with an end keeps the
height that its peak states from start to end, since nobody says how many pupils come how often. Where events
overlap, each other or bells, a pupil takes part in one of them, as in the plan: each second in the largest.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, log1p, sqrt
from operator import add
from random import Random
from typing import TYPE_CHECKING, TypeAlias

from firstbell.core.capacity import region_loads, total_weight
from firstbell.core.scaling import PeakAnchor
from firstbell.lab.day.arrivals import REACH_AFTER_SECONDS, REACH_BEFORE_SECONDS, Preset, pulse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from firstbell.core import Workload
    from firstbell.core.capacity import ArrivalShape, RegionLoad, Surge
    from firstbell.core.instants import Minute

UNCOUNTED_PUPILS = 1000
"""How many pupils a region stands for whose calendar counts none: only shares mean something then."""

_RARE = 10
"""Below so many expected arrivals in a second they are drawn one by one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Surprise:
    """Pupils who come around `minute`, or evenly until `end`, whom no calendar knows of.

    `load_percent` is their work in percent of a regular in-person lesson start.
    """

    minute: Minute
    pupils: int
    end: Minute | None = None
    load_percent: int = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Coming:
    """What really comes, against what the calendar and the policy expect.

    Without a seed arrivals are expected values; with one they are drawn, always the same for one seed.
    """

    shape: ArrivalShape = Preset.BELL.shape
    load_percent: int = 100
    surprises: tuple[Surprise, ...] = ()
    seed: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Crowd:
    """Arrivals by second from `start` on: `users[i]`, and the work that those bring in replica-seconds.

    One replica carries 1 replica-second of work a second when it is as busy as in its load test.
    `first_bells[i]` are those who come to a first bell, in pupils of a regular in-person lesson start.
    `counted` is False where no calendar says how many pupils there are.
    """

    start: Minute
    users: list[float]
    work: list[float]
    first_bells: list[float]
    counted: bool


@dataclass(frozen=True, slots=True)
class _Group:
    """Pupils of one bell or event: `height` in replicas a pupil at the peak.

    `weight` is what one of them counts for among those who come to a first bell, 0 elsewhere.
    """

    second: int
    pupils: int
    height: float
    lasts: int = 0
    weight: float = 0.0


def crowd(workload: Workload, start: Minute, end: Minute, coming: Coming) -> Crowd:
    """Return everybody who comes in [start, end)."""
    counted = all(days.calendar.cohorts for days in workload.calendars)
    length = (end - start) * 60
    nobody = [0.0] * length
    found = Crowd(start=start, users=nobody, work=[*nobody], first_bells=[*nobody], counted=counted)
    waves = _Waves(start, coming)
    wide_start, wide_end = start - REACH_AFTER_SECONDS // 60, end + REACH_BEFORE_SECONDS // 60
    for load in region_loads(workload.policy, workload.calendars, wide_start, wide_end):
        for bells, events in (each for part in load.parts() for each in _takings(part)):
            _add_larger(found, [waves.of(group) for group in bells], [waves.of(group) for group in events])
    for surprise in coming.surprises:
        _add(found, waves.of(_strangers(surprise, workload)))
    return found


@dataclass(frozen=True, slots=True)
class _Wave:
    """A group's arrivals by second of the day from `first` on, some of which may lie outside of it.

    `expected` are expected values and `users` those who come; of one of them `work` is the work in
    replica-seconds, and `weight` as in the group.
    """

    first: int
    expected: Sequence[float]
    users: Sequence[float]
    work: float
    weight: float

    def within(self, first: int, end: int) -> range:
        """Return the places of `users` that lie in the seconds [first, end) of the day."""
        return range(max(0, first - self.first), max(0, min(len(self.users), end - self.first)))


class _Waves:
    """How groups come on one day: as expected, or drawn from a seed."""

    def __init__(self, start: Minute, coming: Coming) -> None:
        self._start = start * 60
        self._pulse = pulse(coming.shape)
        self._draw = None if coming.seed is None else Random(coming.seed)  # noqa: S311 - arrivals, no secrets
        self._more = coming.load_percent / 100

    def of(self, group: _Group) -> _Wave:
        """Return the arrivals of one group."""
        draw, first, highest = self._draw, group.second - self._start, self._pulse.peak
        if group.lasts:
            rate = group.pupils * highest
            expected = [rate] * group.lasts
            users = expected if draw is None else [_poisson(draw, rate) for _ in expected]
        else:
            first += self._pulse.first
            expected = [group.pupils * share for share in self._pulse.shares]
            users = expected if draw is None else _drawn(draw, group.pupils, self._pulse.shares)
        return _Wave(first, expected, users, group.height * self._more / highest, group.weight * self._more)


def _add_larger(found: Crowd, bells: Sequence[_Wave], events: Sequence[_Wave]) -> None:
    """Add pupils who come to these bells, and at each second at which an event asks for more, to that."""
    length = len(found.users)
    first = min((max(0, wave.first) for wave in events), default=0)
    end = max((min(length, wave.first + len(wave.users)) for wave in events), default=0)
    for wave in bells:
        _add(found, wave, 0, first)
        _add(found, wave, end, length)
    largest = [_NOBODY] * max(0, end - first)
    for wave in bells:
        for index in wave.within(first, end):
            came, at = wave.users[index], wave.first + index - first
            more = (wave.expected[index] * wave.work, came, came * wave.work, came * wave.weight)
            largest[at] = _both(largest[at], more)
    for wave in events:
        for index in wave.within(first, end):
            at, asked = wave.first + index - first, wave.expected[index] * wave.work
            if asked > largest[at][0]:
                came = wave.users[index]
                largest[at] = (asked, came, came * wave.work, came * wave.weight)
    for second, (_, users, work, first_bell) in enumerate(largest, start=first):
        found.users[second] += users
        found.work[second] += work
        found.first_bells[second] += first_bell


_Second: TypeAlias = tuple[float, float, float, float]
"""Of one second the expected work, and of those who come users, work and pupils of a first bell."""

_NOBODY: _Second = (0.0, 0.0, 0.0, 0.0)


def _both(one: _Second, other: _Second) -> _Second:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3]


def _add(found: Crowd, wave: _Wave, first: int = 0, end: int | None = None) -> None:
    """Add the arrivals in the seconds [first, end) of the day."""
    places = wave.within(first, len(found.users) if end is None else end)
    seconds = slice(wave.first + places.start, wave.first + places.stop)
    if not places:
        return
    came = wave.users[places.start : places.stop]
    for sums, each in ((found.work, wave.work), (found.first_bells, wave.weight)):
        if each:
            sums[seconds] = [so_far + more * each for so_far, more in zip(sums[seconds], came, strict=True)]
    found.users[seconds] = map(add, found.users[seconds], came)


def _strangers(surprise: Surprise, workload: Workload) -> _Group:
    """Return those whom no calendar knows."""
    lasts = 0 if surprise.end is None else (surprise.end - surprise.minute) * 60
    height = _height(surprise.load_percent, workload)
    return _Group(surprise.minute * 60, surprise.pupils, height, lasts)


def _height(load_percent: int, workload: Workload) -> float:
    """Return the replicas that one pupil asks for at such a lesson start; 0.0 where nothing says so."""
    policy = workload.policy
    if policy.pupils_per_replica is not None:
        return load_percent / 100 / policy.pupils_per_replica
    counted = all(days.calendar.cohorts for days in workload.calendars)
    pupils = total_weight(workload.calendars) * (1 if counted else UNCOUNTED_PUPILS)
    return load_percent / 100 * (policy.replicas_at_peak or 0) / pupils if pupils else 0.0


def _takings(load: RegionLoad) -> Iterator[tuple[list[_Group], list[_Group]]]:
    """Yield what pupils of one region may take part in, bells and events, by the offset of their cohorts.

    Where there are no bells an event is of all of them at once.
    """
    highest: dict[tuple[int, int, bool], Surge] = {}
    for surge in load.surges:
        occurrence = surge.occurrence
        key = (occurrence.bell, occurrence.end, occurrence.shifts_with_cohorts)
        if key not in highest or surge.height > highest[key].height:
            highest[key] = surge
    counted = bool(load.school_days.calendar.cohorts)
    each = 1 if counted else UNCOUNTED_PUPILS
    bells = [surge for surge in highest.values() if surge.occurrence.shifts_with_cohorts]
    events = [surge for surge in highest.values() if not surge.occurrence.shifts_with_cohorts]
    for offset, pupils in load.offsets if bells else ((0, load.pupils),):
        yield (
            [_group(surge, offset, pupils, each) for surge in bells],
            [_group(surge, 0, pupils, each) for surge in events],
        )


def _group(surge: Surge, offset: int, pupils: int, each: int) -> _Group:
    """Return the pupils at one occurrence; one that counts for a whole calendar stands for `each`."""
    occurrence = surge.occurrence
    return _Group(
        second=(occurrence.bell + offset) * 60,
        pupils=pupils * each,
        height=float(surge.height) / each,
        lasts=(occurrence.end - occurrence.bell) * 60,
        weight=_weight(surge) / each,
    )


def _weight(surge: Surge) -> float:
    """Return what a pupil of a bell counts for, against one of a regular in-person lesson start."""
    peak = surge.occurrence.peak
    if peak.anchor is not PeakAnchor.FIRST_PERIOD_START:
        return 0.0
    return float(surge.factors.percent) / 100 * peak.load_percent / 100


def _drawn(draw: Random, pupils: int, shares: Iterable[float]) -> list[float]:
    """Return every pupil in one of the seconds, each by its share."""
    left, mass = pupils, 1.0
    found: list[float] = []
    for share in shares:
        came = _binomial(draw, left, share / mass) if mass > 0 else 0
        found.append(came)
        left -= came
        mass -= share
    found[-1] += left
    return found


def _binomial(draw: Random, number: int, chance: float) -> int:
    """Tell how many of `number` come, each with that chance."""
    if number <= 0 or chance <= 0:
        return 0
    if chance >= 1:
        return number
    mean = number * chance
    if mean > _RARE:
        return min(number, max(0, round(draw.gauss(mean, sqrt(mean * (1 - chance))))))
    came, passed = 0, 0
    while True:
        passed += int(log(1 - draw.random()) / log1p(-chance)) + 1
        if passed > number:
            return came
        came += 1


def _poisson(draw: Random, mean: float) -> int:
    """Tell how many come in a second in which `mean` are expected."""
    many = 1_000_000
    return _binomial(draw, many, min(1.0, mean / many))
