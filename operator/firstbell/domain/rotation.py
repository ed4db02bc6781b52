"""Which label (A, B, ...) a day carries.

A rotation is walked day by day from the start of the data, in one region, because whether a day uses up
its label can depend on every closure before it. DayCycle: Hold uses a label up on each day that has
lessons, however a closure came about; Skip on each *printed* lesson day, exceptions not counted.
AlternatingWeeks counts weeks from the one that holds the anchor: Skip every week, Hold only weeks with a
lesson day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from firstbell.domain.calendar import OnClosure, Rotation, RotationType, Weekday


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """The label that a day would carry; `off_print` is the one of a day opened off the printed calendar."""

    label: str | None
    off_print: str | None


class Walk(Protocol):
    """The state of a rotation while it is walked; dates must come in order, each once."""

    def candidate(self, day: date) -> Candidate:
        """What `day` would carry, given all days told before."""
        ...

    def tell(self, day: date, *, printed: bool, has_lessons: bool) -> None:
        """How `day` came out: on the printed calendar, and after all exceptions."""
        ...


def walk(rotation: Rotation | None) -> Walk:
    """A new walk along `rotation`; without a rotation no day has a label."""
    if rotation is None:
        return _NoRotation()
    if rotation.type is RotationType.DAY_CYCLE:
        return _DayCycle(rotation)
    return _AlternatingWeeks(rotation)


class _NoRotation:
    def candidate(self, day: date) -> Candidate:  # noqa: ARG002 - the protocol's shape
        return Candidate(label=None, off_print=None)

    def tell(self, day: date, *, printed: bool, has_lessons: bool) -> None:
        """Nothing to remember."""


class _DayCycle:
    def __init__(self, rotation: Rotation) -> None:
        self._rotation = rotation
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


def week_start(day: date, starts_on: Weekday) -> date:
    """The first date of the week that holds `day`, where weeks start on `starts_on`."""
    return day - timedelta(days=(day.weekday() - starts_on.number) % 7)
