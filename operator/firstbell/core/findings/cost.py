"""Policies that take too long to plan with their calendars: the operator does not plan them either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.bells import start_of_day
from firstbell.core.effort import planned_around, too_many_steps
from firstbell.core.findings.finding import Finding, FindingKind, Severity
from firstbell.core.lead import NO_RISES
from firstbell.core.plan import Workload
from firstbell.core.policy import Bounds
from firstbell.core.school_calendar import OneDate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstbell.core.bells import Minute
    from firstbell.core.days import SchoolDays
    from firstbell.core.policy import Policy


def cost_findings(policy: Policy, calendars: Sequence[SchoolDays]) -> Iterator[Finding]:
    """Yield, once, where there are more bells, events and peaks than a plan has steps for."""
    workload = Workload(
        policy=policy,
        bounds=Bounds(minimum=0, maximum=None),
        calendars=tuple(calendars),
        rises=NO_RISES,
    )
    for minute in _looked_at(calendars):
        costly = too_many_steps(workload, *planned_around(minute))
        if costly is not None:
            message, cure = costly.message.rstrip(".").rsplit(". ", 1)
            yield Finding(
                kind=FindingKind.TOO_COSTLY,
                severity=Severity.ERROR,
                path="spec.calendarRefs",
                message=message,
                cure=cure,
            )
            return


def _looked_at(calendars: Sequence[SchoolDays]) -> list[Minute]:
    """Tell when a plan may cost most: at any time, for what recurs, and where an event has a date."""
    dated = {
        start_of_day(days.calendar.zone, event.when.day)
        for days in calendars
        for event in days.calendar.demand_events
        if isinstance(event.when, OneDate)
    }
    return [0, *sorted(dated)]
