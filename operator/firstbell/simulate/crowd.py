"""Everybody who comes on one day, from the same peaks that the plan is made of.

A pupil's work is what the policy says a lesson start of that day costs, so that planned and coming load are
equal unless told otherwise: `load_percent` is what came of what was expected, `surprises` is what no calendar
knew of. Of several peaks of a region at one bell the largest counts. A demand event with an end keeps the
height that its peak states from start to end, since nobody says how many pupils come how often.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, log1p, sqrt
from random import Random
from typing import TYPE_CHECKING

from firstbell.domain.demand import region_loads
from firstbell.domain.policy import PeakAnchor
from firstbell.simulate.arrivals import REACH_AFTER_SECONDS, REACH_BEFORE_SECONDS, Preset, pulse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from firstbell.domain.arrivals import ArrivalShape
    from firstbell.domain.bells import Minute
    from firstbell.domain.demand import RegionLoad, Surge
    from firstbell.domain.plan import Workload

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
    """Everybody who comes in [start, end)."""
    shape = pulse(coming.shape)
    counted = all(days.calendar.cohorts for days in workload.calendars)
    length = (end - start) * 60
    nobody = [0.0] * length
    found = Crowd(start=start, users=nobody, work=[*nobody], first_bells=[*nobody], counted=counted)
    draw = None if coming.seed is None else Random(coming.seed)  # noqa: S311 - arrivals, no secrets
    for group in _groups(workload, start, end, coming):
        at = group.second - start * 60
        if group.lasts:
            rate = group.pupils * shape.peak
            shares = [1.0] * group.lasts
            users = [rate] * group.lasts if draw is None else [_poisson(draw, rate) for _ in shares]
        else:
            at += shape.first
            users = (
                [group.pupils * share for share in shape.shares]
                if draw is None
                else _drawn(draw, group.pupils, shape.shares)
            )
        more = coming.load_percent / 100
        _add(found, at, users, work_each=group.height * more / shape.peak, weight=group.weight * more)
    return found


def _add(found: Crowd, at: int, users: Sequence[float], *, work_each: float, weight: float) -> None:
    """Adds arrivals from a second of the day on; those outside of the day are cut off."""
    first, last = max(0, at), min(len(found.users), at + len(users))
    for second in range(first, last):
        came = users[second - at]
        found.users[second] += came
        found.work[second] += came * work_each
        found.first_bells[second] += came * weight


def _groups(workload: Workload, start: Minute, end: Minute, coming: Coming) -> Iterator[_Group]:
    wide_start, wide_end = start - REACH_AFTER_SECONDS // 60, end + REACH_BEFORE_SECONDS // 60
    for load in region_loads(workload.policy, workload.calendars, wide_start, wide_end):
        yield from _groups_of(load)
    for surprise in coming.surprises:
        lasts = 0 if surprise.end is None else (surprise.end - surprise.minute) * 60
        per_replica = workload.policy.pupils_per_replica
        height = surprise.load_percent / 100 / per_replica if per_replica else 0.0
        yield _Group(surprise.minute * 60, surprise.pupils, height, lasts)


def _groups_of(load: RegionLoad) -> Iterator[_Group]:
    """The pupils of one region: each cohort at its own bell, or all of them at an event."""
    highest: dict[tuple[int, int, bool], Surge] = {}
    for surge in load.surges:
        occurrence = surge.occurrence
        key = (occurrence.bell, occurrence.end, occurrence.shifts_with_cohorts)
        if key not in highest or surge.height > highest[key].height:
            highest[key] = surge
    counted = bool(load.school_days.calendar.cohorts)
    each = 1 if counted else UNCOUNTED_PUPILS
    for (bell, end, shifts), surge in highest.items():
        for offset, pupils in load.offsets if shifts else ((0, load.pupils),):
            yield _Group(
                second=(bell + offset) * 60,
                pupils=pupils * each,
                height=float(surge.height) / each,
                lasts=(end - bell) * 60,
                weight=_weight(surge) / each,
            )


def _weight(surge: Surge) -> float:
    """What a pupil of a bell counts for, against one of a regular in-person lesson start."""
    peak = surge.occurrence.peak
    if peak.anchor is not PeakAnchor.FIRST_PERIOD_START:
        return 0.0
    return float(surge.factors.percent) / 100 * peak.load_percent / 100


def _drawn(draw: Random, pupils: int, shares: Iterable[float]) -> list[float]:
    """Every pupil in one of the seconds, each by its share."""
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
    """How many of `number` come, each with that chance."""
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
    """How many come in a second in which `mean` are expected."""
    many = 1_000_000
    return _binomial(draw, many, min(1.0, mean / many))
