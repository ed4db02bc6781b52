"""What each date is, in each region: lessons or none, why, and what kind of lesson day.

A day is resolved when it is asked for, from the entries that hold it (`core/region_days.py`); nothing here
costs more because a calendar is long. Regions for which the same entries are share their work.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from firstbell.core.bells import bell
from firstbell.core.layers import Layers
from firstbell.core.region_days import RegionDays
from firstbell.core.school_calendar import DateRange
from firstbell.core.school_day import Day, DayClass, Lessons, Transition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from firstbell.core.bells import Minute
    from firstbell.core.school_calendar import SchoolCalendar, Weekday

__all__ = [
    "Day", "DayClass", "Lessons", "SchoolDays", "Transition", "each_day",
]  # fmt: skip

MOST_KEPT_DAYS = 4096


class SchoolDays:
    """A calendar whose days can be asked for, in every region.

    `first` and `last` are the dates between which a day can have lessons, both inclusive, or None for a
    calendar without a school year.
    """

    def __init__(self, calendar: SchoolCalendar) -> None:
        self.calendar = calendar
        self.layers = Layers(calendar)
        span = self.layers.span
        self.first: date | None = span.first if span else None
        self.last: date | None = span.last if span else None
        self._regions = _by_scope(self.layers)
        self._kept: dict[tuple[str | None, date], Day] = {}

    def day(self, region: str | None, on: date) -> Day:
        """Return the resolved day; outside the data it has no lessons."""
        asked = region, on
        day = self._kept.get(asked)
        if day is None:
            if len(self._kept) >= MOST_KEPT_DAYS:
                self._kept.clear()
            day = self._kept[asked] = replace(self._regions[region].day(on), region=region)
        return day

    def lesson_days(self, region: str | None) -> tuple[Day, ...]:
        """Return every day with lessons, in date order."""
        return tuple(self.lesson_days_from(region, self.first)) if self.first is not None else ()

    def first_bell(self, day: Day) -> Minute | None:
        """Return the unshifted start of a day's first period; None on a day without lessons."""
        if day.lessons is None:
            return None
        periods = self.calendar.bell_schedule(day.lessons.bell_schedule_name).periods
        return bell(self.calendar.zone, day.date, periods[0].start)

    def lesson_days_from(self, region: str | None, on: date) -> Iterator[Day]:
        """Yield every day with lessons on or after a date, in date order."""
        for found in self.lesson_dates_from(region, on):
            yield self.day(region, found)

    def lesson_dates_from(self, region: str | None, on: date) -> Iterator[date]:
        """Yield every date with lessons on or after a date, in order."""
        stretches = self._regions[region].stretches
        found = stretches.lesson_day_from(on.toordinal())
        while found is not None:
            yield date.fromordinal(found)
            found = stretches.lesson_day_from(found + 1)

    def restarts_from(self, region: str | None, on: date) -> Iterator[Day]:
        """Yield lesson days from a date on that may be the first after a holiday or of a school year.

        In order; the next is always among them, not all that follow.
        """
        for found in self._regions[region].restarts_from(on):
            yield self.day(region, found)

    def has_lessons(self, region: str | None, on: date) -> bool:
        """Tell whether a date has lessons."""
        if self.first is None or self.last is None or not self.first <= on <= self.last:
            return False
        return self._regions[region].has_lessons(on)

    def is_holiday(self, region: str | None, on: date) -> bool:
        """Tell whether a holiday of the printed calendar holds a date."""
        return bool(self.layers.on(on, self.layers.scope(region)).holidays)

    def lesson_count(self, region: str | None, first: date, last: date) -> int:
        """Tell how many dates from `first` to `last`, both inclusive, have lessons.

        None where they are turned.
        """
        if self.first is None or self.last is None:
            return 0
        first, last = max(first, self.first), min(last, self.last)
        if first > last:
            return 0
        stretches = self._regions[region].stretches
        return stretches.lessons_before(last.toordinal() + 1) - stretches.lessons_before(first.toordinal())

    def any_lessons_on(self, region: str | None, dates: DateRange, weekdays: Iterable[Weekday]) -> bool:
        """Tell whether a date of a range that is on one of the weekdays has lessons."""
        return self._regions[region].stretches.any_lessons_on(
            [weekday.number for weekday in weekdays], dates.first.toordinal(), dates.last.toordinal()
        )

    def lesson_dates_within(self, region: str | None, dates: DateRange) -> tuple[date | None, date | None]:
        """Return the first and the last date with lessons of a range, both None where it has none."""
        stretches = self._regions[region].stretches
        first = stretches.lesson_day_from(dates.first.toordinal())
        if first is None or first > dates.last.toordinal():
            return None, None
        last = stretches.lesson_day_before(min(dates.last.toordinal() + 1, stretches.end))
        return date.fromordinal(first), date.fromordinal(last or first)

    def days(self, region: str | None) -> tuple[Day, ...]:
        """Return every day of the data, in date order."""
        if self.first is None or self.last is None:
            return ()
        return tuple(self.day(region, on) for on in each_day(DateRange(first=self.first, last=self.last)))

    def school_years(self, region: str | None) -> tuple[DateRange, ...]:
        """Return the school years of that region, in spec order."""
        return self._regions[region].school_years


def _by_scope(layers: Layers) -> dict[str | None, RegionDays]:
    """Return the days of each region, one for all regions of a scope."""
    found: dict[str | None, RegionDays] = {}
    for scope, regions in layers.regions_by_scope.items():
        found |= dict.fromkeys(regions, RegionDays(layers, scope))
    return found


def each_day(dates: DateRange) -> Iterator[date]:
    """Yield every date of the range, in order."""
    for offset in range(dates.days):
        yield dates.first + timedelta(days=offset)
