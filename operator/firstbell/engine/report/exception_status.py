"""The status of a CalendarException: whether it counts, and what it changes, in words. Pure.

What it changes is told over what was declared before it, so that the next exception alters nothing of it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from firstbell.core import SchoolCalendar, SchoolDays, Unavailable
from firstbell.core.calendar import CalendarDate, changes_of, same_lessons_from, unchanged_words
from firstbell.core.instants import instant_of, local_date, minute_of, start_of_day
from firstbell.core.reasons import (
    AbsenceReason,
    Condition,
    ConditionReason,
    ConditionType,
    Severity,
    Truth,
    last_entry_findings,
)
from firstbell.engine.objects.status_values import written_conditions
from firstbell.engine.seen.exceptions import Laid
from firstbell.kinds.calendar_exception_status import MOST_CHANGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstbell.core.calendar import DayChange
    from firstbell.engine.ports import Json
    from firstbell.engine.seen.exceptions import SeenException
    from firstbell.engine.seen.store import Store

TOLD_CHANGES = 3
LESSON_DAYS_COMPARED = 20
"""Of each region: four weeks of ordinary ones, within which a cycle of labels shows whether it has moved."""
ANYWHERE_OVER = timedelta(hours=36)
"""So long after the UTC midnight at its beginning a date is over in every zone there is."""


def exception_status(store: Store, seen: SeenException, now: datetime) -> tuple[Json, datetime | None]:
    """Return the whole status, and when it will change by itself."""
    found = _found(store, seen)
    if isinstance(found, Unavailable):
        if found.reason == AbsenceReason.NOT_READ_YET:
            return {}, None  # reported as soon as it is read
        return invalid_exception(seen, found, now), None
    calendar, entry = found
    changes = changes_of(calendar, entry)
    over = _over(calendar, entry)
    state = ConditionReason.EXPIRED if now >= over else ConditionReason.APPLIED
    condition = _applied(state, calendar, entry, changes)
    return _status(seen, state, condition, changes, now), None if now >= over else over


def unknown_exception(seen: SeenException, why: Unavailable, now: datetime) -> Json:
    """Return the status of one of which it took too long to find out what it changes; it counts as before."""
    condition = Condition(
        type=ConditionType.APPLIED, status=Truth.UNKNOWN, reason=why.reason, message=why.message
    )
    state = seen.status.get("state", ConditionReason.APPLIED)
    return _status(seen, state, condition, (), now)


def invalid_exception(seen: SeenException, why: Unavailable, now: datetime) -> Json:
    """Return the status of one that does not count."""
    condition = Condition(
        type=ConditionType.APPLIED, status=Truth.FALSE, reason=why.reason, message=why.message
    )
    return _status(seen, INVALID, condition, (), now)


INVALID = "Invalid"


def deletion(store: Store, seen: SeenException, now: datetime) -> datetime | None:
    """Return from when on it may be deleted, or is to be looked at again; None = never by itself.

    Not before its time is over, and not while lesson days to come would be others without it.
    """
    if not isinstance(seen.entry, CalendarDate):
        return None
    laid = store.laid(seen.calendar_key)
    if not isinstance(laid, Laid):
        last = seen.entry.dates.last
        return datetime.fromisoformat(f"{last}T00:00:00+00:00") + ANYWHERE_OVER + seen.kept
    due = _over(laid.printed, seen.entry) + seen.kept
    if now < due or not _bears(laid, seen, now):
        return due
    zone = laid.printed.zone
    tomorrow = local_date(zone, minute_of(now)) + timedelta(days=1)
    return instant_of(start_of_day(zone, tomorrow))


def _bears(laid: Laid, seen: SeenException, now: datetime) -> bool:
    """Tell whether lesson days to come would be others without an exception."""
    others = tuple(
        one.entry for one in laid.counting if one.key != seen.key and isinstance(one.entry, CalendarDate)
    )
    if len(others) == len(laid.counting):
        return False
    dates = (*laid.printed.calendar_dates, *others)
    without = SchoolDays(replace(laid.printed, calendar_dates=dates))
    today = local_date(laid.printed.zone, minute_of(now))
    return not same_lessons_from(laid.days, without, today, LESSON_DAYS_COMPARED)


def _found(store: Store, seen: SeenException) -> tuple[SchoolCalendar, CalendarDate] | Unavailable:
    """Return the calendar as it lies under an exception, and what is laid; or why it does not count."""
    if isinstance(seen.entry, Unavailable):
        return seen.entry
    laid = store.laid(seen.calendar_key)
    namespace, _, name = seen.calendar_key.partition("/")
    if laid is None:
        return Unavailable(
            reason=AbsenceReason.CALENDAR_NOT_FOUND,
            message=f"spec.calendarRef.name: SchoolCalendar {name} does not exist in namespace {namespace}. "
            "As soon as it is created the exception is laid over it; or correct the name.",
        )
    if isinstance(laid, Unavailable):
        return Unavailable(reason=laid.reason, message=f"SchoolCalendar {name}: {laid.message}")
    refused = laid.refused.get(seen.key)
    if refused is not None:
        message = " ".join(str(problem) for problem in refused.problems)
        return Unavailable(reason=AbsenceReason.INVALID_SPEC, message=message)
    return _beneath(laid, seen, seen.entry)


def _beneath(
    laid: Laid, seen: SeenException, entry: CalendarDate
) -> tuple[SchoolCalendar, CalendarDate] | Unavailable:
    """Return the same for one whose names hold; what it says may still mean nothing."""
    earlier = (one.entry for one in laid.counting if one.order < seen.order)
    moves_labels = laid.printed.rotation is not None
    under = tuple(
        one
        for one in earlier
        if isinstance(one, CalendarDate) and (moves_labels or one.dates.overlaps(entry.dates))
    )
    dates = (*laid.printed.calendar_dates, *under)
    calendar = replace(laid.printed, calendar_dates=dates)
    with_it = SchoolDays(replace(calendar, calendar_dates=(*dates, entry)))
    for finding in last_entry_findings(with_it):
        if finding.severity is Severity.ERROR:
            return Unavailable(reason=finding.kind, message=f"{finding.path}: {finding.text}")
    return calendar, entry


def _over(calendar: SchoolCalendar, entry: CalendarDate) -> datetime:
    """Return the end of the last day, in the calendar's zone."""
    return instant_of(start_of_day(calendar.zone, entry.dates.last + timedelta(days=1)))


def _applied(
    state: ConditionReason, calendar: SchoolCalendar, entry: CalendarDate, changes: Sequence[DayChange]
) -> Condition:
    told = "; ".join(change.sentence for change in changes[:TOLD_CHANGES])
    if len(changes) > TOLD_CHANGES:
        told += f"; and {len(changes) - TOLD_CHANGES} more"
    reason = state
    if not changes:
        told = f"no lesson day is changed by it: {unchanged_words(calendar, entry)}"
        reason = ConditionReason.CHANGES_NOTHING if state is ConditionReason.APPLIED else state
    if state is ConditionReason.EXPIRED:
        told = (
            f"over since {_over(calendar, entry):%Y-%m-%d %H:%M} UTC. It changed: {told}" if changes else told
        )
    return Condition(type=ConditionType.APPLIED, status=Truth.TRUE, reason=reason, message=told)


def _status(
    seen: SeenException, state: str, condition: Condition, changes: Sequence[DayChange], now: datetime
) -> Json:
    return {
        "observedGeneration": seen.generation,
        "state": str(state),
        "conditions": written_conditions([condition], seen.status, seen.generation, now),
        "changes": [
            {
                "regions": list(change.regions),
                "startDate": change.first.isoformat(),
                "endDate": change.last.isoformat(),
                "before": change.before,
                "after": change.after,
            }
            for change in changes[:MOST_CHANGES]
        ],
    }
