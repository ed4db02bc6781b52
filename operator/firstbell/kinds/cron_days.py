"""The days that a line of cron means, by its three fields of days and not by a search for the next one.

croniter reads the fields. What they mean on a date is asked here, so that a line which hardly ever takes
place costs no more than another. The rules are croniter's (version 7), and a test holds the two together:
where both day of month and day of week are given, either will do; `W` and `#` stand beside the fields and
hold for both sides.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from croniter import croniter

_ONE_DAY = timedelta(days=1)
_DAYS_OF_WEEK = 7
_FRIDAY, _SATURDAY = 4, 5
_YEARS_OF_EVERY_KIND = range(1972, 2000)
"""In 28 years every date falls on every weekday, leap days too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CronDays:
    """Fields of days that were read. None in a field is every day; weekdays count from Sunday as 0.

    `last` in `days` stands for the last day of the month. `nearest` are days of the month of which the
    nearest working day counts, `nth` pairs of weekday and its number in the month, 0 for the last.
    """

    days: frozenset[int | str] | None
    months: frozenset[int]
    weekdays: frozenset[int] | None
    nearest: tuple[int, ...] = ()
    nth: tuple[tuple[int, int], ...] = ()

    def between(self, first: date, last: date) -> Iterator[date]:
        """Yield the days from `first` to `last`, both inclusive, ascending."""
        on = first
        known: tuple[int, int] | None = None
        meant: frozenset[int] = frozenset()
        while on <= last:
            if (on.year, on.month) != known:
                known, meant = (on.year, on.month), self.of_month(on.year, on.month)
            if on.day in meant:
                yield on
            if on == date.max:
                return
            on += _ONE_DAY

    def of_month(self, year: int, month: int) -> frozenset[int]:
        """Return the days of a month, by their number."""
        return frozenset().union(*self._sides(year, month)) if month in self.months else frozenset()

    def take_place(self) -> bool:
        """Tell whether there ever is such a day.

        Where `W` or `#` stand beside both fields, for both of them.
        """
        found = [False, False]
        for year in _YEARS_OF_EVERY_KIND:
            for month in self.months:
                sides = self._sides(year, month)
                found = [had or bool(side) for had, side in zip(found, sides, strict=False)]
                both = len(sides) > 1 and (self.nearest or self.nth)
                if all(found[: len(sides)]) if both else any(found):
                    return True
        return False

    def _sides(self, year: int, month: int) -> list[set[int]]:
        """Return the days that each side of an "or" means.

        One side where only one field is given, or none.
        """
        first_weekday, length = calendar.monthrange(year, month)
        whole = set(range(1, length + 1))
        by_day = self._by_day_of_month(first_weekday, length, whole)
        by_weekday = self._by_weekday(first_weekday, whole)
        if self.days is None or self.weekdays is None:
            return [by_day & by_weekday]
        return [
            by_day & (by_weekday if self.nth else whole),
            by_weekday & (by_day if self.nearest else whole),
        ]

    def _by_day_of_month(self, first_weekday: int, length: int, whole: set[int]) -> set[int]:
        if self.nearest:
            return {_nearest_working_day(day, first_weekday, length) for day in self.nearest}
        if self.days is None:
            return whole
        days = {day for day in self.days if isinstance(day, int) and day <= length}
        return days | {length} if "l" in self.days else days

    def _by_weekday(self, first_weekday: int, whole: set[int]) -> set[int]:
        if not self.nth:
            if self.weekdays is None:
                return whole
            return {day for day in whole if (first_weekday + day) % _DAYS_OF_WEEK in self.weekdays}
        found = set()
        for weekday, number in self.nth:
            days = [day for day in sorted(whole) if (first_weekday + day) % _DAYS_OF_WEEK == weekday]
            if number <= len(days):
                found.add(days[number - 1])
        return found


def read_cron_days(fields: Iterable[str]) -> CronDays:
    """Read day of month, month and day of week as they are written.

    Raises what croniter raises: ValueError, LookupError, TypeError or OverflowError.
    """
    read = croniter(" ".join(("0", "0", *fields)), 0.0)
    _, _, days, months, weekdays = (None if "*" in field else frozenset(field) for field in read.expanded)
    nth = {
        (int(each), 0 if number == "l" else int(number))
        for weekday, numbers in read.nth_weekday_of_month.items()
        for each in (range(_DAYS_OF_WEEK) if str(weekday) == "*" else (weekday,))
        for number in numbers
    }
    return CronDays(
        days=days,
        months=frozenset(range(1, 13)) if months is None else frozenset(int(month) for month in months),
        weekdays=None if weekdays is None else frozenset(int(each) for each in weekdays),
        nearest=tuple(sorted(read.nearest_weekday)),
        nth=tuple(sorted(nth)),
    )


def _nearest_working_day(day: int, first_weekday: int, length: int) -> int:
    day = min(day, length)
    weekday = (first_weekday + day - 1) % _DAYS_OF_WEEK
    if weekday <= _FRIDAY:
        return day
    if weekday == _SATURDAY:
        return day - 1 if day > 1 else day + 2
    return day + 1 if day < length else day - 2
