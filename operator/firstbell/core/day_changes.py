"""What an exception changes of the days of a calendar, in words: which days, before and after, where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby, islice, zip_longest
from typing import TYPE_CHECKING

from firstbell.core.bells import instant_of
from firstbell.core.days import SchoolDays, each_day
from firstbell.core.school_calendar import InstructionMode, Weekday, covers
from firstbell.core.school_day import NO_WEEKLY_ROW, OUTSIDE_SCHOOL_YEAR
from firstbell.core.time_words import CLOCK, local_clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from firstbell.core.school_calendar import CalendarDate, DateRange, SchoolCalendar
    from firstbell.core.school_day import Day

SHOWN_RUNS = 3
MOST_DAYS = 120
"""So many days of an exception are compared; of a longer one the first."""
_MODES = {
    InstructionMode.IN_PERSON: "in person",
    InstructionMode.REMOTE: "remote",
    InstructionMode.HYBRID: "hybrid",
}
_DATE = "%a %d %b %Y"


@dataclass(frozen=True, kw_only=True, slots=True)
class DayChange:
    """Days from `first` to `last`, both inclusive, that are other days in some regions.

    `regions` is empty where the calendar declares none.
    """

    regions: tuple[str, ...]
    first: date
    last: date
    before: str
    after: str

    @property
    def sentence(self) -> str:
        """The change for people, without a stop."""
        where = f", {', '.join(self.regions)}" if self.regions else ""
        return f"{_dates(self.first, self.last)}{where}: {self.before} -> {self.after}"


def school_day_words(days: SchoolDays, day: Day) -> str:
    """Return what a day is: no lessons and why, or how, by which bells, from when."""
    if day.lessons is None:
        return f"no lessons ({day.event or day.reason})"
    told = f"{_MODES[day.lessons.instruction_mode]}, bell schedule {day.lessons.bell_schedule_name}"
    bell = days.first_bell(day)
    if bell is not None:
        told += f" from {local_clock(instant_of(bell), days.calendar.zone, CLOCK)}"
    if day.lessons.label is not None:
        told += f", label {day.lessons.label}"
    return f"{told}, {day.event}" if day.event is not None else told


def changes_of(calendar: SchoolCalendar, entry: CalendarDate) -> tuple[DayChange, ...]:
    """Return what an entry changes on its own days when it is laid over a calendar as the last one."""
    before = SchoolDays(calendar)
    after = SchoolDays(replace(calendar, calendar_dates=(*calendar.calendar_dates, entry)))
    return tuple(
        change
        for regions in after.layers.regions_by_scope.values()
        for change in _changes(before, after, regions, entry.dates)
    )


def unchanged_words(calendar: SchoolCalendar, entry: CalendarDate) -> str:
    """Return why an entry that changes nothing does so: what its days are, in a sentence without a stop."""
    days = SchoolDays(replace(calendar, calendar_dates=(*calendar.calendar_dates, entry)))
    before = SchoolDays(calendar)
    found: dict[tuple[date, date, str], list[str]] = {}
    for regions in days.layers.regions_by_scope.values():
        if covers(entry.regions, regions[0]):
            for run in _runs_as_they_are(before, regions[0], entry):
                found.setdefault(run, []).extend(region for region in regions if region is not None)
    told = [
        f"{_dates(first, last)}{_where(regions, calendar)}: {words}"
        for (first, last, words), regions in found.items()
    ]
    if not told:
        return "it has no day"
    more = [f"{len(told) - SHOWN_RUNS} more of its days"] if len(told) > SHOWN_RUNS else []
    return "; ".join([*told[:SHOWN_RUNS], *more])


def _dates(first: date, last: date) -> str:
    return f"{first:{_DATE}}" if first == last else f"{first:{_DATE}} to {last:{_DATE}}"


def _where(regions: Sequence[str], calendar: SchoolCalendar) -> str:
    """Return the regions, where they are not all there are."""
    return "" if len(regions) == len(calendar.regions) else f", {', '.join(regions)}"


def _runs_as_they_are(
    days: SchoolDays, region: str | None, entry: CalendarDate
) -> Iterator[tuple[date, date, str]]:
    """Yield the first and the last of days of one kind that follow each other, and what they are."""
    own = [on for on in islice(each_day(entry.dates), MOST_DAYS) if Weekday.of(on) in entry.weekdays]
    for words, group in groupby(own, key=lambda on: _as_it_is(days, region, on)):
        run = list(group)
        yield run[0], run[-1], words


def _as_it_is(days: SchoolDays, region: str | None, on: date) -> str:
    """Return what a date of the calendar is, in words that follow it."""
    day = days.day(region, on)
    if day.lessons is not None:
        return "like that anyway"
    if day.reason == OUTSIDE_SCHOOL_YEAR:
        return _outside(days.school_years(region), on)
    if day.reason == NO_WEEKLY_ROW:
        return "no lessons by the weekly schedule"
    return f"no lessons anyway ({day.reason})"


def _outside(years: Sequence[DateRange], on: date) -> str:
    """Return where a date lies beside the school years."""
    if not years:
        return "in no school year, for there is none"
    first, last = min(year.first for year in years), max(year.last for year in years)
    if on < first:
        return f"before the first school year, which begins on {first}"
    if on > last:
        return f"after the last school year, which ends on {last}"
    return "between two school years"


def _changes(
    before: SchoolDays, after: SchoolDays, regions: list[str | None], dates: DateRange
) -> Iterator[DayChange]:
    """Yield the changes of one scope; days without lessons either way part no run of changed days."""
    run: DayChange | None = None
    for on, _ in zip(each_day(dates), range(MOST_DAYS), strict=False):
        was, now = before.day(regions[0], on), after.day(regions[0], on)
        told = school_day_words(before, was), school_day_words(after, now)
        if not was.instructional and not now.instructional:
            continue
        if run is not None and told == (run.before, run.after):
            run = replace(run, last=on)
            continue
        if run is not None:
            yield run
        run = None
        if told[0] != told[1]:
            named = tuple(region for region in regions if region is not None)
            run = DayChange(regions=named, first=on, last=on, before=told[0], after=told[1])
    if run is not None:
        yield run


def same_lessons_from(one: SchoolDays, other: SchoolDays, on: date, lesson_days: int) -> bool:
    """Tell whether two states of one calendar have the same lesson days, so many from a date on."""
    for region in one.calendar.region_names:
        coming = (islice(days.lesson_days_from(region, on), lesson_days) for days in (one, other))
        if any(first != second for first, second in zip_longest(*coming)):
            return False
    return True
