"""Early arrivals over a recording: the operator's own correction of a peak, at the ticks that it looks at.

Something is expected only while a first bell's ramp is under way; at every tick of such a time the recorded
load is held against the plan. Between those times there is nothing to look at.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from firstbell.core.policy import PeakAnchor
from firstbell.core.surge_correction import AS_PLANNED, SurgeHistory, expectation, followed
from firstbell.lab.record.recording import SECONDS_PER_MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from firstbell.core.absence import Unavailable
    from firstbell.core.bells import Minute
    from firstbell.core.surge_correction import Expectation
    from firstbell.lab.record.known_plans import KnownPlan
    from firstbell.lab.record.schedule import Schedule
    from firstbell.lab.record.ticks import Ticks


class EarlyArrivals:
    """What early arrivals have raised the present peak to. `per_pupil` is what one pupil adds to the load."""

    def __init__(self, schedule: Schedule, per_pupil: Fraction, max_percent: int, ticks: Ticks) -> None:
        self._schedule, self._ticks = schedule, ticks
        self._per_pupil, self._max_percent = per_pupil, max_percent
        self.history = SurgeHistory()
        self._looked = -1
        self._expected: dict[Minute, Expectation | None] = {}
        spans = sorted({span for known in schedule.plans for span in _ramps(known)})
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in spans:
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def look(self, tick: int, reading: Fraction | Unavailable) -> None:
        """What follows from a reading. Ticks at which nothing was expected may have been left out."""
        if tick > self._looked + 1:
            now = self._ticks.instant(tick - 1)
            self.history = followed(self.history, None, (), self._max_percent, now)
        self._looked = tick
        minute = self._ticks.second(tick) // SECONDS_PER_MINUTE
        readings = ((self._per_pupil, reading),)
        self.history = followed(
            self.history, self._expectation(minute), readings, self._max_percent, self._ticks.instant(tick)
        )

    def watches(self, second: int) -> bool:
        """Whether something is expected at a second: then every tick counts."""
        index = bisect_right(self._starts, second) - 1
        return index >= 0 and second < self._ends[index]

    def next_change(self, second: int) -> int | None:
        """The first second after this one from which on something is expected, or a raise is over."""
        index = bisect_right(self._starts, second)
        found = [self._starts[index]] if index < len(self._starts) else []
        over = self.history.until * SECONDS_PER_MINUTE
        if self.history.percent > AS_PLANNED and over > second:
            found.append(over)
        return min(found, default=None)

    def _expectation(self, minute: Minute) -> Expectation | None:
        if not self.watches(minute * SECONDS_PER_MINUTE):
            return None
        if minute not in self._expected:
            plan = self._schedule.plan_at(minute * SECONDS_PER_MINUTE)
            self._expected = {minute: expectation(plan, minute)}
        return self._expected[minute]


def _ramps(known: KnownPlan) -> Iterator[tuple[int, int]]:
    """When something is expected, [start, end) in seconds, while a plan is in force."""
    for load in known.plan.loads:
        for surge in load.surges:
            occurrence = surge.occurrence
            if occurrence.peak.anchor is not PeakAnchor.FIRST_PERIOD_START or not load.offsets:
                continue
            first = max(known.start, occurrence.load_start + load.offsets[0][0])
            last = min(known.end, occurrence.bell + load.offsets[-1][0] + 1)
            if first < last:
                yield first * SECONDS_PER_MINUTE, last * SECONDS_PER_MINUTE
