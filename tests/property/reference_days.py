"""The days of a calendar once more, slow and obviously right: every day in turn, from the first to the last.

Written from the semantics and nothing else: entries are asked one by one whether they hold the date, a
rotation is walked from day to day. What `SchoolDays` resolves when it is asked must equal this.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.core.calendar import DateRange, InstructionMode, OnClosure, Rotation, RotationType, Weekday
from firstbell.core.days import Day, DayClass, Lessons, Transition, each_day
from firstbell.core.rotation import Candidate, week_start
from firstbell.core.school_calendar import covers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from firstbell.core import SchoolCalendar
    from firstbell.core.calendar import CalendarDate, Holiday, WeeklyRow

TO = {
    InstructionMode.REMOTE: Transition.TO_REMOTE,
    InstructionMode.IN_PERSON: Transition.TO_IN_PERSON,
    InstructionMode.HYBRID: Transition.TO_HYBRID,
}


def reference_days(calendar: SchoolCalendar, region: str | None) -> tuple[Day, ...]:
    """Every day of the data, in date order."""
    ranges = [year.dates for year in calendar.school_years]
    ranges += [entry.dates for entry in calendar.calendar_dates if entry.undoes_closure]
    if not ranges:
        return ()
    span = DateRange(first=min(one.first for one in ranges), last=max(one.last for one in ranges))
    return RegionWalk(calendar, region, span).days


def _holds(entry: CalendarDate, on: date) -> bool:
    return on in entry.dates and (not entry.days_of_week or Weekday.of(on) in entry.days_of_week)


class RegionWalk:
    """The layers of one region, laid out by date so that resolving a day looks nothing up twice."""

    def __init__(self, calendar: SchoolCalendar, region: str | None, span: DateRange | None) -> None:
        self._calendar = calendar
        self._region = region
        self._rows = tuple(row for row in calendar.weekly_schedule if covers(row.regions, region))
        self._years = tuple(y.dates for y in calendar.school_years if covers(y.regions, region))
        self._holidays = tuple(h for h in calendar.holidays if covers(h.regions, region))
        self._entries = tuple(e for e in calendar.calendar_dates if covers(e.regions, region))
        self.days = tuple(self._classify(self._resolve_all(span))) if span else ()

    def _resolve_all(self, span: DateRange) -> Iterator[Day]:
        rotation = _walk(self._calendar.rotation)
        anew = self._restart_dates()
        for on in each_day(span):
            if on in anew:
                rotation.restart(on)
            candidate = rotation.candidate(on)
            day, printed = self._resolve(
                on,
                [holiday for holiday in self._holidays if on in holiday.dates],
                [entry for entry in self._entries if _holds(entry, on)],
                label=candidate.label,
                off_print=candidate.off_print,
            )
            if self._counts(on):
                rotation.tell(on, printed=printed, has_lessons=day.instructional)
            elif day.lessons is not None:
                day = replace(day, lessons=replace(day.lessons, label=None))
            yield day

    def _counts(self, on: date) -> bool:
        told = [entry.labelled for entry in self._entries if _holds(entry, on) and entry.labelled is not None]
        return told[-1] if told else True

    def _restart_dates(self) -> set[date]:
        rotation = self._calendar.rotation
        if rotation is None or rotation.restarts_with is None:
            return set()
        found = set()
        for session in self._calendar.sessions:
            on = session.dates.first
            if session.type is not rotation.restarts_with or not covers(session.regions, self._region):
                continue
            if on <= rotation.anchor:
                continue
            if rotation.type is RotationType.ALTERNATING_WEEKS:
                week = week_start(on, rotation.week_starts_on)
                rest = [on + timedelta(days=n) for n in range((week + timedelta(days=7) - on).days)]
                if not any(Weekday.of(day) in row.days_of_week for row in self._rows for day in rest):
                    on = week + timedelta(days=7)
            found.add(on)
        return found

    def _resolve(
        self,
        on: date,
        holidays: Iterable[Holiday],
        entries: Iterable[CalendarDate],
        *,
        label: str | None,
        off_print: str | None,
    ) -> tuple[Day, bool]:
        """The day after all layers, and whether the printed calendar has lessons on it."""
        row = self._row(on, label)
        closed = self._closed_on_print(on, holidays, row)
        printed = closed is None
        if not printed and label != off_print:
            label, row = off_print, self._row(on, off_print)
        mode = row.instruction_mode if row else InstructionMode.IN_PERSON
        bells = row.bell_schedule_name if row else None
        reason, event, has_lessons = closed or "weekly", None, printed
        for entry in entries:
            if not entry.event.has_lessons:
                has_lessons, reason, event = False, entry.reason, entry.event
                continue
            if not has_lessons and entry.undoes_closure:
                has_lessons = bool(row or entry.bell_schedule_name)
            mode = entry.instruction_mode or mode
            bells = entry.bell_schedule_name or bells
            if has_lessons:
                reason, event = entry.reason, entry.event
        lessons = None
        if has_lessons and bells is not None:
            lessons = Lessons(instruction_mode=mode, bell_schedule_name=bells, label=label)
        return Day(date=on, region=self._region, reason=reason, event=event, lessons=lessons), printed

    def _row(self, on: date, label: str | None) -> WeeklyRow | None:
        return next((row for row in self._rows if _speaks_of(row, on, self._region, label)), None)

    def _closed_on_print(self, on: date, holidays: Iterable[Holiday], row: WeeklyRow | None) -> str | None:
        """Why the printed calendar has no lessons on that date, or None where it has."""
        if not any(on in year for year in self._years):
            return "outside-school-year"
        for holiday in holidays:
            return f"holidays/{holiday.name}"
        return None if row else "no-weekly-row"

    def _classify(self, days: Iterable[Day]) -> Iterator[Day]:
        """The same days with class, break and transition computed."""
        week_gap = _longest_gap(self._rows)
        begun: set[DateRange] = set()
        previous: Day | None = None
        for day in days:
            lessons = day.lessons
            if lessons is None:
                yield day
                continue
            years = {year for year in self._years if day.date in year}
            break_days = (day.date - previous.date).days - 1 if previous else None
            classified = replace(
                lessons,
                day_class=self._day_class(break_days, week_gap, begins_year=bool(years - begun)),
                break_days=break_days,
                transition=_transition(previous, lessons.instruction_mode),
            )
            begun |= years
            previous = replace(day, lessons=classified)
            yield previous

    def _day_class(self, break_days: int | None, week_gap: int, *, begins_year: bool) -> DayClass:
        if begins_year:
            return DayClass.FIRST_DAY_OF_SCHOOL_YEAR
        if break_days is None:
            # Lessons outside every school year with nothing known before them: as after a holiday.
            return DayClass.RESTART_AFTER_HOLIDAY
        if break_days >= self._calendar.restart_min_break_days and break_days > week_gap:
            return DayClass.RESTART_AFTER_HOLIDAY
        if break_days > week_gap:
            return DayClass.AFTER_LONG_WEEKEND
        return DayClass.FIRST_DAY_OF_WEEK if 0 < break_days == week_gap else DayClass.REGULAR


def _transition(previous: Day | None, mode: InstructionMode) -> Transition | None:
    if previous is None or previous.lessons is None or previous.lessons.instruction_mode is mode:
        return None
    return TO[mode]


def _walk(rotation: Rotation | None):
    if rotation is None:
        return _NoRotation()
    if rotation.type is RotationType.DAY_CYCLE:
        return _DayCycle(rotation)
    if rotation.type is RotationType.CALENDAR_WEEKS:
        return _CalendarWeeks(rotation)
    return _AlternatingWeeks(rotation)


class _CalendarWeeks:
    def __init__(self, rotation: Rotation) -> None:
        self._labels = rotation.labels

    def candidate(self, day: date) -> Candidate:
        label = self._labels[(day.isocalendar().week - 1) % 2]
        return Candidate(label=label, off_print=label)

    def tell(self, day: date, *, printed: bool, has_lessons: bool) -> None:
        """The number of a week depends on nothing."""


class _NoRotation:
    def candidate(self, day: date) -> Candidate:  # noqa: ARG002 - the protocol's shape
        return Candidate(label=None, off_print=None)

    def tell(self, day: date, *, printed: bool, has_lessons: bool) -> None:
        """Nothing to remember."""


class _DayCycle:
    def __init__(self, rotation: Rotation) -> None:
        self._rotation = rotation
        self._used = 0

    def restart(self, on: date) -> None:
        del on
        self._used = 0

    def candidate(self, day: date) -> Candidate:
        if day < self._rotation.anchor:
            return Candidate(label=None, off_print=None)
        labels = self._rotation.labels
        label = labels[self._used % len(labels)]
        held = self._rotation.on_closure is OnClosure.HOLD
        return Candidate(label=label, off_print=label if held else None)

    def tell(self, day: date, *, printed: bool, has_lessons: bool) -> None:
        if day < self._rotation.anchor:
            return
        counts = has_lessons if self._rotation.on_closure is OnClosure.HOLD else printed
        self._used += counts


class _AlternatingWeeks:
    def __init__(self, rotation: Rotation) -> None:
        self._rotation = rotation
        self._anchor_week = week_start(rotation.anchor, rotation.week_starts_on)
        self._week: date | None = None
        self._week_had_lessons = False
        self._weeks_counted = 0

    def restart(self, on: date) -> None:
        week = week_start(on, self._rotation.week_starts_on)
        self._anchor_week = week if self._rotation.on_closure is OnClosure.SKIP else self._anchor_week
        self._week, self._week_had_lessons, self._weeks_counted = week, False, 0

    def candidate(self, day: date) -> Candidate:
        week = week_start(day, self._rotation.week_starts_on)
        labels = self._rotation.labels
        if self._rotation.on_closure is OnClosure.SKIP:
            # Printed weeks run both ways from the anchor: a week before it has a label too.
            label = labels[(week - self._anchor_week).days // 7 % len(labels)]
            return Candidate(label=label, off_print=label)
        if week < self._anchor_week:
            return Candidate(label=None, off_print=None)
        if week != self._week:
            self._weeks_counted += self._week_had_lessons
            self._week, self._week_had_lessons = week, False
        label = labels[self._weeks_counted % len(labels)]
        return Candidate(label=label, off_print=label)

    def tell(self, day: date, *, printed: bool, has_lessons: bool) -> None:  # noqa: ARG002 - the protocol's shape
        if week_start(day, self._rotation.week_starts_on) == self._week:
            self._week_had_lessons = self._week_had_lessons or has_lessons


def _longest_gap(rows: Iterable[WeeklyRow]) -> int:
    """The longest run of weekdays in no row, over the week's end too."""
    taught = [
        any(weekday.number == number % 7 for row in rows for weekday in row.days_of_week)
        for number in range(14)
    ]
    runs = "".join("x" if one else "." for one in taught).split("x")
    return min(7, max(map(len, runs)))


def _speaks_of(row: WeeklyRow, on: date, region: str | None, label: str | None) -> bool:
    weekday = Weekday.of(on) in row.days_of_week
    return weekday and covers(row.regions, region) and (not row.labels or label in row.labels)
