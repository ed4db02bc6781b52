"""Demand events that never take place, and cohorts of one that take no part in it.

Dates, weekdays, condition, holidays, regions and cohorts narrow an event down together; with nothing left it
is silent, and nobody misses it before the day.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.core.bells import EPOCH
from firstbell.core.days import each_day
from firstbell.core.findings.finding import Finding, FindingKind, Severity, listed
from firstbell.core.occurrences import regions_of, takes_place
from firstbell.core.school_calendar import (
    CronRecurrence,
    DateRange,
    OneDate,
    RecurrenceCondition,
    Weekday,
    WeeklyRecurrence,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from firstbell.core.days import SchoolDays
    from firstbell.core.school_calendar import DemandEvent, SchoolCalendar

MOST_DATES_LOOKED_AT = 20_000
"""Dates of all events in all regions: what is left after that is taken to take place."""
_ONE_DAY = timedelta(days=1)


def event_findings(school_days: SchoolDays) -> Iterator[Finding]:
    """Yield events that never take place, and cohorts that are in none of the regions of theirs."""
    left = MOST_DATES_LOOKED_AT
    for index, event in enumerate(school_days.calendar.demand_events):
        path = f"spec.demandEvents[{index}]"
        regions = regions_of(event, school_days.calendar)
        if event.cohorts and (left_out := _left_out(event, school_days.calendar)):
            yield _cohorts_left_out(path, event, left_out)
        if not regions:
            continue
        dates = _dates(event, school_days)
        if dates is None:
            continue
        scopes = [own for own in school_days.layers.regions_by_scope.values() if regions.intersection(own)]
        left -= dates.days * len(scopes)
        if left < 0:
            return
        if not any(
            takes_place(event, school_days, own[0], on) for on in _candidates(event, dates) for own in scopes
        ):
            yield _never(path, event, dates)


def _left_out(event: DemandEvent, calendar: SchoolCalendar) -> list[str]:
    regions = regions_of(event, calendar)
    return [one.name for one in calendar.cohorts if one.name in event.cohorts and one.region not in regions]


def _dates(event: DemandEvent, school_days: SchoolDays) -> DateRange | None:
    """Return the dates between which alone an event may take place; None where there is no end of them."""
    when = event.when
    if isinstance(when, OneDate):
        return None
    first, last = event.first_date, event.last_date
    if isinstance(when, WeeklyRecurrence) and when.condition is not RecurrenceCondition.ALWAYS:
        if school_days.first is None or school_days.last is None:
            on = first or last or EPOCH.date()
            return DateRange(first=on, last=on)
        data = school_days.first - _ONE_DAY, school_days.last
        first = max(first or data[0], data[0])
        last = min(last or data[1], data[1])
    if first is None or last is None:
        return None
    return DateRange(first=first, last=max(first, last))


def _candidates(event: DemandEvent, dates: DateRange) -> Iterator[date]:
    """Return the dates of a range on which an event would begin."""
    when = event.when
    if isinstance(when, CronRecurrence):
        walls = when.schedule.occurrences(dates.first, dates.last)
        return (on for on in (wall.date() for wall in walls) if event.may_begin_on(on))
    weekdays = when.days_of_week if isinstance(when, WeeklyRecurrence) else frozenset()
    days = (on for on in each_day(dates) if not weekdays or Weekday.of(on) in weekdays)
    return (on for on in days if event.may_begin_on(on))


def _never(path: str, event: DemandEvent, dates: DateRange) -> Finding:
    between = f"from {dates.first} to {dates.last}"
    when = event.when
    if isinstance(when, WeeklyRecurrence) and when.condition is not RecurrenceCondition.ALWAYS:
        why = f"no day {between} meets its condition {when.condition}"
        if event.first_date is None and event.last_date is None:
            why = f"no day of the calendar meets its condition {when.condition}"
        cure = (
            "Check its weekdays and dates; without lessons, bound it by startDate, endDate, excludeHolidays"
        )
    else:
        why = f"{between} there is no day of it"
        cure = "Check startDate and endDate, its weekdays or schedule, and the holidays that it excludes"
    return _finding(path, f'Demand event "{event.name}" never takes place: {why}', cure)


def _cohorts_left_out(path: str, event: DemandEvent, left_out: list[str]) -> Finding:
    quoted = listed([f'"{name}"' for name in left_out])
    message = f'Demand event "{event.name}" is for cohort{"s" if len(left_out) > 1 else ""} {quoted}'
    message = f"{message}, in none of its regions"
    return _finding(
        f"{path}.cohorts", message, "Correct its cohorts or its regions, or leave out one of them"
    )


def _finding(path: str, message: str, cure: str) -> Finding:
    return Finding(
        kind=FindingKind.DEMAND_EVENT_NEVER_OCCURS,
        severity=Severity.WARNING,
        path=path,
        message=message,
        cure=cure,
    )
