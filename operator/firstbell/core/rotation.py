"""Which label (A, B, ...) a day carries.

A rotation is a machine of a few states that every day moves on, in one region, because whether a day uses up
its label can depend on every closure before it. DayCycle: Hold uses a label up on each day that has lessons,
however a closure came about; Skip on each *printed* lesson day, exceptions not counted. AlternatingWeeks
counts weeks from the one that holds the anchor: Skip every week, Hold only weeks with a lesson day.
CalendarWeeks goes by the number of the week (ISO 8601): odd weeks carry the first label.

There are few states, and a day does to a state what its weekday and the entries that cover it say. So a long
stretch of like weeks needs no walking: `core/week_table.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Protocol

from firstbell.core.school_calendar import OnClosure, Rotation, RotationType, Weekday

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.core.school_calendar import DateRange

DAYS_PER_WEEK = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """The label that a day would carry; `off_print` is the one of a day opened off the printed calendar."""

    label: str | None
    off_print: str | None


NO_LABEL = Candidate(label=None, off_print=None)


class Cycle(Protocol):
    """A rotation as a machine. States are the numbers from 0 to `size` - 1."""

    @property
    def size(self) -> int:
        """How many states there are."""
        ...

    @property
    def begins(self) -> date | None:
        """The first date that can carry a label; days before it change nothing. None: any can."""
        ...

    def start(self, first: date) -> int:
        """Return the state before the first date of the data."""
        ...

    def anew(self, day: date) -> int:
        """Return the state before a date on which the cycle begins anew."""
        ...

    def new_years(self, dates: DateRange) -> Iterator[date]:
        """Return the dates on which the machine begins anew by itself."""
        ...

    def enter(self, state: int, weekday: int) -> int:
        """Return the state of a day, from the one after the day before; 0 is Monday."""
        ...

    def candidate(self, state: int) -> Candidate:
        """Return what a day in that state would carry."""
        ...

    def leave(self, state: int, *, printed: bool, has_lessons: bool) -> int:
        """Return the state after a day: how it came out on the printed calendar, and after all exceptions."""
        ...


def cycle_of(rotation: Rotation | None) -> Cycle:
    """Return the machine of a rotation; without a rotation no day has a label."""
    if rotation is None:
        return _NoRotation()
    if rotation.type is RotationType.DAY_CYCLE:
        return _DayCycle(rotation)
    if rotation.type is RotationType.CALENDAR_WEEKS:
        return _CalendarWeeks(rotation)
    if rotation.on_closure is OnClosure.SKIP:
        return _EveryWeek(rotation)
    return _WeeksWithLessons(rotation)


class _OneCourse:
    """A machine that begins anew where it is told to, and nowhere else."""

    def anew(self, day: date) -> int:  # noqa: ARG002 - the protocol's shape
        return 0

    def new_years(self, dates: DateRange) -> Iterator[date]:  # noqa: ARG002 - the protocol's shape
        yield from ()


class _NoRotation(_OneCourse):
    size = 1
    begins: date | None = None

    def start(self, first: date) -> int:  # noqa: ARG002 - the protocol's shape
        return 0

    def enter(self, state: int, weekday: int) -> int:  # noqa: ARG002 - the protocol's shape
        return state

    def candidate(self, state: int) -> Candidate:  # noqa: ARG002 - the protocol's shape
        return NO_LABEL

    def leave(self, state: int, *, printed: bool, has_lessons: bool) -> int:  # noqa: ARG002 - the protocol's shape
        return state


class _DayCycle(_OneCourse):
    """The state is the label of the next day that uses one up."""

    def __init__(self, rotation: Rotation) -> None:
        self._labels = rotation.labels
        self._held = rotation.on_closure is OnClosure.HOLD
        self.size = len(rotation.labels)
        self.begins: date | None = rotation.anchor

    def start(self, first: date) -> int:  # noqa: ARG002 - the first label is that of the data's first day
        return 0

    def enter(self, state: int, weekday: int) -> int:  # noqa: ARG002 - every weekday is alike
        return state

    def candidate(self, state: int) -> Candidate:
        label = self._labels[state]
        return Candidate(label=label, off_print=label if self._held else None)

    def leave(self, state: int, *, printed: bool, has_lessons: bool) -> int:
        uses_up = has_lessons if self._held else printed
        return (state + uses_up) % self.size


class _EveryWeek(_OneCourse):
    """The state is the label of the week. Printed weeks run both ways from the anchor."""

    def __init__(self, rotation: Rotation) -> None:
        self._labels = rotation.labels
        self._starts_on = rotation.week_starts_on
        self._anchor_week = week_start(_anchor(rotation), rotation.week_starts_on)
        self.size = len(rotation.labels)
        self.begins: date | None = None

    def anew(self, day: date) -> int:
        return -(day.weekday() == self._starts_on.number) % self.size

    def start(self, first: date) -> int:
        week = week_start(first, self._starts_on)
        number = (week - self._anchor_week).days // DAYS_PER_WEEK
        return (number - (week == first)) % self.size

    def enter(self, state: int, weekday: int) -> int:
        return (state + (weekday == self._starts_on.number)) % self.size

    def candidate(self, state: int) -> Candidate:
        label = self._labels[state]
        return Candidate(label=label, off_print=label)

    def leave(self, state: int, *, printed: bool, has_lessons: bool) -> int:  # noqa: ARG002 - the protocol's shape
        return state


class _CalendarWeeks:
    """The state is 0 in odd weeks and 1 in even ones; week 1 follows week 52, or 53."""

    def __init__(self, rotation: Rotation) -> None:
        self._labels = rotation.labels
        self.size = len(rotation.labels)
        self.begins: date | None = None

    def start(self, first: date) -> int:
        return (first.isocalendar().week - 1 - (first.weekday() == 0)) % self.size

    def anew(self, day: date) -> int:
        return self.start(day)

    def new_years(self, dates: DateRange) -> Iterator[date]:
        for year in range(dates.first.year, dates.last.year + 2):
            monday = date.fromisocalendar(year, 1, 1)
            if monday in dates:
                yield monday

    def enter(self, state: int, weekday: int) -> int:
        return (state + (weekday == 0)) % self.size

    def candidate(self, state: int) -> Candidate:
        label = self._labels[state]
        return Candidate(label=label, off_print=label)

    def leave(self, state: int, *, printed: bool, has_lessons: bool) -> int:  # noqa: ARG002 - the protocol's shape
        return state


class _WeeksWithLessons(_OneCourse):
    """The state is twice the label of the week, and one more once the week has had a lesson day."""

    def __init__(self, rotation: Rotation) -> None:
        self._labels = rotation.labels
        self._starts_on = rotation.week_starts_on.number
        self.size = 2 * len(rotation.labels)
        self.begins: date | None = week_start(_anchor(rotation), rotation.week_starts_on)

    def start(self, first: date) -> int:  # noqa: ARG002 - the first week counts from its first day with data
        return 0

    def enter(self, state: int, weekday: int) -> int:
        if weekday != self._starts_on:
            return state
        return (state + state % 2) % self.size

    def candidate(self, state: int) -> Candidate:
        label = self._labels[state // 2]
        return Candidate(label=label, off_print=label)

    def leave(self, state: int, *, printed: bool, has_lessons: bool) -> int:  # noqa: ARG002 - the protocol's shape
        return state | has_lessons


def _anchor(rotation: Rotation) -> date:
    """Return the anchor, which every rotation has that comes here."""
    return rotation.anchor or date.min


def week_start(day: date, starts_on: Weekday) -> date:
    """Return the first date of the week that holds `day`, where weeks start on `starts_on`."""
    return day - timedelta(days=(day.weekday() - starts_on.number) % DAYS_PER_WEEK)
