"""Plans as they could be made at the time: an exception counts from when it was announced.

`calendarDates[].announcedTime` tells when people learned of an entry; without it the entry counts from the
beginning. The operator plans anew with each edit, so the schedule of a long time is that of several calendars
one after the other, each from one announcement to the next.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from firstbell.domain.bells import instant_of, minute_of
from firstbell.domain.days import SchoolDays
from firstbell.domain.plan import Plan, Workload, make_plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstbell.domain.bells import Minute
    from firstbell.domain.calendar import CalendarDate, SchoolCalendar


@dataclass(frozen=True, slots=True, eq=False)
class KnownPlan:
    """The plan that was in force over [start, end)."""

    start: Minute
    end: Minute
    plan: Plan


def plans_known_then(workload: Workload, start: Minute, end: Minute) -> tuple[KnownPlan, ...]:
    """The plans over [start, end), one after the other, each with what was announced by its start."""
    edges = [start, *_announcements(workload.calendars, start, end), end]
    return tuple(
        KnownPlan(first, last, make_plan(_known_at(workload, first), first, last))
        for first, last in pairwise(edges)
    )


def _announcements(calendars: Sequence[SchoolDays], start: Minute, end: Minute) -> list[Minute]:
    """When something became known in between, in minutes rounded up: never earlier than it was."""
    found = {_known_from(entry) for days in calendars for entry in days.calendar.calendar_dates}
    return sorted(minute for minute in found if minute is not None and start < minute < end)


def _known_from(entry: CalendarDate) -> Minute | None:
    """The first whole minute at which an entry is known; None for always."""
    if entry.announced_time is None:
        return None
    minute = minute_of(entry.announced_time)
    return minute if instant_of(minute) == entry.announced_time else minute + 1


def _known_at(workload: Workload, minute: Minute) -> Workload:
    calendars = tuple(_days_known_at(days, minute) for days in workload.calendars)
    return replace(workload, calendars=calendars)


def _days_known_at(days: SchoolDays, minute: Minute) -> SchoolDays:
    """The calendar without what was announced later; the same where that is nothing."""
    known = tuple(_known(days.calendar, minute))
    if len(known) == len(days.calendar.calendar_dates):
        return days
    return SchoolDays(replace(days.calendar, calendar_dates=known))


def _known(calendar: SchoolCalendar, minute: Minute) -> Iterator[CalendarDate]:
    for entry in calendar.calendar_dates:
        since = _known_from(entry)
        if since is None or since <= minute:
            yield entry
