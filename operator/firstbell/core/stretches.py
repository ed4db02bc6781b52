"""The dates of one region, cut where anything that decides a day changes.

Within a stretch weeks are alike (`core/week_table.py`). The state of the rotation at the start of each
stretch is worked out once; any date is then a few steps away, and so are the lesson days before and after it
and their number. Dates are ordinals (`date.toordinal`) here, and lie in the span of the calendar's data.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from firstbell.core.rotation import DAYS_PER_WEEK
from firstbell.core.week_table import DayKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from firstbell.core.layers import Entries, Layers, Scope
    from firstbell.core.week_table import KindsOfWeek, WeekTable

_NEW_STATES = 3
"""No new gap comes after so many times the weeks that there are states: one to get there, two to see it."""


class Stretches:
    """The stretches of a scope. `first` is the first ordinal of the data, `end` the one after its last."""

    def __init__(self, layers: Layers, scope: Scope) -> None:
        self.cycle = layers.cycle
        self._week = layers.week(scope)
        self._starts: list[int] = []
        self._of: list[WeekTable] = []
        self._anew = layers.restarts(scope)
        self._cut(layers, scope)
        self.first = layers.span.first.toordinal() if layers.span else 1
        self.end = layers.span.last.toordinal() + 1 if layers.span else 1
        self._ends = [*self._starts[1:], self.end]
        self._states: list[int] = []
        self._lessons: list[int] = []
        if layers.span is not None:
            self._add_up(self.cycle.start(layers.span.first))
        self._before: dict[int, int | None] = {0: None}
        self._after: dict[int, int | None] = {len(self._starts): None}

    def state_before(self, day: int) -> int:
        """Return the state of the rotation before a date."""
        at = self._index(day)
        return self._of[at].walk(self._states[at], self._starts[at], day).state

    def has_lessons(self, day: int) -> bool:
        """Tell whether a date has lessons."""
        return self._of[self._index(day)].day(day, self.state_before(day)).lessons > 0

    def lessons_before(self, day: int) -> int:
        """Tell how many dates of the data, before that one, have lessons.

        `end` is before all that come after it.
        """
        if not self._starts:
            return 0
        at = self._index(day)
        return self._lessons[at] + self._of[at].walk(self._states[at], self._starts[at], day).lessons

    def any_lessons_on(self, weekdays: Iterable[int], first: int, last: int) -> bool:
        """Tell whether a date on one of the weekdays has lessons, from `first` to `last`, both inclusive."""
        first, last = max(first, self.first), min(last, self.end - 1)
        if not self._starts or first > last:
            return False
        within = self._lesson_bits >> (first - self.first) & ((1 << (last - first + 1)) - 1)
        weeks = ((1 << DAYS_PER_WEEK * ((last - first) // DAYS_PER_WEEK + 1)) - 1) // (
            (1 << DAYS_PER_WEEK) - 1
        )
        return any(within & weeks << ((weekday - (first - 1)) % DAYS_PER_WEEK) for weekday in weekdays)

    @cached_property
    def _lesson_bits(self) -> int:
        """Which dates have lessons: bit i is that of the i-th date."""
        digits = bytearray(b"0") * (self.end - self.first)
        for table, state, first, end in zip(self._of, self._states, self._starts, self._ends, strict=True):
            table.mark_lessons(state, first, end, digits, self.first)
        return int(digits[::-1], 2)

    def lesson_day_before(self, day: int) -> int | None:
        """Return the last date with lessons before that one."""
        at = self._index(day)
        found = self._of[at].last_lesson_day(self._states[at], self._starts[at], day)
        return self._last_before_stretch(at) if found is None else found

    def lesson_day_from(self, day: int) -> int | None:
        """Return the first date with lessons that is not before that one."""
        if not self._starts or day >= self.end:
            return None
        day = max(day, self.first)
        at = self._index(day)
        found = self._of[at].first_lesson_day(self.state_before(day), day, self._ends[at])
        return self._first_from_stretch(at + 1) if found is None else found

    def lesson_days_after_gap(self, day: int, least: int) -> Iterator[int]:
        """Yield lesson days from a date on that follow at least so many days without lessons, or none.

        In order. Of a long stretch only the beginning is walked: its weeks come back to a state that was
        there before, and with it to gaps that were there before, which are left out.
        """
        if not self._starts or day >= self.end:
            return
        day = max(day, self.first)
        state, previous = self.state_before(day), self.lesson_day_before(day)
        for at in range(self._index(day), len(self._starts)):
            table, end = self._of[at], self._ends[at]
            stop = min(end, day + _NEW_STATES * self.cycle.size * DAYS_PER_WEEK) if table.teaches else day
            while day < stop:
                came = table.day(day, state)
                if came.lessons:
                    if previous is None or day - previous > least:
                        yield day
                    previous = day
                state, day = came.state, day + 1
            if day < end:
                last = table.last_lesson_day(state, day, end)
                previous = previous if last is None else last
            day = end
            state = self._states[at + 1] if at + 1 < len(self._starts) else state

    def _last_before_stretch(self, at: int) -> int | None:
        passed = at
        found = None
        while passed not in self._before:
            passed -= 1
            found = self._of[passed].last_lesson_day(
                self._states[passed], self._starts[passed], self._ends[passed]
            )
            if found is not None:
                break
        else:
            found = self._before[passed]
        self._before |= dict.fromkeys(range(passed + 1, at + 1), found)
        return found

    def _first_from_stretch(self, at: int) -> int | None:
        passed = at
        found = None
        while passed not in self._after:
            found = self._of[passed].first_lesson_day(
                self._states[passed], self._starts[passed], self._ends[passed]
            )
            if found is not None:
                break
            passed += 1
        else:
            found = self._after[passed]
        self._after |= dict.fromkeys(range(at, passed), found)
        return found

    def _index(self, day: int) -> int:
        return bisect_right(self._starts, day) - 1

    def _cut(self, layers: Layers, scope: Scope) -> None:
        begins = self.cycle.begins.toordinal() if self.cycle.begins else 0
        years, holidays, exceptions = scope.entries
        last: KindsOfWeek | None = None
        known = _Kinds(layers)
        for day, (some_years, some_holidays, some_exceptions) in self._marks(layers):
            in_term = bool(some_years & years) and not some_holidays & holidays
            those = some_exceptions & exceptions
            kinds = known.of_week(those, in_term=in_term, labelled=day >= begins)
            if kinds != last or day in self._anew:
                self._starts.append(day)
                self._of.append(self._week.table(kinds))
                last = kinds

    def _marks(self, layers: Layers) -> Iterable[tuple[int, Entries]]:
        """Return the marks of the calendar, and those on which the rotation of this scope begins anew."""
        marks = dict(layers.marks)
        more = {day: layers.held(date.fromordinal(day)) for day in self._anew if day not in marks}
        return sorted((marks | more).items()) if more else layers.marks

    def _add_up(self, state: int) -> None:
        """Work out the state before each stretch, and how many lesson days come before it."""
        lessons = 0
        for table, first, end in zip(self._of, self._starts, self._ends, strict=True):
            state = self._anew.get(first, state)
            self._states.append(state)
            self._lessons.append(lessons)
            came = table.walk(state, first, end)
            state = came.state
            lessons += came.lessons


class _Kinds:
    """The kinds of days that exceptions make. From mark to mark few change: most are known already."""

    def __init__(self, layers: Layers) -> None:
        self._layers = layers
        self._on_weekday, self._on_some = layers.on_weekday, layers.on_some_weekdays
        self._known: dict[tuple[int, bool, bool], DayKind] = {}

    def of_week(self, exceptions: int, *, in_term: bool, labelled: bool) -> KindsOfWeek:
        """Return what each weekday is under those exceptions, some of which hold on other weekdays."""
        known = self._known
        if not exceptions & self._on_some:
            asked = exceptions, in_term, labelled
            return (known[asked] if asked in known else self._kind(asked),) * DAYS_PER_WEEK
        return tuple(
            [
                known[asked]
                if (asked := (exceptions & held, in_term, labelled)) in known
                else self._kind(asked)
                for held in self._on_weekday
            ]
        )

    def _kind(self, asked: tuple[int, bool, bool]) -> DayKind:
        exceptions, in_term, labelled = asked
        layers = self._layers
        found = DayKind(in_term, layers.opened(exceptions), labelled, layers.counts(exceptions))
        self._known[asked] = found
        return found
