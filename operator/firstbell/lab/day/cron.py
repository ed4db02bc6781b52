"""What a careful team writes by hand: a floor at fixed hours of every lesson weekday, under the same HPA.

It is sized generously, for the highest value that the plan had on any of the last five lesson days, and
set from ninety minutes before to thirty minutes after the first bell of most pupils on those days. What it
does not know is what kind of day today is. Written in UTC it keeps the hour of its writing, whatever the
clocks do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.core import make_plan
from firstbell.core.calendar import Weekday
from firstbell.core.capacity import offsets_by_region
from firstbell.core.instants import MINUTES_PER_DAY, Minute, bell, instant_of, start_of_day
from firstbell.core.scaling import clamp
from firstbell.lab.day.hpa import HpaAlone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, time
    from zoneinfo import ZoneInfo

    from firstbell.core import Workload
    from firstbell.lab.day.hpa import HorizontalPodAutoscaler
    from firstbell.lab.day.observed import Observed
    from firstbell.lab.day.pods import Pods

LESSON_DAYS = 5
LOOK_BACK_DAYS = 130
"""Longer than any holiday."""
BEFORE_MINUTES, AFTER_MINUTES = 90, 30
SECONDS_PER_MINUTE = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class CronFloor:
    """`replicas` at least, from `start` to `end`, in seconds of the simulated day."""

    start: int
    end: int
    replicas: int


class HpaWithCron:
    """The workload with its HPA, whose minimum two cron jobs raise and lower."""

    every = HpaAlone.every

    def __init__(self, hpa: HorizontalPodAutoscaler, floor: CronFloor | None) -> None:
        self._alone = HpaAlone(hpa)
        self._floor = floor
        self._baseline = hpa.minimum

    @property
    def floor(self) -> int:
        """The HPA's minimum."""
        return self._alone.floor

    def act(self, now: int, pods: Pods, observed: Observed) -> None:
        """Set the minimum at its hours; the HPA finds it at its next pass."""
        floor = self._floor
        if floor is not None:
            raised = floor.start <= now < floor.end
            self._alone.hpa.minimum = max(self._baseline, floor.replicas) if raised else self._baseline
        self._alone.act(now, pods, observed)


def careful_floor(workload: Workload, on: date, *, in_utc: bool = False) -> CronFloor | None:
    """Return the floor of a careful team on a date.

    None on a weekday without lessons, or without a day to learn.

    It stands around the first bell of most pupils, whichever of several calendars is theirs.
    """
    learned = list(_lesson_days(workload, on))
    if not learned:
        return None
    rung: dict[_FirstBell, int] = {}
    for day in learned:
        for first_bell, pupils in _first_bells(workload, day):
            rung[first_bell] = rung.get(first_bell, 0) + pupils
    written = learned[0] if in_utc else on
    usual, first_bell = _usual(workload, written, rung)
    if Weekday.of(on + timedelta(days=first_bell.days_ahead)) not in _taught(workload):
        return None
    shift = _offset_minutes(workload, on) - _offset_minutes(workload, written)
    start = usual + shift - BEFORE_MINUTES
    return CronFloor(
        start=start * SECONDS_PER_MINUTE,
        end=(start + BEFORE_MINUTES + AFTER_MINUTES) * SECONDS_PER_MINUTE,
        replicas=max(_highest(workload, day) for day in learned),
    )


@dataclass(frozen=True, slots=True)
class _FirstBell:
    """A first bell on the wall of its school.

    `days_ahead` is how many civil dates that school is ahead of the simulated day at its bell.
    """

    zone: ZoneInfo
    at: time
    days_ahead: int

    def minute_on(self, day: date) -> Minute:
        """Tell when it rings on a simulated day."""
        return bell(self.zone, day + timedelta(days=self.days_ahead), self.at)


def _usual(workload: Workload, day: date, rung: Mapping[_FirstBell, int]) -> tuple[Minute, _FirstBell]:
    """Return the first bell around which most pupils begin, and its minute of a day."""
    begins = start_of_day(_zone(workload), day)
    minutes = {first_bell: first_bell.minute_on(day) - begins for first_bell in rung}

    def pupils_near(first_bell: _FirstBell) -> tuple[int, int, int]:
        at = minutes[first_bell]
        near = sum(pupils for other, pupils in rung.items() if abs(minutes[other] - at) <= AFTER_MINUTES)
        same = sum(pupils for other, pupils in rung.items() if minutes[other] == at)
        return near, same, -at

    usual = max(rung, key=pupils_near)
    return minutes[usual], usual


def _zone(workload: Workload) -> ZoneInfo:
    """Return the zone whose civil dates are simulated."""
    return workload.zone


def _taught(workload: Workload) -> set[Weekday]:
    """Return the weekdays that any calendar has a weekly row for."""
    return {
        weekday
        for days in workload.calendars
        for row in days.calendar.weekly_schedule
        for weekday in row.days_of_week
    }


def _lesson_days(workload: Workload, before: date) -> Iterator[date]:
    """Yield the last lesson days before a date, the latest first.

    Where there are none, the first after it.
    """
    for direction in (-1, 1):
        found = 0
        for offset in range(1, LOOK_BACK_DAYS):
            day = before + timedelta(days=direction * offset)
            if any(True for _ in _first_bells(workload, day)):
                found += 1
                yield day
            if found == LESSON_DAYS:
                return
        if found:
            return


def _first_bells(workload: Workload, day: date) -> Iterator[tuple[_FirstBell, int]]:
    """Yield the first bells of a simulated day, and whose they are.

    Of every cohort, as many as its pupils.
    """
    begins, ends = (start_of_day(_zone(workload), day + timedelta(days=days)) for days in (0, 1))
    for days in workload.calendars:
        zone = days.calendar.zone
        for region, offsets in offsets_by_region(days).items():
            for on in (day + timedelta(days=ahead) for ahead in (-1, 0, 1)):
                rings = days.first_bell(days.day(region, on))
                for offset, pupils in offsets if rings is not None else ():
                    minute = (rings or 0) + offset
                    if begins <= minute < ends:
                        wall = instant_of(minute).astimezone(zone)
                        yield _FirstBell(zone, wall.time(), (wall.date() - day).days), pupils


def _highest(workload: Workload, day: date) -> int:
    """Return the highest value of the plan on a date."""
    start = start_of_day(_zone(workload), day)
    plan = make_plan(workload, start, start + MINUTES_PER_DAY)
    return clamp(max(plan.wanted.between(plan.start, plan.end)), workload.bounds)[0]


def _offset_minutes(workload: Workload, day: date) -> int:
    """Tell how far the zone's clocks are ahead of UTC at noon."""
    zone = _zone(workload)
    noon = instant_of(start_of_day(zone, day) + MINUTES_PER_DAY // 2).astimezone(zone)
    offset = noon.utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) // SECONDS_PER_MINUTE
