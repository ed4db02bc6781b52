"""Exceptions that contradict each other, and exceptions that open nothing.

Two entries on one date are ordinary: an early dismissal inside a remote fortnight sets other fields. They
conflict where both set one field, or where one has lessons and the other has none; the later entry counts,
which the author may not know. Where the later one is narrower in dates or regions it is a carve-out, and
both saying the same is no contradiction: notices. A CalendarException over `calendarDates` is what it is
for, and no conflict.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from firstbell.domain.calendar import CalendarDate, ExceptionSource, covers
from firstbell.domain.days import each_day
from firstbell.domain.findings.finding import Finding, FindingKind, Severity, in_regions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.domain.calendar import SchoolCalendar
    from firstbell.domain.days import SchoolDays


def conflict_findings(calendar: SchoolCalendar) -> Iterator[Finding]:
    """Two exceptions on one date that set the same field, or of which one opens and one closes."""
    paths = entry_paths(calendar)
    in_order = zip(paths, calendar.calendar_dates, strict=True)
    for (_, earlier), (path, later) in combinations(in_order, 2):
        first = max(earlier.dates.first, later.dates.first)
        last = min(earlier.dates.last, later.dates.last)
        if first > last or earlier.source is not later.source or not _regions_meet(earlier, later):
            continue
        when = f"on {first}" if first == last else f"from {first} to {last}"
        for what, agree in _clashes(earlier, later):
            quiet = agree or _is_carved_out_of(later, earlier)
            yield Finding(
                kind=FindingKind.EXCEPTIONS_CONFLICT,
                severity=Severity.NOTICE if quiet else Severity.WARNING,
                path=path,
                message=f"{what} {when}; the later entry counts",
                cure="Nothing to do if that is meant" if quiet else "Keep one of them, or part their dates",
            )


def entry_paths(calendar: SchoolCalendar) -> list[str]:
    """The path of each exception: its place in the spec, or the name of the CalendarException."""
    paths = []
    index = 0
    for entry in calendar.calendar_dates:
        if entry.source is ExceptionSource.CALENDAR_DATES:
            paths.append(f"spec.calendarDates[{index}]")
            index += 1
        else:
            paths.append(entry.reason)
    return paths


def _regions_meet(one: CalendarDate, other: CalendarDate) -> bool:
    return not one.regions or not other.regions or not set(one.regions).isdisjoint(other.regions)


def _clashes(earlier: CalendarDate, later: CalendarDate) -> Iterator[tuple[str, bool]]:
    """What two entries that meet contradict each other in, and whether they say the same after all."""
    one, two = f'"{earlier.name}"', f'"{later.name}"'
    if earlier.event.has_lessons != later.event.has_lessons:
        # A ranged open event opens no closed day: laid over a closure it leaves it alone.
        if not later.event.has_lessons or later.undoes_closure:
            lessons, none = (one, two) if earlier.event.has_lessons else (two, one)
            yield f"{lessons} has lessons and {none} has none", False
        return
    if not later.event.has_lessons:
        return
    fields = (
        ("bellScheduleName", earlier.bell_schedule_name, later.bell_schedule_name),
        ("instructionMode", earlier.instruction_mode, later.instruction_mode),
    )
    for field, before, after in fields:
        if before is not None and after is not None:
            agree = before == after
            yield f"{one} and {two} both set {field}{f' to {after}' if agree else ''}", agree


def _is_carved_out_of(later: CalendarDate, earlier: CalendarDate) -> bool:
    """Whether the later entry lies inside the earlier one and is narrower, in dates or in regions."""
    dates_within = later.dates.first in earlier.dates and later.dates.last in earlier.dates
    regions_within = not earlier.regions or (
        bool(later.regions) and set(later.regions) <= set(earlier.regions)
    )
    narrower = later.dates.days < earlier.dates.days or set(later.regions) != set(earlier.regions)
    return dates_within and regions_within and narrower


def opens_nothing_findings(school_days: SchoolDays) -> Iterator[Finding]:
    """Exceptions that should open days and find neither a weekly row nor bells of their own."""
    calendar = school_days.calendar
    for path, entry in zip(entry_paths(calendar), calendar.calendar_dates, strict=True):
        if not entry.event.has_lessons:
            continue
        regions = tuple(region for region in calendar.region_names if covers(entry.regions, region))
        if entry.undoes_closure:
            yield from _closed_in_spite_of(school_days, path, entry, regions)
        elif regions and not any(
            school_days.day(region, on).instructional for region in regions for on in each_day(entry.dates)
        ):
            yield _opens_nothing(
                path,
                f'"{entry.name}" covers no day with lessons, and a range of dates opens none',
                "Use event MakeUpDay, or one entry a date, to open closed days; else check the dates",
            )


def _closed_in_spite_of(
    school_days: SchoolDays, path: str, entry: CalendarDate, regions: tuple[str | None, ...]
) -> Iterator[Finding]:
    if entry.bell_schedule_name is not None:
        return
    order = [other.reason for other in school_days.calendar.calendar_dates]
    on = entry.dates.first
    closed = []
    for region in regions:
        day = school_days.day(region, on)
        reclosed = day.event is not None and order.index(day.reason) > order.index(entry.reason)
        if not day.instructional and not reclosed:
            closed.append(region)
    if closed:
        yield _opens_nothing(
            path,
            f'"{entry.name}" should open {on}{in_regions(closed)}, but no row of the weekly schedule fits',
            "Add bellScheduleName to the entry",
        )


def _opens_nothing(path: str, message: str, cure: str) -> Finding:
    return Finding(
        kind=FindingKind.EXCEPTION_OPENS_NOTHING,
        severity=Severity.WARNING,
        path=path,
        message=message,
        cure=cure,
    )
