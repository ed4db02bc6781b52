"""The dates with lessons of each region, laid out to be counted: most findings about days ask for them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from firstbell.domain.calendar import DateRange

if TYPE_CHECKING:
    from datetime import date

    from firstbell.domain.days import SchoolDays


class LessonDates:
    """Which dates have lessons, per region, after all exceptions."""

    def __init__(self, school_days: SchoolDays) -> None:
        self._dates = {
            region: [day.date for day in school_days.lesson_days(region)]
            for region in school_days.calendar.region_names
        }

    def count(self, region: str | None, dates: DateRange) -> int:
        """How many dates of the range have lessons."""
        known = self._dates[region]
        return bisect_right(known, dates.last) - bisect_left(known, dates.first)

    def any_between(self, region: str | None, first: date, last: date) -> bool:
        """Whether any date from `first` to `last` has lessons; an empty range has none."""
        return first <= last and self.count(region, DateRange(first=first, last=last)) > 0
