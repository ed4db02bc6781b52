"""Labels and sessions that the rotation asks for in vain, and lesson days that come before it starts.

A rotation that starts after the lessons leaves the days before its anchor without a label: rows that ask
for one do not match, so those days have no lessons. Alternating weeks that skip closures run both ways from
the anchor and have no such days. Days that are closed anyway (a holiday, a weekday that no row names) lack
nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.core.coverage import places
from firstbell.core.days import each_day
from firstbell.core.findings.finding import Finding, FindingKind, Severity, in_regions, listed
from firstbell.core.rotation import week_start
from firstbell.core.school_calendar import DateRange, OnClosure, RotationType, SessionType, Weekday

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from firstbell.core.days import SchoolDays
    from firstbell.core.school_calendar import Rotation, SchoolCalendar

RESTARTS_WITH = (SessionType.SCHOOL_YEAR, SessionType.SEMESTER, SessionType.TERM)
"""The types of session with each of which a rotation may begin anew."""


def rotation_findings(school_days: SchoolDays) -> Iterator[Finding]:
    """Yield what is to be said about the labels of rows, and about where the rotation begins."""
    calendar = school_days.calendar
    yield from _unknown_labels(calendar)
    yield from _never_restarts(school_days)
    if calendar.rotation is not None and calendar.school_years:
        yield from _late_anchor(school_days, calendar.rotation)
        yield from _runs_on(calendar, calendar.rotation)


def _unknown_labels(calendar: SchoolCalendar) -> Iterator[Finding]:
    known = calendar.rotation.labels if calendar.rotation else ()
    for index, row in enumerate(calendar.weekly_schedule):
        unknown = [label for label in row.labels if label not in known]
        if not unknown:
            continue
        quoted = listed([f'"{label}"' for label in unknown])
        has = f"the rotation has {listed(known)}" if known else "the calendar has no rotation"
        yield Finding(
            kind=FindingKind.LABEL_UNKNOWN,
            severity=Severity.ERROR,
            path=f"spec.weeklySchedule[{index}].labels",
            message=f"No day carries label {quoted}: {has}",
            cure="Correct the label, or add it to spec.rotation.labels",
        )


def _never_restarts(school_days: SchoolDays) -> Iterator[Finding]:
    """Yield a cycle that is to begin anew with sessions of a type of which a region has none."""
    calendar, layers = school_days.calendar, school_days.layers
    wanted = calendar.rotation.restarts_with if calendar.rotation else None
    if wanted is None:
        return
    types = {
        region: {calendar.sessions[index].type for index in places(scope.sessions)}
        for scope, regions in layers.regions_by_scope.items()
        for region in regions
    }
    without = [region for region in calendar.region_names if wanted not in types[region]]
    if not without:
        return
    other = " or ".join(one for one in RESTARTS_WITH if all(one in of for of in types.values()))
    instead = f", write restartsWith: {other}" if other else ""
    yield Finding(
        kind=FindingKind.ROTATION_NEVER_RESTARTS,
        severity=Severity.WARNING,
        path="spec.rotation.restartsWith",
        message=f"There is no session of type {wanted}{in_regions(without)}, so the cycle never begins anew"
        + (" there" if any(without) else ""),
        cure=f"Add each {wanted} to spec.academicSessions{instead}, or "
        "remove restartsWith if the cycle runs on",
    )


def _late_anchor(school_days: SchoolDays, rotation: Rotation) -> Iterator[Finding]:
    calendar = school_days.calendar
    start = _first_label(rotation)
    begin = min(year.dates.first for year in calendar.school_years)
    if start is None or start <= begin:
        return
    labelled = any(row.labels for row in calendar.weekly_schedule)
    bare = _days_without_label(school_days, begin, start, closed=labelled)
    if not bare:
        return
    effect = (
        "rows that name a label give no lessons before it" if labelled else "days before it carry no label"
    )
    yield Finding(
        kind=FindingKind.ROTATION_ANCHOR_LATE,
        severity=Severity.ERROR if labelled else Severity.WARNING,
        path="spec.rotation.anchorDate",
        message=f"The rotation starts on {rotation.anchor}, but the first school year on {begin}, "
        f"{bare} school day{'s' if bare > 1 else ''} earlier: {effect}",
        cure=_cure(rotation, labelled=labelled),
    )


def _runs_on(calendar: SchoolCalendar, rotation: Rotation) -> Iterator[Finding]:
    """Yield a rotation that runs on over a new term, or weeks over a New Year, where neither is said."""
    if rotation.restarts_with is not None or rotation.type is RotationType.CALENDAR_WEEKS:
        return
    for part in (SessionType.SEMESTER, SessionType.TERM):
        later = sorted({one.dates.first for one in calendar.sessions if one.type is part})[1:]
        if later:
            when = f"the {part.lower()} that starts on {later[0]}"
            yield _runs_on_over(when, f"If the cycle begins anew there, set restartsWith: {part}")
            return
    year = next(
        (year for year in calendar.school_years if year.dates.first.year < year.dates.last.year), None
    )
    if year is not None and rotation.type is RotationType.ALTERNATING_WEEKS:
        when = f"the New Year of {year.dates.first.year + 1}"
        yield _runs_on_over(when, "If odd and even calendar weeks are meant, use type CalendarWeeks")


def _runs_on_over(when: str, cure: str) -> Finding:
    return Finding(
        kind=FindingKind.ROTATION_RUNS_ON,
        severity=Severity.NOTICE,
        path="spec.rotation",
        message=f"The rotation runs on over {when}",
        cure=cure,
    )


def _cure(rotation: Rotation, *, labelled: bool) -> str:
    first = rotation.labels[0]
    if not labelled:
        return (
            f'Nothing to do if they carry none; else set anchorDate to an earlier day that carries "{first}"'
        )
    return (
        "If they have lessons without a label, add a weekly row without labels below the others, or open "
        "each of them by an entry of calendarDates (InstructionalDay, with bellScheduleName); if they carry "
        f'labels, set anchorDate to an earlier day that carries "{first}"'
    )


def _first_label(rotation: Rotation) -> date | None:
    """Return the first date that carries a label, or None where labels run back without end."""
    if rotation.type is RotationType.DAY_CYCLE:
        return rotation.anchor
    if rotation.on_closure is OnClosure.SKIP or rotation.anchor is None:
        return None
    return week_start(rotation.anchor, rotation.week_starts_on)


def _days_without_label(school_days: SchoolDays, begin: date, start: date, *, closed: bool) -> int:
    """Return the days before the first label that some row would give lessons to, in any region.

    With `closed` only those that have none: an exception with bells of its own may have opened them.
    """
    layers = school_days.layers
    last = min(start - timedelta(days=1), max(year.dates.last for year in school_days.calendar.school_years))
    if last < begin:
        return 0
    scopes = [
        (scope, regions[0], {weekday for row in layers.week(scope).rows for weekday in row.days_of_week})
        for scope, regions in layers.regions_by_scope.items()
    ]
    found = 0
    for on in each_day(DateRange(first=begin, last=last)):
        for scope, region, taught in scopes:
            held = layers.on(on, scope)
            bare = Weekday.of(on) in taught and held.years and not held.holidays
            if bare and not (closed and school_days.has_lessons(region, on)):
                found += 1
                break
    return found
