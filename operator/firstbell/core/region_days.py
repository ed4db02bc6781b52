"""The days of one region, each resolved when it is asked for.

Layers, from the printed calendar up: a school year, minus holidays, by the weekly row; then every exception
that covers the date, in order and field by field. On top stand the computed facts that nobody types: how long
the break was, which class of day that makes, and whether the mode of instruction changed since the last
lesson day.
"""

from __future__ import annotations

import heapq
from dataclasses import replace
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from firstbell.core.coverage import places
from firstbell.core.rotation import NO_LABEL
from firstbell.core.school_calendar import InstructionMode
from firstbell.core.school_day import (
    NO_WEEKLY_ROW,
    OUTSIDE_SCHOOL_YEAR,
    TRANSITION_TO,
    Day,
    DayClass,
    Lessons,
    Transition,
)
from firstbell.core.stretches import Stretches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.core.layers import Entries, Layers, Scope
    from firstbell.core.rotation import Candidate
    from firstbell.core.school_calendar import WeeklyRow

MOST_KEPT_ANSWERS = 512


class RegionDays:
    """The days of every region of one scope; a day is told without its region's name."""

    def __init__(self, layers: Layers, scope: Scope) -> None:
        self._layers = layers
        self._scope = scope
        self._restart_min_break_days = layers.calendar.restart_min_break_days
        self._taught: dict[date, bool] = {}
        self._week = layers.week(scope)
        self._ordinary_gap = self._week.longest_gap
        self.school_years = tuple(layers.years[index].dates for index in places(scope.entries.years))

    @cached_property
    def stretches(self) -> Stretches:
        """The dates of the data, cut where anything changes."""
        return Stretches(self._layers, self._scope)

    def day(self, on: date) -> Day:
        """Return the resolved day; outside the data it has no lessons."""
        span = self._layers.span
        if span is None or on not in span:
            return self._resolved(on, NO_LABEL)
        day = self._resolved(on, self._candidate(on))
        return day if day.lessons is None else replace(day, lessons=self._classified(on, day.lessons))

    def has_lessons(self, on: date) -> bool:
        """Tell whether a date of the data has lessons."""
        taught = self._taught.get(on)
        if taught is None:
            if len(self._taught) >= MOST_KEPT_ANSWERS:
                self._taught.clear()
            taught = self._taught[on] = self.stretches.has_lessons(on.toordinal())
        return taught

    def restarts_from(self, on: date) -> Iterator[date]:
        """Yield the lesson days from a date on that may be a restart, in order.

        The next is always among them; of a long run of like weeks only the first may be.
        """
        stretches, first = self.stretches, on.toordinal()
        least = max(self._restart_min_break_days, self._ordinary_gap + 1)
        begins = {stretches.lesson_day_from(year.first.toordinal()) for year in self.school_years}
        years = sorted(day for day in begins if day is not None and day >= first)
        merged = heapq.merge(years, stretches.lesson_days_after_gap(first, least))
        return (date.fromordinal(day) for day, _ in groupby(merged))

    def _candidate(self, on: date) -> Candidate:
        begins = self.stretches.cycle.begins
        if begins is not None and on < begins:
            return NO_LABEL
        cycle, day = self.stretches.cycle, on.toordinal()
        return cycle.candidate(cycle.enter(self.stretches.state_before(day), on.weekday()))

    def _resolved(self, on: date, candidate: Candidate) -> Day:
        """Return the day after all layers."""
        held = self._layers.on(on, self._scope)
        label = candidate.label
        row = self._week.row(on.weekday(), label)
        closed = self._closed_on_print(held, row)
        if closed is not None and label != candidate.off_print:
            label = candidate.off_print
            row = self._week.row(on.weekday(), label)
        mode = row.instruction_mode if row else InstructionMode.IN_PERSON
        bells = row.bell_schedule_name if row else None
        reason, event, has_lessons = closed or "weekly", None, closed is None
        for entry in self._layers.exceptions(held):
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
        if not self._layers.counts(held.exceptions):
            label = None
        if has_lessons and bells is not None:
            lessons = Lessons(instruction_mode=mode, bell_schedule_name=bells, label=label)
        return Day(date=on, region=None, reason=reason, event=event, lessons=lessons)

    def _closed_on_print(self, held: Entries, row: WeeklyRow | None) -> str | None:
        """Tell why the printed calendar has no lessons on a date, or None where it has."""
        if not held.years:
            return OUTSIDE_SCHOOL_YEAR
        holiday = self._layers.holiday(held)
        if holiday is not None:
            return f"holidays/{holiday.name}"
        return None if row else NO_WEEKLY_ROW

    def _classified(self, on: date, lessons: Lessons) -> Lessons:
        """Return the same with class, break and transition computed."""
        day = on.toordinal()
        before = self.stretches.lesson_day_before(day)
        if before is None:
            begins = any(on in year for year in self.school_years)
            return replace(lessons, day_class=self._day_class(None, begins_year=begins))
        previous = date.fromordinal(before)
        break_days = day - before - 1
        begins = any(on in year and previous < year.first for year in self.school_years)
        return replace(
            lessons,
            day_class=self._day_class(break_days, begins_year=begins),
            break_days=break_days,
            transition=self._transition(previous, lessons.instruction_mode),
        )

    def _transition(self, previous: date, mode: InstructionMode) -> Transition | None:
        lessons = self._resolved(previous, self._candidate(previous)).lessons
        if lessons is None or lessons.instruction_mode is mode:
            return None
        return TRANSITION_TO[mode]

    def _day_class(self, break_days: int | None, *, begins_year: bool) -> DayClass:
        if begins_year:
            return DayClass.FIRST_DAY_OF_SCHOOL_YEAR
        if break_days is None:
            # Lessons outside every school year with nothing known before them: as after a holiday.
            return DayClass.RESTART_AFTER_HOLIDAY
        if break_days >= self._restart_min_break_days and break_days > self._ordinary_gap:
            return DayClass.RESTART_AFTER_HOLIDAY
        if break_days > self._ordinary_gap:
            return DayClass.AFTER_LONG_WEEKEND
        ordinary = break_days > 0 and break_days == self._ordinary_gap
        return DayClass.FIRST_DAY_OF_WEEK if ordinary else DayClass.REGULAR
