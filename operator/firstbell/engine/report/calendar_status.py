"""The status of a SchoolCalendar: what kind of day it is, what comes next, and for how long there is data.

Pure. The days are those that the plans stand on; the findings are those of `firstbell lint`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING

from firstbell.core import Day, SchoolDays, Unavailable
from firstbell.core.calendar import DayClass
from firstbell.core.instants import (
    Minute,
    api_minute,
    api_time,
    instant_of,
    local_date,
    minute_of,
    start_of_day,
)
from firstbell.core.reasons import (
    Condition,
    ConditionReason,
    ConditionType,
    Finding,
    FindingKind,
    Severity,
    Truth,
    calendar_findings,
    fold,
)
from firstbell.engine.objects.status_values import written_conditions
from firstbell.engine.ports import CalendarFigures
from firstbell.kinds.accepted_findings import with_accepted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from firstbell.engine.ports import Json
    from firstbell.engine.seen.store import SeenCalendar

EXPIRY = frozenset({FindingKind.CALENDAR_ENDED, FindingKind.CALENDAR_EXPIRING})
MESSAGE_CHARACTERS = 2000
RESTARTS = frozenset({DayClass.RESTART_AFTER_HOLIDAY, DayClass.FIRST_DAY_OF_SCHOOL_YEAR})


def calendar_status(seen: SeenCalendar, now: datetime, laid: SchoolDays | None = None) -> Json:
    """Return the whole status as it should now be.

    `laid` are its days with the CalendarExceptions; what is wrong with one of those is told there, not here.
    """
    if isinstance(seen.days, Unavailable):
        invalid = Condition(
            type=ConditionType.VALID, status=Truth.FALSE, reason=seen.days.reason, message=seen.days.message
        )
        unknown = Condition(type=ConditionType.EXPIRING, status=Truth.UNKNOWN, reason=seen.days.reason)
        return {
            "observedGeneration": seen.generation,
            "conditions": written_conditions([invalid, unknown], seen.status, seen.generation, now),
        }
    days = laid if laid is not None else seen.days
    today = local_date(days.calendar.zone, minute_of(now))
    findings = with_accepted(calendar_findings(seen.days, today), seen.accepted)
    last = _last_date(days)
    return {
        "observedGeneration": seen.generation,
        "conditions": written_conditions(
            [_valid(findings), _expiring(findings)], seen.status, seen.generation, now
        ),
        "today": [_day(days.day(region, today)) for region in days.calendar.region_names],
        "nextBellTime": _next_bell(days, now),
        "nextRestart": _next_restart(days, now),
        "pupilsTotal": sum(cohort.pupils for cohort in days.calendar.cohorts),
        "lastDate": last.isoformat() if last else None,
    }


def calendar_figures(seen: SeenCalendar, status: Json) -> CalendarFigures:
    """Return of a status what is told in figures; nothing where the calendar cannot be used."""
    if isinstance(seen.days, Unavailable) or "today" not in status:
        return CalendarFigures()
    last = status["lastDate"]
    day = start_of_day(seen.days.calendar.zone, date.fromisoformat(last)) if last else None
    return CalendarFigures(
        last_day=None if day is None else instant_of(day),
        days={today.get("region"): today.get("dayClass") for today in status["today"]},
    )


def next_change(seen: SeenCalendar, now: datetime) -> datetime | None:
    """Tell when the status will next differ by itself: after the next bell, or at the local midnight."""
    if isinstance(seen.days, Unavailable):
        return None
    zone = seen.days.calendar.zone
    today = local_date(zone, minute_of(now))
    midnight = instant_of(start_of_day(zone, today + timedelta(days=1)))
    bell_time = _next_bell(seen.days, now)
    if bell_time is None:
        return midnight
    return min(midnight, datetime.fromisoformat(bell_time) + timedelta(seconds=1))


def _last_date(days: SchoolDays) -> date | None:
    return max((year.dates.last for year in days.calendar.school_years), default=None)


def _valid(findings: Sequence[Finding]) -> Condition:
    """Tell whether the calendar can mean what it says: what `firstbell lint` finds, as a condition.

    What the calendar's annotations accept is a notice here, too.
    """
    kind = ConditionType.VALID
    told = [finding for finding in findings if finding.kind not in EXPIRY]
    errors = [finding for finding in told if finding.severity is Severity.ERROR]
    if errors:
        return Condition(type=kind, status=Truth.FALSE, reason=errors[0].kind, message=_folded(errors))
    warnings = [finding for finding in told if finding.severity is Severity.WARNING]
    if warnings:
        return Condition(
            type=kind, status=Truth.TRUE, reason=ConditionReason.HAS_WARNINGS, message=_folded(warnings)
        )
    return Condition(type=kind, status=Truth.TRUE, reason=ConditionReason.RESOLVED)


def _expiring(findings: Sequence[Finding]) -> Condition:
    kind = ConditionType.EXPIRING
    for finding in findings:
        if finding.kind in EXPIRY:
            return Condition(type=kind, status=Truth.TRUE, reason=finding.kind, message=finding.text)
    return Condition(type=kind, status=Truth.FALSE, reason=ConditionReason.DATA_AHEAD)


def _folded(findings: Sequence[Finding]) -> str:
    """Return findings as one message, many of one kind cut short."""
    sentences: list[str] = []
    for group in fold(findings):
        sentences += [f"{finding.path}: {finding.text}" for finding in group.shown]
        if group.more:
            sentences.append(f"And {group.more} more of {group.shown[0].kind}.")
    return " ".join(sentences)[:MESSAGE_CHARACTERS]


def _day(day: Day) -> Json:
    told = {
        "region": day.region,
        "date": day.date.isoformat(),
        "instructional": day.instructional,
        "reason": day.reason,
    }
    if day.lessons is not None:
        told |= {
            "dayClass": day.lessons.day_class.value,
            "transition": day.lessons.transition.value if day.lessons.transition else None,
            "instructionMode": day.lessons.instruction_mode.value,
            "bellScheduleName": day.lessons.bell_schedule_name,
            "label": day.lessons.label,
        }
    return {key: value for key, value in told.items() if value is not None}


def _next_bell(days: SchoolDays, now: datetime) -> str | None:
    """Return the next first period of any region, unshifted."""
    found = _first(days, now, days.lesson_days_from)
    return api_time(instant_of(found[0])) if found else None


def _next_restart(days: SchoolDays, now: datetime) -> Json | None:
    """Return the next first lesson day after a holiday or of a school year, in any region."""
    found = _first(days, now, lambda region, on: _restarts(days, region, on))
    if not found:
        return None
    at, day = found
    told: Json = {"date": day.date.isoformat(), "bellTime": api_minute(at)}
    if day.lessons is not None and day.lessons.break_days is not None:
        told["breakDays"] = day.lessons.break_days
    return told


def _restarts(days: SchoolDays, region: str | None, on: date) -> Iterator[Day]:
    for day in days.restarts_from(region, on):
        if day.lessons is not None and day.lessons.day_class in RESTARTS:
            yield day


def _first(
    days: SchoolDays, now: datetime, coming: Callable[[str | None, date], Iterator[Day]]
) -> tuple[Minute, Day] | None:
    """Return the earliest first bell after `now` of the coming days of each region, and its day.

    Regions of one scope have the same days, so one of them is asked for all.
    """
    minute = minute_of(now)
    today = local_date(days.calendar.zone, minute)
    found: list[tuple[Minute, Day]] = []
    for region, *_ in days.layers.regions_by_scope.values():
        bells = ((days.first_bell(day), day) for day in coming(region, today))
        found += islice(((at, day) for at, day in bells if at is not None and at > minute), 1)
    return min(found, key=itemgetter(0)) if found else None
