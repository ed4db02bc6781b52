"""Exceptions that contradict each other or themselves, that open nothing, or that hold on no day at all.

Two entries on one date are ordinary: an early dismissal inside a remote fortnight sets other fields. They
conflict where both set one field, or where one has lessons and the other has none; the later entry counts,
which the author may not know. Where the later one is narrower in dates, weekdays or regions it is a
carve-out, and both saying the same is no contradiction: notices. A CalendarException over `calendarDates`
is what it is for, and no conflict.
"""

from __future__ import annotations

from datetime import timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from firstbell.core.coverage import bits_where, places, scope_bits
from firstbell.core.findings.finding import Finding, FindingKind, Severity, in_regions, listed
from firstbell.core.rotation import DAYS_PER_WEEK
from firstbell.core.school_calendar import CalendarDate, DateRange, ExceptionSource, Weekday, covers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from firstbell.core.days import SchoolDays
    from firstbell.core.school_calendar import SchoolCalendar


def conflict_findings(school_days: SchoolDays) -> Iterator[Finding]:
    """Yield that two exceptions on one date set the same field, or one opens and one closes."""
    calendar = school_days.calendar
    paths = entry_paths(calendar)
    entries = calendar.calendar_dates
    for number, others in enumerate(_clashing(school_days)):
        earlier = entries[number]
        for place in places(others):
            later, path = entries[place], paths[place]
            when = _when_both_hold(earlier, later)
            if when is None:
                continue
            for what, agree in _clashes(earlier, later):
                quiet = agree or _is_carved_out_of(later, earlier)
                yield Finding(
                    kind=FindingKind.EXCEPTIONS_CONFLICT,
                    severity=Severity.NOTICE if quiet else Severity.WARNING,
                    path=path,
                    message=f"{what} {when}; the later entry counts",
                    cure="Nothing to do if that is meant"
                    if quiet
                    else "Keep one of them, or part their dates",
                )


def _clashing(school_days: SchoolDays) -> Iterator[int]:
    """Yield of each exception which later ones contradict it, as bits. No pair is looked at by itself."""
    entries = school_days.calendar.calendar_dates
    opens = bits_where(entry.event.has_lessons for entry in entries)
    undoes = bits_where(entry.undoes_closure for entry in entries)
    with_bells = opens & bits_where(entry.bell_schedule_name is not None for entry in entries)
    with_mode = opens & bits_where(entry.instruction_mode is not None for entry in entries)
    own = bits_where(entry.source is ExceptionSource.CALENDAR_DATES for entry in entries)
    in_region = scope_bits(entries, sorted({region for entry in entries for region in entry.regions}))
    anywhere = bits_where(not entry.regions for entry in entries)
    for number, entry in enumerate(entries):
        meeting = school_days.layers.exception_dates.meeting(entry.dates.first, entry.dates.last)
        meeting &= -2 << number
        meeting &= own if own >> number & 1 else ~own
        if entry.days_of_week:
            on_weekday = school_days.layers.on_weekday
            meeting &= reduce(or_, (on_weekday[weekday.number] for weekday in entry.days_of_week))
        if entry.regions:
            meeting &= anywhere | reduce(or_, (in_region[region] for region in entry.regions))
        against = ~opens if entry.event.has_lessons else undoes
        if with_bells >> number & 1:
            against |= with_bells
        if with_mode >> number & 1:
            against |= with_mode
        yield meeting & against


def _when_both_hold(earlier: CalendarDate, later: CalendarDate) -> str | None:
    """Return the dates that two entries have in common, or None where their weekdays part them."""
    dates = DateRange(
        first=max(earlier.dates.first, later.dates.first), last=min(earlier.dates.last, later.dates.last)
    )
    common = earlier.weekdays & later.weekdays & dates.weekdays
    if not common:
        return None
    in_week = range(DAYS_PER_WEEK)
    first = next(on for n in in_week if Weekday.of(on := dates.first + timedelta(days=n)) in common)
    last = next(on for n in in_week if Weekday.of(on := dates.last - timedelta(days=n)) in common)
    if first == last:
        return f"on {first}"
    when = f"from {first} to {last}"
    return when if common == dates.weekdays else f"on each {listed(_in_order(common))} {when}"


def entry_paths(calendar: SchoolCalendar) -> list[str]:
    """Return the path of each exception: its place in the spec, or the name of the CalendarException."""
    paths = []
    index = 0
    for entry in calendar.calendar_dates:
        if entry.source is ExceptionSource.CALENDAR_DATES:
            paths.append(f"spec.calendarDates[{index}]")
            index += 1
        else:
            paths.append(entry.reason)
    return paths


def _clashes(earlier: CalendarDate, later: CalendarDate) -> Iterator[tuple[str, bool]]:
    """Yield what two entries that meet contradict each other in, and whether they say the same after all."""
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
    """Tell whether the later entry lies inside the earlier one and is narrower.

    Narrower in dates, weekdays or regions.
    """
    dates_within = later.dates.first in earlier.dates and later.dates.last in earlier.dates
    regions_within = not earlier.regions or (
        bool(later.regions) and set(later.regions) <= set(earlier.regions)
    )
    weekdays = later.weekdays & later.dates.weekdays
    narrower = (
        later.dates.days < earlier.dates.days
        or set(later.regions) != set(earlier.regions)
        or weekdays < earlier.weekdays & earlier.dates.weekdays
    )
    return dates_within and weekdays <= earlier.weekdays and regions_within and narrower


def opens_nothing_findings(school_days: SchoolDays) -> Iterator[Finding]:
    """Yield the exceptions that should open days and find neither a weekly row nor bells of their own."""
    calendar = school_days.calendar
    closing = bits_where(not entry.event.has_lessons for entry in calendar.calendar_dates)
    for index, path in enumerate(entry_paths(calendar)):
        yield from _entry_findings(school_days, path, index, closing)


def last_entry_findings(school_days: SchoolDays) -> Iterator[Finding]:
    """Yield what the last exception alone says and does not mean; a later one may yet be laid over it."""
    entries = school_days.calendar.calendar_dates
    closing = bits_where(not entry.event.has_lessons for entry in entries)
    return _entry_findings(school_days, "spec", len(entries) - 1, closing)


def _entry_findings(school_days: SchoolDays, path: str, index: int, closing: int) -> Iterator[Finding]:
    entry = school_days.calendar.calendar_dates[index]
    if missing := entry.days_of_week - entry.dates.weekdays:
        yield _weekdays_missing(path, entry, missing)
    if missing == entry.weekdays:
        return
    if not entry.event.has_lessons:
        yield from _closes_lessons(path, entry)
        return
    if entry.event.shortens:
        yield from _shortened_findings(school_days, path, index, closing)
        return
    if not entry.undoes_closure:
        if _covers_no_lessons(school_days, entry):
            yield _opens_nothing(
                path,
                f'"{entry.name}" covers no day with lessons, and a range of dates opens none',
                "Use event MakeUpDay, or one entry a date, to open closed days; else check the dates",
            )
        return
    if entry.bell_schedule_name is not None:
        return
    on = entry.dates.first
    closed = _closed_in_spite_of(school_days, on, index, closing)
    if closed:
        yield _opens_nothing(
            path,
            f'"{entry.name}" should open {on}{in_regions(closed)}, but no row of the weekly schedule fits',
            "Add bellScheduleName to the entry",
        )


def _closes_lessons(path: str, entry: CalendarDate) -> Iterator[Finding]:
    """Yield that an entry says how lessons take place, and closes the day: as a snow day that is remote."""
    fields = {"instructionMode": entry.instruction_mode, "bellScheduleName": entry.bell_schedule_name}
    said = [f"{field} {value}" for field, value in fields.items() if value is not None]
    if said:
        what = f'"{entry.name}" ({entry.event}) has no lessons'
        yield Finding(
            kind=FindingKind.EXCEPTION_CLOSES_LESSONS,
            severity=Severity.WARNING,
            path=path,
            message=f"{what}, so that {listed(said)} counts for nothing",
            cure="Use event InstructionalDay where there are lessons after all, else leave that out",
        )


def _weekdays_missing(path: str, entry: CalendarDate, missing: frozenset[Weekday]) -> Finding:
    """Tell which weekdays an entry asks for and its dates do not have: with none left it holds never."""
    never = missing == entry.days_of_week
    dates = entry.dates
    when = f"{dates.first} is a {Weekday.of(dates.first)}" if dates.days == 1 else ""
    when = when or f"from {dates.first} to {dates.last} there is no {listed(_in_order(missing))}"
    return Finding(
        kind=FindingKind.EXCEPTION_NEVER_HOLDS,
        severity=Severity.ERROR if never else Severity.NOTICE,
        path=path,
        message=f'"{entry.name}" holds on no day: {when}' if never else f'"{entry.name}": {when}',
        cure="Correct startDate and endDate, or daysOfWeek" if never else "Nothing to do if that is meant",
    )


def _in_order(weekdays: Iterable[Weekday]) -> list[Weekday]:
    return sorted(weekdays, key=lambda weekday: weekday.number)


def _shortened_findings(school_days: SchoolDays, path: str, index: int, closing: int) -> Iterator[Finding]:
    """Yield a late arrival or an early dismissal where there are no lessons, and no later closure is why."""
    entry = school_days.calendar.calendar_dates[index]
    one_date = entry.dates.first == entry.dates.last
    closed = _closed_in_spite_of(school_days, entry.dates.first, index, closing) if one_date else []
    open_somewhere = not _covers_no_lessons(school_days, entry)
    if (one_date and not closed) or (not one_date and open_somewhere):
        return
    when = f"on {entry.dates.first}{in_regions(closed)}" if one_date else "on any of its days"
    yield Finding(
        kind=FindingKind.SHORTENED_DAY_CLOSED,
        severity=Severity.NOTICE if open_somewhere else Severity.ERROR,
        path=path,
        message=f'"{entry.name}" ({entry.event}) shortens a day that is closed: there are no lessons {when}',
        cure="Correct its date, or use event MakeUpDay to open the day",
    )


def _covers_no_lessons(school_days: SchoolDays, entry: CalendarDate) -> bool:
    concerned = [
        regions[0]
        for regions in school_days.layers.regions_by_scope.values()
        if any(covers(entry.regions, region) for region in regions)
    ]
    return bool(concerned) and not any(_has_lessons_in(school_days, region, entry) for region in concerned)


def _has_lessons_in(school_days: SchoolDays, region: str | None, entry: CalendarDate) -> bool:
    if entry.days_of_week:
        return school_days.any_lessons_on(region, entry.dates, entry.days_of_week)
    return school_days.lesson_count(region, entry.dates.first, entry.dates.last) > 0


def _closed_in_spite_of(school_days: SchoolDays, on: date, index: int, closing: int) -> list[str | None]:
    """Return the regions in which an exception opens a date, no later one closes it, and no lesson is."""
    layers = school_days.layers
    closed = set()
    for scope, regions in layers.regions_by_scope.items():
        exceptions = layers.on(on, scope).exceptions
        if not exceptions >> index & 1 or (exceptions & closing) >> index:
            continue
        if not school_days.has_lessons(regions[0], on):
            closed |= set(regions)
    return [region for region in school_days.calendar.region_names if region in closed]


def _opens_nothing(path: str, message: str, cure: str) -> Finding:
    return Finding(
        kind=FindingKind.EXCEPTION_OPENS_NOTHING,
        severity=Severity.WARNING,
        path=path,
        message=message,
        cure=cure,
    )
