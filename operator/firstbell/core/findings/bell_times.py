"""Bells and events at odd hours: 08:30 typed as 20:30, and times that the clocks jump over.

A first bell before 06:00 or after 11:00 is judged as the bell schedule says it; cohorts that start later
(an afternoon shift) are meant so. A time in a spring gap rings later by the gap: a warning where somebody
named the date or the bell, a notice where an event simply recurs on every night of the year.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from firstbell.core.bells import bell, in_clock_gap, instant_of
from firstbell.core.clock_gaps import ClockGap, clock_gaps
from firstbell.core.findings.finding import Finding, FindingKind, Severity
from firstbell.core.occurrences import end_date, takes_place
from firstbell.core.school_calendar import (
    CronRecurrence,
    DemandEvent,
    OneDate,
    Weekday,
    WeeklyRecurrence,
    covers,
)
from firstbell.core.time_words import clock_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from firstbell.core.days import SchoolDays
    from firstbell.core.school_calendar import SchoolCalendar

EARLIEST_FIRST_BELL = time(6)
LATEST_FIRST_BELL = time(11)
_ONE_DAY = timedelta(days=1)


def first_bell_findings(calendar: SchoolCalendar) -> Iterator[Finding]:
    """Yield the bell schedules whose first bell is before 06:00 or after 11:00."""
    for index, schedule in enumerate(calendar.bell_schedules):
        first = schedule.periods[0].start
        if EARLIEST_FIRST_BELL <= first <= LATEST_FIRST_BELL:
            continue
        side = "before 06:00" if first < EARLIEST_FIRST_BELL else "after 11:00"
        yield Finding(
            kind=FindingKind.FIRST_BELL_UNUSUAL,
            severity=Severity.NOTICE,
            path=f"spec.bellSchedules[{index}].classPeriods[0].startTime",
            message=f'The first bell of bell schedule "{schedule.name}" is at {clock_text(first)}, {side}',
            cure="Nothing to do if that is meant; times are local wall clock of 24 hours, not UTC",
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ring:
    """A wall-clock time that somebody counts on."""

    path: str
    what: str
    on: date
    at: time
    severity: Severity = Severity.WARNING
    bell_schedule: str | None = None


def clock_gap_findings(school_days: SchoolDays) -> Iterator[Finding]:
    """Yield the bells of lesson days, and times of demand events, that do not exist on the wall clock."""
    calendar = school_days.calendar
    gaps: tuple[ClockGap, ...] = ()
    if school_days.first is not None and school_days.last is not None:
        gaps = clock_gaps(calendar.zone, school_days.first, school_days.last)
    for ring in _bells_in(gaps, school_days):
        yield _jumped_over(calendar.zone, ring)
    for index, event in enumerate(calendar.demand_events):
        for ring in _event_times_in(gaps, school_days, f"spec.demandEvents[{index}]", event):
            yield _jumped_over(calendar.zone, ring)


def _bells_in(gaps: Iterable[ClockGap], school_days: SchoolDays) -> Iterator[_Ring]:
    """Yield the bells in a gap; only dates on which some bell would ring in it are asked for theirs."""
    calendar = school_days.calendar
    for gap, on in ((each, on) for each in gaps for on in each.dates):
        rings = [*_bells(calendar, on, gap)]
        if not rings:
            continue
        days = [school_days.day(regions[0], on) for regions in school_days.layers.regions_by_scope.values()]
        used = {day.lessons.bell_schedule_name for day in days if day.lessons is not None}
        yield from (ring for ring in rings if ring.bell_schedule in used)


def _bells(calendar: SchoolCalendar, on: date, gap: ClockGap) -> Iterator[_Ring]:
    midnight = datetime.combine(on, time.min)
    first = gap.start.time() if gap.start > midnight else time.min
    after = gap.end.time() if gap.end < midnight + _ONE_DAY else None
    for place, schedule in enumerate(calendar.bell_schedules):
        for number, period in enumerate(schedule.periods):
            for field, at in (("startTime", period.start), ("endTime", period.end)):
                if not at.fold and first <= at and (after is None or at < after):
                    path = f"spec.bellSchedules[{place}].classPeriods[{number}].{field}"
                    what = f'of bell schedule "{schedule.name}"'
                    yield _Ring(path=path, what=what, on=on, at=at, bell_schedule=schedule.name)


def _event_times_in(
    gaps: Sequence[ClockGap], school_days: SchoolDays, path: str, event: DemandEvent
) -> Iterator[_Ring]:
    """Yield the times of an event in a gap: on its own date, else on those that it recurs on."""
    what = f'of demand event "{event.name}"'
    if isinstance(event.when, OneDate):
        for field, on, at in _start_and_end(event, event.when.day):
            if in_clock_gap(school_days.calendar.zone, on, at):
                yield _Ring(path=f"{path}.{field}", what=what, on=on, at=at)
        return
    for gap in gaps:
        if isinstance(event.when, CronRecurrence):
            for wall in (wall for on in gap.dates for wall in event.when.schedule.occurrences(on, on)):
                if wall in gap and event.may_begin_on(wall.date()):
                    place = f"{path}.recurrence.schedule"
                    on, at = wall.date(), wall.time()
                    yield _Ring(path=place, what=what, on=on, at=at, severity=Severity.NOTICE)
            continue
        for day in sorted({on - back for on in gap.dates for back in (_ONE_DAY, timedelta(0))}):
            rings = [
                _Ring(path=f"{path}.{field}", what=what, on=on, at=at, severity=Severity.NOTICE)
                for field, on, at in _start_and_end(event, day)
                if datetime.combine(on, at) in gap
            ]
            if rings and _takes_place_anywhere(event, school_days, day):
                yield from rings


def _takes_place_anywhere(event: DemandEvent, school_days: SchoolDays, on: date) -> bool:
    when = event.when
    if not event.may_begin_on(on):
        return False
    if isinstance(when, WeeklyRecurrence) and when.days_of_week and Weekday.of(on) not in when.days_of_week:
        return False
    return any(
        takes_place(event, school_days, regions[0], on)
        for regions in school_days.layers.regions_by_scope.values()
        if any(covers(event.regions, region) for region in regions)
    )


def _start_and_end(event: DemandEvent, on: date) -> Iterator[tuple[str, date, time]]:
    if event.start is None:
        return
    yield "startTime", on, event.start
    if event.end is not None and event.end.fold == 0:  # a day ends where the next one starts, gap or none
        yield "endTime", end_date(event, on), event.end


def _jumped_over(zone: ZoneInfo, ring: _Ring) -> Finding:
    moved = instant_of(bell(zone, ring.on, ring.at)).astimezone(zone)
    return Finding(
        kind=FindingKind.BELL_IN_CLOCK_GAP,
        severity=ring.severity,
        path=ring.path,
        message=f"{clock_text(ring.at)} {ring.what} does not exist on {ring.on}: the clocks of {zone.key} "
        f"jump over it, and it counts as {clock_text(moved.time())}",
        cure="Give another time for that date, or nothing if the later time is meant",
    )
