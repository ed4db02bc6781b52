"""Holidays that look mistyped: outside every school year, or too long for anything but the summer.

Which holiday is the summer one cannot be told by its month (Australia, Chile) nor by the gap between school
years (Bavaria's years meet on 1 August, in the middle of the holiday). So: a holiday is the summer one if,
in each school year that it touches, no lessons come before it or none come after it; it leads over the edge
of the year. Where a SchoolYear of more than 330 days has no such long holiday, its summer lies inside it
(Japan, India), and the longest holiday inside is taken for it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.domain.calendar import covers
from firstbell.domain.findings.finding import Finding, FindingKind, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from firstbell.domain.calendar import DateRange, Holiday, SchoolCalendar
    from firstbell.domain.days import SchoolDays
    from firstbell.domain.findings.lesson_dates import LessonDates

LONGEST_HOLIDAY_DAYS = 23
YEAR_WITH_SUMMER_DAYS = 330
_ONE_DAY = timedelta(days=1)
_BESIDE = timedelta(days=7)


def holiday_findings(school_days: SchoolDays, lesson_dates: LessonDates) -> Iterator[Finding]:
    """Holidays outside every school year of their regions, and long ones that are not the summer's."""
    calendar = school_days.calendar
    for index, holiday in enumerate(calendar.holidays):
        path = f"spec.holidays[{index}]"
        years = _years_of(calendar, holiday)
        if not years:
            continue  # no school year at all is a finding of its own
        if not any(_meet(year, holiday.dates) for year in years):
            yield from _outside(path, holiday, years)
        elif holiday.dates.days > LONGEST_HOLIDAY_DAYS and not all(
            _is_summer(school_days, region, holiday, lesson_dates)
            for region in _regions_of(calendar, holiday)
        ):
            yield Finding(
                kind=FindingKind.HOLIDAY_LONG,
                severity=Severity.WARNING,
                path=path,
                message=f'Holiday "{holiday.name}" ({_range(holiday.dates)}) lasts {holiday.dates.days} days '
                "and is not the summer one",
                cure="Check its endDate, which is the last day without lessons",
            )


def _regions_of(calendar: SchoolCalendar, holiday: Holiday) -> tuple[str | None, ...]:
    return tuple(region for region in calendar.region_names if covers(holiday.regions, region))


def _years_of(calendar: SchoolCalendar, holiday: Holiday) -> tuple[DateRange, ...]:
    regions = _regions_of(calendar, holiday)
    return tuple(
        year.dates
        for year in calendar.school_years
        if any(covers(year.regions, region) for region in regions)
    )


def _outside(path: str, holiday: Holiday, years: Iterable[DateRange]) -> Iterator[Finding]:
    """A holiday between two school years is said twice and harmless; before or after all, it is mistyped.

    A long one beside a school year is the summer holiday, which many calendars state, and no finding.
    """
    years = tuple(years)
    beside = any(
        year.last < holiday.dates.first <= year.last + _BESIDE
        or year.first - _BESIDE <= holiday.dates.last < year.first
        for year in years
    )
    if beside and holiday.dates.days > LONGEST_HOLIDAY_DAYS:
        return
    first, last = min(year.first for year in years), max(year.last for year in years)
    between = first <= holiday.dates.first and holiday.dates.last <= last
    yield Finding(
        kind=FindingKind.HOLIDAY_OUTSIDE_SCHOOL_YEARS,
        severity=Severity.NOTICE if between else Severity.WARNING,
        path=path,
        message=f'Holiday "{holiday.name}" ({_range(holiday.dates)}) lies outside every school year',
        cure="Nothing is taught then anyway; it may be left out"
        if between
        else "Check its year, or remove it",
    )


def _is_summer(
    school_days: SchoolDays, region: str | None, holiday: Holiday, lesson_dates: LessonDates
) -> bool:
    for year in school_days.school_years(region):
        if not _meet(year, holiday.dates) or _at_edge(year, holiday.dates, region, lesson_dates):
            continue
        if year.days <= YEAR_WITH_SUMMER_DAYS:
            return False
        inside = [
            other.dates
            for other in school_days.calendar.holidays
            if covers(other.regions, region) and _meet(year, other.dates)
        ]
        if any(
            dates.days > LONGEST_HOLIDAY_DAYS and _at_edge(year, dates, region, lesson_dates)
            for dates in inside
        ):
            return False
        if holiday.dates.days < max(dates.days for dates in inside):
            return False
    return True


def _at_edge(year: DateRange, dates: DateRange, region: str | None, lesson_dates: LessonDates) -> bool:
    before = lesson_dates.any_between(region, year.first, dates.first - _ONE_DAY)
    after = lesson_dates.any_between(region, dates.last + _ONE_DAY, year.last)
    return not (before and after)


def _meet(one: DateRange, other: DateRange) -> bool:
    return one.first <= other.last and other.first <= one.last


def _range(dates: DateRange) -> str:
    return str(dates.first) if dates.first == dates.last else f"{dates.first} to {dates.last}"
