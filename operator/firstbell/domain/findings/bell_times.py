"""Bells and events at odd hours: 08:30 typed as 20:30, and times that the clocks jump over.

A first bell before 06:00 or after 11:00 is judged as the bell schedule says it; cohorts that start later
(an afternoon shift) are meant so. A time in a spring gap rings later by the gap: a warning where somebody
named the date or the bell, a notice where an event simply recurs on every night of the year.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from typing import TYPE_CHECKING

from firstbell.domain.bells import MINUTES_PER_DAY, bell, in_clock_gap, instant_of, start_of_day
from firstbell.domain.calendar import (
    CronRecurrence,
    DateRange,
    DemandEvent,
    OneDate,
    RecurrenceCondition,
    Weekday,
    covers,
)
from firstbell.domain.days import each_day
from firstbell.domain.findings.finding import Finding, FindingKind, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from zoneinfo import ZoneInfo

    from firstbell.domain.calendar import SchoolCalendar, WeeklyRecurrence
    from firstbell.domain.days import SchoolDays

EARLIEST_FIRST_BELL = time(6)
LATEST_FIRST_BELL = time(11)
_ONE_DAY = timedelta(days=1)


def first_bell_findings(calendar: SchoolCalendar) -> Iterator[Finding]:
    """Bell schedules whose first bell is before 06:00 or after 11:00."""
    for index, schedule in enumerate(calendar.bell_schedules):
        first = schedule.periods[0].start
        if EARLIEST_FIRST_BELL <= first <= LATEST_FIRST_BELL:
            continue
        side = "before 06:00" if first < EARLIEST_FIRST_BELL else "after 11:00"
        yield Finding(
            kind=FindingKind.FIRST_BELL_UNUSUAL,
            severity=Severity.WARNING,
            path=f"spec.bellSchedules[{index}].classPeriods[0].startTime",
            message=f'The first bell of bell schedule "{schedule.name}" is at {_clock(first)}, {side}',
            cure="Write local wall-clock time in 24 hours, not UTC",
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ring:
    """A wall-clock time that somebody counts on."""

    path: str
    what: str
    on: date
    at: time
    severity: Severity = Severity.WARNING


def clock_gap_findings(school_days: SchoolDays) -> Iterator[Finding]:
    """Bells of lesson days, and times of demand events, that do not exist on the wall clock."""
    zone = school_days.calendar.zone
    gaps = tuple(_gap_dates(school_days))
    rings = [*_bells_on(school_days, gaps)]
    for index, event in enumerate(school_days.calendar.demand_events):
        rings += _event_times_on(school_days, gaps, f"spec.demandEvents[{index}]", event)
    for ring in rings:
        if in_clock_gap(zone, ring.on, ring.at):
            yield _jumped_over(zone, ring)


def _gap_dates(school_days: SchoolDays) -> Iterator[date]:
    """The dates of the data on which a wall-clock time may be missing: those around an odd length of day.

    The neighbours too, because a gap across midnight takes from both days and shortens one.
    """
    if school_days.first is None or school_days.last is None:
        return
    zone = school_days.calendar.zone
    odd = set()
    starts = start_of_day(zone, school_days.first)
    for on in each_day(DateRange(first=school_days.first, last=school_days.last)):
        ends = start_of_day(zone, on + _ONE_DAY)
        if ends - starts != MINUTES_PER_DAY:
            odd |= {on - _ONE_DAY, on, on + _ONE_DAY}
        starts = ends
    yield from sorted(odd)


def _bells_on(school_days: SchoolDays, dates: Iterable[date]) -> Iterator[_Ring]:
    calendar = school_days.calendar
    for on in dates:
        days = [school_days.day(region, on) for region in calendar.region_names]
        used = {day.lessons.bell_schedule_name for day in days if day.lessons is not None}
        for place, schedule in enumerate(calendar.bell_schedules):
            if schedule.name not in used:
                continue
            for number, period in enumerate(schedule.periods):
                path = f"spec.bellSchedules[{place}].classPeriods[{number}]"
                what = f'of bell schedule "{schedule.name}"'
                yield _Ring(path=f"{path}.startTime", what=what, on=on, at=period.start)
                yield _Ring(path=f"{path}.endTime", what=what, on=on, at=period.end)


def _event_times_on(
    school_days: SchoolDays, dates: Iterable[date], path: str, event: DemandEvent
) -> Iterator[_Ring]:
    """The times of an event: on its own date wherever that is, else on those of `dates` that it recurs on."""
    what = f'of demand event "{event.name}"'
    if isinstance(event.when, CronRecurrence):
        for wall in (wall for on in dates for wall in event.when.schedule.occurrences(on, on)):
            place = f"{path}.recurrence.schedule"
            yield _Ring(path=place, what=what, on=wall.date(), at=wall.time(), severity=Severity.NOTICE)
    elif isinstance(event.when, OneDate):
        for field, on, at in _start_and_end(event, event.when.day):
            yield _Ring(path=f"{path}.{field}", what=what, on=on, at=at)
    else:
        regions = [r for r in school_days.calendar.region_names if covers(event.regions, r)]
        for day in dates:
            if any(_takes_place(event.when, school_days, region, day) for region in regions):
                for field, on, at in _start_and_end(event, day):
                    yield _Ring(path=f"{path}.{field}", what=what, on=on, at=at, severity=Severity.NOTICE)


def _takes_place(when: WeeklyRecurrence, school_days: SchoolDays, region: str | None, on: date) -> bool:
    if when.days_of_week and Weekday.of(on) not in when.days_of_week:
        return False
    match when.condition:
        case RecurrenceCondition.ALWAYS:
            return True
        case RecurrenceCondition.INSTRUCTIONAL_DAY:
            return school_days.day(region, on).instructional
        case RecurrenceCondition.BEFORE_INSTRUCTIONAL_DAY:
            return school_days.day(region, on + _ONE_DAY).instructional


def _start_and_end(event: DemandEvent, on: date) -> Iterator[tuple[str, date, time]]:
    if event.start is None:
        return
    yield "startTime", on, event.start
    if event.end is not None and event.end != event.start:
        yield "endTime", on + _ONE_DAY if event.end < event.start else on, event.end


def _jumped_over(zone: ZoneInfo, ring: _Ring) -> Finding:
    moved = instant_of(bell(zone, ring.on, ring.at)).astimezone(zone)
    return Finding(
        kind=FindingKind.BELL_IN_CLOCK_GAP,
        severity=ring.severity,
        path=ring.path,
        message=f"{_clock(ring.at)} {ring.what} does not exist on {ring.on}: the clocks of {zone.key} jump "
        f"over it, and it counts as {_clock(moved.time())}",
        cure="Give another time for that date, or nothing if the later time is meant",
    )


def _clock(at: time) -> str:
    return f"{at:%H:%M}"
