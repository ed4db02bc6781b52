"""What a careful team writes by hand: a floor at fixed hours of every lesson weekday, under the same HPA.

It is sized generously, for the highest value that the plan had on any of the last five lesson days, and
set from ninety minutes before to thirty minutes after the first bell of those days. What it does not know is
what kind of day today is. Written in UTC it keeps the hour of its writing, whatever the clocks do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.domain.bells import MINUTES_PER_DAY, Minute, instant_of, start_of_day
from firstbell.domain.calendar import Weekday
from firstbell.domain.plan import clamp, make_plan
from firstbell.simulate.hpa import HpaAlone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from firstbell.domain.days import SchoolDays
    from firstbell.domain.plan import Workload
    from firstbell.simulate.hpa import HorizontalPodAutoscaler
    from firstbell.simulate.observed import Observed
    from firstbell.simulate.pods import Pods

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

    def __init__(self, hpa: HorizontalPodAutoscaler, floor: CronFloor | None) -> None:
        self._alone = HpaAlone(hpa)
        self._floor = floor
        self._baseline = hpa.minimum

    @property
    def floor(self) -> int:
        """The HPA's minimum."""
        return self._alone.floor

    def act(self, now: int, pods: Pods, observed: Observed) -> None:
        """Sets the minimum at its hours; the HPA finds it at its next pass."""
        floor = self._floor
        if floor is not None:
            raised = floor.start <= now < floor.end
            self._alone.hpa.minimum = max(self._baseline, floor.replicas) if raised else self._baseline
        self._alone.act(now, pods, observed)


def careful_floor(workload: Workload, on: date, *, in_utc: bool = False) -> CronFloor | None:
    """The floor of a careful team on a date; None on a weekday without lessons, or without a day to learn."""
    calendar = workload.calendars[0].calendar
    taught = {weekday.number for row in calendar.weekly_schedule for weekday in row.days_of_week}
    if Weekday.of(on).number not in taught:
        return None
    learned = list(_lesson_days(workload, on))
    if not learned:
        return None
    replicas = max(_highest(workload, day) for day in learned)
    first_bells = [
        bell - start_of_day(calendar.zone, day) for day in learned for bell in _bells(workload, day)
    ]
    usual = max(set(first_bells), key=first_bells.count)
    shift = _offset_minutes(workload, on) - _offset_minutes(workload, learned[0]) if in_utc else 0
    start = usual + shift - BEFORE_MINUTES
    return CronFloor(
        start=start * SECONDS_PER_MINUTE,
        end=(start + BEFORE_MINUTES + AFTER_MINUTES) * SECONDS_PER_MINUTE,
        replicas=replicas,
    )


def _lesson_days(workload: Workload, before: date) -> Iterator[date]:
    """The last lesson days before a date, the latest first; where there are none, the first after it."""
    for direction in (-1, 1):
        found = 0
        for offset in range(1, LOOK_BACK_DAYS):
            day = before + timedelta(days=direction * offset)
            if any(True for _ in _bells(workload, day)):
                found += 1
                yield day
            if found == LESSON_DAYS:
                return
        if found:
            return


def _bells(workload: Workload, day: date) -> Iterator[Minute]:
    """The first bells of a date in all regions."""
    for days in workload.calendars:
        for region in days.calendar.region_names:
            bell = _first_bell(days, region, day)
            if bell is not None:
                yield bell


def _first_bell(days: SchoolDays, region: str | None, day: date) -> Minute | None:
    return days.first_bell(days.day(region, day))


def _highest(workload: Workload, day: date) -> int:
    """The highest value of the plan on a date."""
    start = start_of_day(workload.calendars[0].calendar.zone, day)
    plan = make_plan(workload, start, start + MINUTES_PER_DAY)
    return clamp(max(plan.wanted.between(plan.start, plan.end)), workload.bounds)[0]


def _offset_minutes(workload: Workload, day: date) -> int:
    """How far the zone's clocks are ahead of UTC at noon."""
    zone = workload.calendars[0].calendar.zone
    noon = instant_of(start_of_day(zone, day) + MINUTES_PER_DAY // 2).astimezone(zone)
    offset = noon.utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) // SECONDS_PER_MINUTE
