"""What each date is, in each region: lessons or none, why, and what kind of lesson day.

Layers, from the printed calendar up: a school year, minus holidays, by the weekly row; then every exception
that covers the date, in order and field by field. On top of the resolved days stand the computed facts that
nobody types: how long the break was, which class of day that makes, and whether the mode of instruction
changed since the last lesson day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from firstbell.domain.bells import bell
from firstbell.domain.calendar import (
    CalendarDate,
    CalendarEvent,
    DateRange,
    Holiday,
    InstructionMode,
    SchoolCalendar,
    Weekday,
    WeeklyRow,
    covers,
)
from firstbell.domain.rotation import walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from firstbell.domain.bells import Minute

_Dated = TypeVar("_Dated", Holiday, CalendarDate)

AFTER_LONG_WEEKEND_DAYS = 3
FIRST_DAY_OF_WEEK_DAYS = 2


class DayClass(StrEnum):
    """What kind of lesson day it is, computed from the break before it and never typed."""

    REGULAR = "Regular"
    FIRST_DAY_OF_WEEK = "FirstDayOfWeek"
    AFTER_LONG_WEEKEND = "AfterLongWeekend"
    RESTART_AFTER_HOLIDAY = "RestartAfterHoliday"
    FIRST_DAY_OF_SCHOOL_YEAR = "FirstDayOfSchoolYear"


class Transition(StrEnum):
    """The mode of instruction changed since the previous lesson day."""

    TO_REMOTE = "ToRemote"
    TO_IN_PERSON = "ToInPerson"
    TO_HYBRID = "ToHybrid"


_TRANSITION_TO = {
    InstructionMode.REMOTE: Transition.TO_REMOTE,
    InstructionMode.IN_PERSON: Transition.TO_IN_PERSON,
    InstructionMode.HYBRID: Transition.TO_HYBRID,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Lessons:
    """What is true only of a day with lessons.

    `break_days` counts the days without lessons since the previous lesson day; it and `transition` are None
    where there is no previous lesson day.
    """

    instruction_mode: InstructionMode
    bell_schedule_name: str
    label: str | None = None
    day_class: DayClass = DayClass.REGULAR
    break_days: int | None = None
    transition: Transition | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """One resolved date in one region.

    `reason` is `weekly`, `no-weekly-row`, `outside-school-year`, `holidays/NAME`, `calendarDates/NAME` or
    `exceptions/NAME`. On a day without lessons `event` is set only if an exception closed it.
    """

    date: date
    region: str | None
    reason: str
    event: CalendarEvent | None = None
    lessons: Lessons | None = None

    @property
    def instructional(self) -> bool:
        """Whether the day has lessons."""
        return self.lessons is not None


class SchoolDays:
    """A calendar with its days resolved: once, from the start of the data to its end, in every region.

    `first` and `last` are the dates between which a day can have lessons, both inclusive, or None for a
    calendar without a school year.
    """

    def __init__(self, calendar: SchoolCalendar) -> None:
        self.calendar = calendar
        span = _span(calendar)
        self.first: date | None = span.first if span else None
        self.last: date | None = span.last if span else None
        self._regions = {region: _RegionDays(calendar, region, span) for region in calendar.region_names}

    def day(self, region: str | None, on: date) -> Day:
        """The resolved day; outside the data it has no lessons."""
        return self._regions[region].day(on)

    def lesson_days(self, region: str | None) -> tuple[Day, ...]:
        """Every day with lessons, in date order."""
        return tuple(day for day in self._regions[region].days if day.instructional)

    def first_bell(self, day: Day) -> Minute | None:
        """The unshifted start of a day's first period; None on a day without lessons."""
        if day.lessons is None:
            return None
        periods = self.calendar.bell_schedule(day.lessons.bell_schedule_name).periods
        return bell(self.calendar.zone, day.date, periods[0].start)

    def lesson_days_from(self, region: str | None, on: date) -> Iterator[Day]:
        """Every day with lessons on or after a date, in date order."""
        days = self._regions[region].days
        skipped = max(0, (on - self.first).days) if self.first is not None else 0
        return (day for day in days[skipped:] if day.instructional)

    def days(self, region: str | None) -> tuple[Day, ...]:
        """Every day of the data, in date order."""
        return self._regions[region].days

    def school_years(self, region: str | None) -> tuple[DateRange, ...]:
        """The school years of that region, in spec order."""
        return tuple(year.dates for year in self.calendar.school_years if covers(year.regions, region))


def _span(calendar: SchoolCalendar) -> DateRange | None:
    """From the first to the last date on which a day could have lessons."""
    ranges = [year.dates for year in calendar.school_years]
    ranges += [entry.dates for entry in calendar.calendar_dates if entry.undoes_closure]
    if not ranges:
        return None
    return DateRange(first=min(span.first for span in ranges), last=max(span.last for span in ranges))


def each_day(dates: DateRange) -> Iterator[date]:
    """Every date of the range, in order."""
    for offset in range(dates.days):
        yield dates.first + timedelta(days=offset)


class _RegionDays:
    """The layers of one region, laid out by date so that resolving a day looks nothing up twice."""

    def __init__(self, calendar: SchoolCalendar, region: str | None, span: DateRange | None) -> None:
        self._calendar = calendar
        self._region = region
        self._rows = tuple(row for row in calendar.weekly_schedule if covers(row.regions, region))
        self._years = tuple(y.dates for y in calendar.school_years if covers(y.regions, region))
        self._holidays = tuple(h for h in calendar.holidays if covers(h.regions, region))
        self._entries = tuple(e for e in calendar.calendar_dates if covers(e.regions, region))
        self._holiday_on = _by_date(self._holidays, span)
        self._entries_on = _by_date(self._entries, span)
        self._first = span.first if span else None
        self.days = tuple(self._classify(self._resolve_all(span))) if span else ()

    def day(self, on: date) -> Day:
        index = (on - self._first).days if self._first is not None else -1
        if 0 <= index < len(self.days):
            return self.days[index]
        holidays = [holiday for holiday in self._holidays if on in holiday.dates]
        entries = [entry for entry in self._entries if on in entry.dates]
        return self._resolve(on, holidays, entries, label=None, off_print=None)[0]

    def _resolve_all(self, span: DateRange) -> Iterator[Day]:
        rotation = walk(self._calendar.rotation)
        for on in each_day(span):
            candidate = rotation.candidate(on)
            day, printed = self._resolve(
                on,
                self._holiday_on.get(on, ()),
                self._entries_on.get(on, ()),
                label=candidate.label,
                off_print=candidate.off_print,
            )
            rotation.tell(on, printed=printed, has_lessons=day.instructional)
            yield day

    def _resolve(
        self,
        on: date,
        holidays: Iterable[Holiday],
        entries: Iterable[CalendarDate],
        *,
        label: str | None,
        off_print: str | None,
    ) -> tuple[Day, bool]:
        """The day after all layers, and whether the printed calendar has lessons on it."""
        row = self._row(on, label)
        closed = self._closed_on_print(on, holidays, row)
        printed = closed is None
        if not printed and label != off_print:
            label, row = off_print, self._row(on, off_print)
        mode = row.instruction_mode if row else InstructionMode.IN_PERSON
        bells = row.bell_schedule_name if row else None
        reason, event, has_lessons = closed or "weekly", None, printed
        for entry in entries:
            if not entry.event.has_lessons:
                has_lessons, reason, event = False, entry.reason, entry.event
                continue
            if not has_lessons and entry.undoes_closure:
                has_lessons = bool(row or entry.bell_schedule_name)
            mode = entry.instruction_mode or mode
            bells = entry.bell_schedule_name or bells
            if has_lessons:
                reason, event = entry.reason, entry.event
        lessons = None
        if has_lessons and bells is not None:
            lessons = Lessons(instruction_mode=mode, bell_schedule_name=bells, label=label)
        return Day(date=on, region=self._region, reason=reason, event=event, lessons=lessons), printed

    def _row(self, on: date, label: str | None) -> WeeklyRow | None:
        return next((row for row in self._rows if row.matches(on, self._region, label)), None)

    def _closed_on_print(self, on: date, holidays: Iterable[Holiday], row: WeeklyRow | None) -> str | None:
        """Why the printed calendar has no lessons on that date, or None where it has."""
        if not any(on in year for year in self._years):
            return "outside-school-year"
        for holiday in holidays:
            return f"holidays/{holiday.name}"
        return None if row else "no-weekly-row"

    def _classify(self, days: Iterable[Day]) -> Iterator[Day]:
        """The same days with class, break and transition computed."""
        week_gap = longest_gap_of_week(self._rows)
        begun: set[DateRange] = set()
        previous: Day | None = None
        for day in days:
            lessons = day.lessons
            if lessons is None:
                yield day
                continue
            years = {year for year in self._years if day.date in year}
            break_days = (day.date - previous.date).days - 1 if previous else None
            classified = replace(
                lessons,
                day_class=self._day_class(break_days, week_gap, begins_year=bool(years - begun)),
                break_days=break_days,
                transition=_transition(previous, lessons.instruction_mode),
            )
            begun |= years
            previous = replace(day, lessons=classified)
            yield previous

    def _day_class(self, break_days: int | None, week_gap: int, *, begins_year: bool) -> DayClass:
        if begins_year:
            return DayClass.FIRST_DAY_OF_SCHOOL_YEAR
        if break_days is None:
            # Lessons outside every school year with nothing known before them: as after a holiday.
            return DayClass.RESTART_AFTER_HOLIDAY
        if break_days >= self._calendar.restart_min_break_days and break_days > week_gap:
            return DayClass.RESTART_AFTER_HOLIDAY
        if break_days < FIRST_DAY_OF_WEEK_DAYS:
            return DayClass.REGULAR
        ordinary = break_days == week_gap or break_days < AFTER_LONG_WEEKEND_DAYS
        return DayClass.FIRST_DAY_OF_WEEK if ordinary else DayClass.AFTER_LONG_WEEKEND


def _transition(previous: Day | None, mode: InstructionMode) -> Transition | None:
    if previous is None or previous.lessons is None or previous.lessons.instruction_mode is mode:
        return None
    return _TRANSITION_TO[mode]


def longest_gap_of_week(rows: Iterable[WeeklyRow]) -> int:
    """The longest run of weekdays without lessons in the ordinary week, over its end too.

    2 for Monday to Friday, 1 for Monday to Saturday, 6 where only Saturday has lessons, 7 for none.
    Rows of one label count like all others: the ordinary week is the one with every row in it.
    """
    taught = sorted({weekday.number for row in rows for weekday in row.days_of_week})
    if not taught:
        return len(Weekday)
    following = [*taught[1:], taught[0] + len(Weekday)]
    return max(later - earlier - 1 for earlier, later in zip(taught, following, strict=True))


def _by_date(entries: Iterable[_Dated], span: DateRange | None) -> dict[date, list[_Dated]]:
    """Which entries cover each date of the span, in spec order."""
    found: dict[date, list[_Dated]] = {}
    if span is None:
        return found
    for entry in entries:
        first, last = max(entry.dates.first, span.first), min(entry.dates.last, span.last)
        if first <= last:
            for on in each_day(DateRange(first=first, last=last)):
                found.setdefault(on, []).append(entry)
    return found
