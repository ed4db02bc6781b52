"""What was known when: a day is planned with the exceptions that were announced by then.

An entry with `announcedTime` is hidden before it. Who comes is decided by the whole truth; what is scheduled
only by what had been told.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firstbell.domain.bells import Minute, instant_of, minute_of
from firstbell.domain.days import SchoolDays
from firstbell.domain.plan import Plan, Workload, make_plan

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class KnownPlans:
    """The plan in force at each minute of an interval: `plans[i]` from `since[i]` on."""

    since: tuple[Minute, ...]
    plans: tuple[Plan, ...]

    def at(self, minute: Minute) -> Plan:
        """The plan that was made with what is known at a minute."""
        return self.plans[max(0, bisect_right(self.since, minute) - 1)]


def known_plans(workload: Workload, start: Minute, end: Minute) -> KnownPlans:
    """The plans over [start, end): one at its start, and one for each time at which something was told."""
    since = (start, *told_between(workload, start, end))
    plans = tuple(make_plan(known_by(workload, instant_of(minute)), start, end) for minute in since)
    return KnownPlans(since=since, plans=plans)


def told_between(workload: Workload, start: Minute, end: Minute) -> list[Minute]:
    """The minutes after `start` and before `end` from which on something more is known, ascending."""
    return sorted({minute for minute in _told(workload) if start < minute < end})


def known_by(workload: Workload, now: datetime) -> Workload:
    """The workload with the calendars as they were known at an instant."""
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
