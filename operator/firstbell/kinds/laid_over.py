"""CalendarExceptions laid over their calendar: which of them count, and what is wrong with the others.

Files and the operator come here, so that both refuse the same. One that is refused is left out; it harms
neither the calendar nor the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from firstbell.core import SchoolCalendar
from firstbell.core.calendar import CalendarDate, ExceptionSource
from firstbell.kinds.calendar_checks import exception_name_problems, too_far_apart
from firstbell.kinds.problems import Problem, Refused

MOST_LAID = 512
"""As many as a calendar may have entries of its own: what a day costs is bounded with them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LaidOver:
    """A calendar with what counts as its last entries, and what does not count, by its place."""

    calendar: SchoolCalendar
    refused: Mapping[int, Refused]


def lay_over(calendar: SchoolCalendar, entries: Iterable[CalendarDate]) -> LaidOver:
    """Lay exceptions over a calendar, the later over the earlier; earlier ones may lie there already."""
    bells = frozenset(schedule.name for schedule in calendar.bell_schedules)
    counting: list[CalendarDate] = []
    refused: dict[int, Refused] = {}
    there = sum(entry.source is ExceptionSource.EXCEPTIONS for entry in calendar.calendar_dates)
    span = _span(calendar)
    for place, entry in enumerate(entries):
        problems = tuple(_problems(calendar, bells, span, there + len(counting), entry))
        if problems:
            refused[place] = Refused(problems=problems)
            continue
        counting.append(entry)
        span = _wider(span, entry)
    if counting:
        calendar = replace(calendar, calendar_dates=(*calendar.calendar_dates, *counting))
    return LaidOver(calendar=calendar, refused=refused)


_Span = tuple[int, int] | None
"""The first and the last ordinal on which there may be lessons."""


def _problems(
    calendar: SchoolCalendar, bells: frozenset[str], span: _Span, there: int, entry: CalendarDate
) -> Iterator[Problem]:
    yield from exception_name_problems(entry, "spec", bells, calendar.regions)
    wider = _wider(span, entry)
    if wider is not None and wider != span:
        first, last = (entry.dates.first.fromordinal(day) for day in wider)
        yield from too_far_apart(
            first, last, "spec.endDate" if last == entry.dates.last else "spec.startDate"
        )
    if there >= MOST_LAID:
        message = f"SchoolCalendar {calendar.name} has {there} CalendarExceptions already"
        cure = "Delete those that are over or not needed: kubectl get calex"
        yield Problem(path="spec.calendarRef.name", message=message, cure=cure)


def _span(calendar: SchoolCalendar) -> _Span:
    ranges = [year.dates for year in calendar.school_years]
    ranges += [entry.dates for entry in calendar.calendar_dates if entry.event.has_lessons]
    if not ranges:
        return None
    return min(one.first for one in ranges).toordinal(), max(one.last for one in ranges).toordinal()


def _wider(span: _Span, entry: CalendarDate) -> _Span:
    if not entry.event.has_lessons:
        return span
    first, last = entry.dates.first.toordinal(), entry.dates.last.toordinal()
    return (first, last) if span is None else (min(span[0], first), max(span[1], last))
