"""What weeks that are all alike do to a rotation, and how many lesson days they hold.

Where nothing of a calendar begins or ends, a day is decided by its weekday and its label alone. Then a week
is a fixed step from one state of the rotation to another, two weeks are that step twice, and so on: a stretch
of thirty years is eleven steps, not eleven thousand days. Dates are ordinals (`date.toordinal`) here.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from firstbell.core.rotation import DAYS_PER_WEEK, NO_LABEL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from firstbell.core.rotation import Candidate, Cycle

_SHORT_DAYS = 16
"""So few days are walked one by one sooner than taken apart into weeks."""


class Opening(IntEnum):
    """What the exceptions of a date do to it, all of them together."""

    NONE = 0
    CLOSED = 1
    BY_ROW = 2
    """It is opened with the lessons of its weekly row, if it has one."""
    BY_BELLS = 3
    """It is opened with bells of its own."""


class DayKind(NamedTuple):
    """What is true of every date of a stretch that is on the same weekday.

    `in_term` is True inside a school year and outside of holidays, `labelled` where a rotation has begun. A
    day that does not count for the rotation has the lessons of its turn, and leaves the turn to the next.
    """

    in_term: bool
    opening: Opening
    labelled: bool
    counts: bool = True


KindsOfWeek: TypeAlias = tuple[DayKind, ...]
"""The kinds of the seven weekdays, Monday first: an exception may hold on some of them only."""


class Came(NamedTuple):
    """How days came out: the state after them, and how many of them had lessons."""

    state: int
    lessons: int


class WeekTable:
    """The table of weeks that are alike: how each weekday, Monday first, comes out of each state.

    `rare` are weeks that few stretches have: these are taken apart only where that pays for one alone.
    """

    def __init__(self, days: tuple[tuple[Came, ...], ...], *, rare: bool = False) -> None:
        self._days = days
        self._short = max(_SHORT_DAYS, DAYS_PER_WEEK * len(days[0])) if rare else _SHORT_DAYS
        self._weeks: list[tuple[Came, ...]] = []
        self.teaches = any(came.lessons for weekday in self._days for came in weekday)

    def day(self, day: int, state: int) -> Came:
        """Tell how one date comes out, from the state before it."""
        return self._days[(day - 1) % DAYS_PER_WEEK][state]

    def walk(self, state: int, first: int, end: int) -> Came:
        """Walk from the state before `first` over the days of [first, end)."""
        days, lessons = self._days, 0
        if end - first < self._short:
            for day in range(first - 1, end - 1):
                state, had = days[day % DAYS_PER_WEEK][state]
                lessons += had
            return Came(state, lessons)
        for weeks, at in self._parts(first, end):
            state, had = days[_weekday(at)][state] if weeks is None else self._doubled(weeks)[state]
            lessons += had
        return Came(state, lessons)

    def mark_lessons(self, state: int, first: int, end: int, digits: bytearray, origin: int) -> None:
        """Write a 1 for each day of [first, end) that has lessons, at its place from `origin` on."""
        if not self.teaches:
            return
        days = self._days
        for day in range(first, end):
            state, lessons = days[(day - 1) % DAYS_PER_WEEK][state]
            if lessons:
                digits[day - origin] = 49  # the digit 1

    def last_lesson_day(self, state: int, first: int, end: int) -> int | None:
        """Return the last day of [first, end) that has lessons, from the state before `first`."""
        if not self.teaches:
            return None
        passed = []
        for weeks, at in self._parts(first, end):
            came = self._days[_weekday(at)][state] if weeks is None else self._doubled(weeks)[state]
            if came.lessons:
                passed.append((weeks, at, state))
            state = came.state
        return self._last_within(*passed[-1]) if passed else None

    def first_lesson_day(self, state: int, first: int, end: int) -> int | None:
        """Return the first day of [first, end) that has lessons, from the state before `first`."""
        if not self.teaches:
            return None
        for weeks, at in self._parts(first, end):
            came = self._days[_weekday(at)][state] if weeks is None else self._doubled(weeks)[state]
            if came.lessons:
                return self._first_within(weeks, at, state)
            state = came.state
        return None

    def _last_within(self, weeks: int | None, at: int, state: int) -> int:
        """Return the last lesson day of one part that has some."""
        while weeks:
            weeks -= 1
            earlier, half = self._doubled(weeks)[state], DAYS_PER_WEEK << weeks
            if self._doubled(weeks)[earlier.state].lessons:
                state, at = earlier.state, at + half
        if weeks is None:
            return at
        found = at
        for day in range(at, at + DAYS_PER_WEEK):
            came = self._days[_weekday(day)][state]
            found, state = day if came.lessons else found, came.state
        return found

    def _first_within(self, weeks: int | None, at: int, state: int) -> int:
        """Return the first lesson day of one part that has some."""
        while weeks:
            weeks -= 1
            earlier = self._doubled(weeks)[state]
            if not earlier.lessons:
                state, at = earlier.state, at + (DAYS_PER_WEEK << weeks)
        if weeks is None:
            return at
        while not self._days[_weekday(at)][state].lessons:
            state, at = self._days[_weekday(at)][state].state, at + 1
        return at

    def _parts(self, first: int, end: int) -> Iterator[tuple[int | None, int]]:
        """Yield [first, end) as single days (None) and runs of 2 to the power n weeks from a Monday (n)."""
        at = first
        while at < end and _weekday(at):
            yield None, at
            at += 1
        left = (end - at) // DAYS_PER_WEEK
        while left > 0:
            power = left.bit_length() - 1
            yield power, at
            at += DAYS_PER_WEEK << power
            left -= 1 << power
        while at < end:
            yield None, at
            at += 1

    def _doubled(self, power: int) -> tuple[Came, ...]:
        """Return what 2 to that power weeks, from a Monday on, do to each state."""
        weeks = self._weeks
        while len(weeks) <= power:  # as a new list: two threads may both ask
            weeks = [*weeks, _twice(weeks[-1]) if weeks else self._one_week()]
        self._weeks = weeks
        return weeks[power]

    def _one_week(self) -> tuple[Came, ...]:
        week = tuple(Came(state, 0) for state in range(len(self._days[0])))
        for weekday in self._days:
            week = tuple(
                Came(weekday[state].state, lessons + weekday[state].lessons) for state, lessons in week
            )
        return week


def _twice(weeks: tuple[Came, ...]) -> tuple[Came, ...]:
    return tuple(Came(weeks[state].state, lessons + weeks[state].lessons) for state, lessons in weeks)


def _weekday(day: int) -> int:
    """Return 0 for Monday: the ordinal 1 is one."""
    return (day - 1) % DAYS_PER_WEEK


def day_by_state(
    kind: DayKind, cycle: Cycle, has_row: Callable[[str | None], bool], weekday: int
) -> tuple[Came, ...]:
    """Tell how a kind of day comes out on a weekday (0 is Monday), from each state before it.

    `has_row` tells whether a weekly row of that weekday fits a label.
    """
    return tuple(_day(kind, cycle, has_row, weekday, state) for state in range(cycle.size))


def _day(
    kind: DayKind, cycle: Cycle, has_row: Callable[[str | None], bool], weekday: int, before: int
) -> Came:
    state = cycle.enter(before, weekday)
    candidate = cycle.candidate(state) if kind.labelled else NO_LABEL
    printed, has_lessons = comes_out(kind, candidate, has_row)
    if kind.labelled and kind.counts:
        state = cycle.leave(state, printed=printed, has_lessons=has_lessons)
    return Came(state, int(has_lessons))


def comes_out(
    kind: DayKind, candidate: Candidate, has_row: Callable[[str | None], bool]
) -> tuple[bool, bool]:
    """Tell whether a day has lessons on the printed calendar, and whether after all exceptions."""
    printed = kind.in_term and has_row(candidate.label)
    match kind.opening:
        case Opening.NONE:
            return printed, printed
        case Opening.CLOSED:
            return printed, False
        case Opening.BY_ROW:
            return printed, printed or has_row(candidate.off_print)
        case Opening.BY_BELLS:
            return printed, True
