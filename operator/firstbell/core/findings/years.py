"""School years that hold too few lessons, too many, or none; and calendars that run out.

150 to 215 lesson days are a year anywhere that was looked at, where five weekdays have lessons; with a sixth
there may be 258. A SchoolYear of fewer than 250 days is taken
for a part of a year, because data may begin in mid-year and universities write semesters: at the usual rate
of six lesson days in ten, 250 days hold 150. Few lessons there are a notice; every rule but that one applies.
A calendar without any bells but with demand events is meant so: a university's deadlines need no bell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.findings.finding import Finding, FindingKind, Severity, in_regions
from firstbell.core.school_calendar import SessionType, covers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from firstbell.core.days import SchoolDays
    from firstbell.core.school_calendar import AcademicSession, SchoolCalendar

ORDINARY_WEEKDAYS = 5
FEWEST_PER_WEEKDAY = 30
MOST_PER_WEEKDAY = 43
WHOLE_YEAR_DAYS = 250
EXPIRING_DAYS = 45


def lesson_count_findings(school_days: SchoolDays) -> Iterator[Finding]:
    """Yield that no school day has lessons, and school years with an unusual number of lesson days."""
    calendar = school_days.calendar
    if not calendar.school_years and calendar.demand_events:
        return  # a calendar of events only, meant so
    if not calendar.school_years:
        yield _no_lessons("spec.academicSessions", "The calendar has no school year, so no day has lessons")
        return
    for index, region in enumerate(calendar.regions):
        served = [year.regions for year in calendar.school_years]
        served += [event.regions for event in calendar.demand_events]
        if not any(covers(regions, region) for regions in served):
            yield _no_lessons(f"spec.regions[{index}]", f'Region "{region}" has no school year')
    if not calendar.weekly_schedule and not any(
        entry.bell_schedule_name for entry in calendar.calendar_dates
    ):
        yield _no_weekly_schedule(calendar)
        return
    for index, year in enumerate(calendar.sessions):
        if year.type is SessionType.SCHOOL_YEAR:
            yield from _year_findings(school_days, index, year)


def _no_weekly_schedule(calendar: SchoolCalendar) -> Finding:
    if calendar.demand_events:
        return Finding(
            kind=FindingKind.NO_LESSONS,
            severity=Severity.NOTICE,
            path="spec.weeklySchedule",
            message="The calendar has no weekly schedule: only its demand events bring load",
            cure="Add weeklySchedule and bellSchedules if there are lessons at fixed hours",
        )
    return _no_lessons("spec.weeklySchedule", "The weekly schedule is empty, so no day has lessons")


def _no_lessons(path: str, message: str) -> Finding:
    return Finding(
        kind=FindingKind.NO_LESSONS,
        severity=Severity.ERROR,
        path=path,
        message=message,
        cure="Check the school years, weeklySchedule (its labels and regions too) and the holidays",
    )


def _year_findings(school_days: SchoolDays, index: int, year: AcademicSession) -> Iterator[Finding]:
    path = f"spec.academicSessions[{index}]"
    by_count: dict[int, list[str | None]] = {}
    for region in school_days.calendar.region_names:
        if covers(year.regions, region):
            count = school_days.lesson_count(region, year.dates.first, year.dates.last)
            by_count.setdefault(count, []).append(region)
    for count, regions in by_count.items():
        where = f'School year "{year.name}" has'
        if count == 0:
            yield _no_lessons(path, f"{where} no lesson on any day{in_regions(regions)}")
            continue
        weekdays = _weekdays_taught(school_days.calendar, regions)
        fewest, most = FEWEST_PER_WEEKDAY * min(weekdays, ORDINARY_WEEKDAYS), MOST_PER_WEEKDAY * weekdays
        if not fewest <= count <= most:
            partial = count < fewest and year.dates.days < WHOLE_YEAR_DAYS
            message = f"{where} {count} lesson days{in_regions(regions)}; {fewest} to {most} are usual"
            if weekdays != ORDINARY_WEEKDAYS:
                message = f"{message} where {weekdays} weekday{'s have' if weekdays > 1 else ' has'} lessons"
            if partial:
                message = f"{message}, and {year.dates.days} days look like a part of a year"
            yield Finding(
                kind=FindingKind.UNUSUAL_LESSON_DAY_COUNT,
                severity=Severity.NOTICE,
                path=path,
                message=message,
                cure="Check the dates of the school year, the holidays and the weekly schedule",
            )


def _weekdays_taught(calendar: SchoolCalendar, regions: list[str | None]) -> int:
    """Tell how many weekdays have lessons in an ordinary week of any of these regions, at least one."""
    rows = [row for row in calendar.weekly_schedule if any(covers(row.regions, each) for each in regions)]
    return max(1, len({weekday for row in rows for weekday in row.days_of_week}))


def expiry_findings(school_days: SchoolDays, today: date) -> Iterator[Finding]:
    """Yield that the last school year ended, or ends soon and none follows, by region: they may differ."""
    calendar = school_days.calendar
    by_end: dict[date, list[str | None]] = {}
    for region in calendar.region_names:
        years = school_days.school_years(region)
        if years:
            by_end.setdefault(max(year.last for year in years), []).append(region)
    for end, regions in by_end.items():
        left = (end - today).days
        if left >= EXPIRING_DAYS:
            continue
        last = max(
            (
                index
                for index, year in enumerate(calendar.sessions)
                if year.type is SessionType.SCHOOL_YEAR
                and year.dates.last == end
                and covers(year.regions, regions[0])
            ),
        )
        yield _expiry(f"spec.academicSessions[{last}]", calendar.sessions[last].name, end, left, regions)


def _expiry(path: str, year: str, end: date, left: int, regions: list[str | None]) -> Finding:
    ended = left < 0
    days = "today" if left == 0 else f"in {left} day{'s' if left > 1 else ''}"
    when = f"ended on {end}" if ended else f"ends on {end}, {days}"
    return Finding(
        kind=FindingKind.CALENDAR_ENDED if ended else FindingKind.CALENDAR_EXPIRING,
        severity=Severity.WARNING,
        path=path,
        message=f'The last school year "{year}" {when}{in_regions(regions)}, and none follows',
        cure="Add the next school year and its holidays",
    )
