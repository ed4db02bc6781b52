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

from firstbell.core.coverage import bits_where, places
from firstbell.core.findings.finding import Finding, FindingKind, Severity
from firstbell.core.school_calendar import covers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from firstbell.core.days import SchoolDays
    from firstbell.core.school_calendar import DateRange, Holiday, SchoolCalendar

LONGEST_HOLIDAY_DAYS = 23
YEAR_WITH_SUMMER_DAYS = 330
_BESIDE = timedelta(days=7)


def holiday_findings(school_days: SchoolDays) -> Iterator[Finding]:
    """Yield holidays outside every school year of their regions, and long ones that are not the summer's."""
    calendar = school_days.calendar
    inside, odd = _inside_and_odd(school_days)
    for index, holiday in enumerate(calendar.holidays):
        path = f"spec.holidays[{index}]"
        if not inside >> index & 1:
            years = _years_of(calendar, holiday)
            if years:  # no school year at all is a finding of its own
                yield from _outside(path, holiday, years)
        elif odd >> index & 1:
            yield Finding(
                kind=FindingKind.HOLIDAY_LONG,
                severity=Severity.WARNING,
                path=path,
                message=f'Holiday "{holiday.name}" ({_range(holiday.dates)}) lasts {holiday.dates.days} days '
                "and is not the summer one",
                cure="Check its endDate, which is the last day without lessons",
            )


def _years_of(calendar: SchoolCalendar, holiday: Holiday) -> tuple[DateRange, ...]:
    regions = [region for region in calendar.region_names if covers(holiday.regions, region)]
    return tuple(
        year.dates
        for year in calendar.school_years
        if any(covers(year.regions, region) for region in regions)
    )


def _inside_and_odd(school_days: SchoolDays) -> tuple[int, int]:
    """Return two sets of bits: the holidays that meet a year of their regions, and the odd ones.

    Odd is what is long and not the summer holiday.

    Each year of each region is looked at once, with all of its holidays together.
    """
    layers = school_days.layers
    days = [holiday.dates.days for holiday in school_days.calendar.holidays]
    long = bits_where(each > LONGEST_HOLIDAY_DAYS for each in days)
    inside = odd = 0
    for scope, (region, *_) in layers.regions_by_scope.items():
        for year in school_days.school_years(region):
            meeting = layers.holiday_dates.meeting(year.first, year.last) & scope.entries.holidays
            inside |= meeting
            if meeting & long:
                at_edge = _at_edge(school_days, region, year)
                odd |= _odd_in_year(year, meeting, long, at_edge, days)
    return inside, odd


def _odd_in_year(year: DateRange, meeting: int, long: int, at_edge: int, days: Sequence[int]) -> int:
    """Return the long holidays of one year that cannot be its summer; all but `days` are bits of holidays."""
    doubtful = meeting & long & ~at_edge
    if not doubtful or year.days <= YEAR_WITH_SUMMER_DAYS or meeting & long & at_edge:
        return doubtful
    longest = max(days[index] for index in places(meeting))
    return sum(1 << index for index in places(doubtful) if days[index] < longest)


def _at_edge(school_days: SchoolDays, region: str | None, year: DateRange) -> int:
    """Return the holidays that have no lessons of the year before them or none after them, as bits."""
    holidays = school_days.layers.holiday_dates
    first, last = school_days.lesson_dates_within(region, year)
    if first is None or last is None:
        return -1  # every holiday
    return holidays.begun_by(first) | ~holidays.over_before(last)


def _outside(path: str, holiday: Holiday, years: Iterable[DateRange]) -> Iterator[Finding]:
    """Yield the holidays outside of all school years, which are mistyped.

    Between two of them one is said twice, and harmless.

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


def _range(dates: DateRange) -> str:
    return str(dates.first) if dates.first == dates.last else f"{dates.first} to {dates.last}"
