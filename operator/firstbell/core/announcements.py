"""What was known when: an entry of a calendar with `announcedTime` is hidden before it.

What happens is decided by the whole truth; what is planned only by what had been told.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firstbell.core.bells import Minute, instant_of, minute_of
from firstbell.core.days import SchoolDays

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.core.plan import Workload


def told_between(workload: Workload, start: Minute, end: Minute) -> list[Minute]:
    """Return the minutes after `start` and before `end` from which on something more is known, ascending."""
    return sorted({minute for minute in _told(workload) if start < minute < end})


def known_by(workload: Workload, now: datetime) -> Workload:
    """Return the workload with the calendars as they were known at an instant."""
    return replace(workload, calendars=tuple(_known(days, now) for days in workload.calendars))


def _known(days: SchoolDays, now: datetime) -> SchoolDays:
    entries = days.calendar.calendar_dates
    known = tuple(one for one in entries if one.announced_time is None or one.announced_time <= now)
    if len(known) == len(entries):
        return days
    return SchoolDays(replace(days.calendar, calendar_dates=known))


def _told(workload: Workload) -> list[Minute]:
    return [
        # A minute is planned with what was told by its start.
        minute_of(one.announced_time) + (instant_of(minute_of(one.announced_time)) < one.announced_time)
        for days in workload.calendars
        for one in days.calendar.calendar_dates
        if one.announced_time is not None
    ]
