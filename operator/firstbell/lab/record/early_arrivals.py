"""Early arrivals over a recording: when somebody is expected, so that every tick counts.

Something is expected only while a first bell's ramp is under way; at every tick of such a time the recorded
load is held against the plan. Between those times there is nothing to look at.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from firstbell.core.capacity import AS_PLANNED, EarlyArrivals
from firstbell.core.scaling import PeakAnchor
from firstbell.lab.record.recording import SECONDS_PER_MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from fractions import Fraction

    from firstbell.core import Unavailable
    from firstbell.core.capacity import SurgeHistory
    from firstbell.lab.record.known_plans import KnownPlan
    from firstbell.lab.record.schedule import Schedule


def counted(per_pupil: Fraction, reading: Fraction | Unavailable, now: datetime) -> EarlyArrivals:
    """Return what the recorded load tells of who has come; `per_pupil` is what one pupil adds to it."""
    return EarlyArrivals(readings=((per_pupil, reading),), at=now)


class Ramps:
    """When the ramps of first bells are under way."""

    def __init__(self, schedule: Schedule) -> None:
        spans = sorted({span for known in schedule.plans for span in _ramps(known)})
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in spans:
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def under_way_at(self, second: int) -> bool:
        """Tell whether something is expected at a second: then every tick counts."""
        index = bisect_right(self._starts, second) - 1
        return index >= 0 and second < self._ends[index]

    def next_change(self, second: int, surge: SurgeHistory | None, never: int) -> int:
        """Return the first second after this one from which on something is expected, or a raise is over."""
        index = bisect_right(self._starts, second)
        found = self._starts[index] if index < len(self._starts) else never
        over = (
            surge.until * SECONDS_PER_MINUTE if surge is not None and surge.percent > AS_PLANNED else second
        )
        return min(found, over) if over > second else found


def _ramps(known: KnownPlan) -> Iterator[tuple[int, int]]:
    """Yield when something is expected, [start, end) in seconds, while a plan is in force."""
    for load in known.plan.loads:
        for surge in load.surges:
            occurrence = surge.occurrence
            if occurrence.peak.anchor is not PeakAnchor.FIRST_PERIOD_START or not load.offsets:
                continue
            first = max(known.start, occurrence.load_start + load.offsets[0][0])
            last = min(known.end, occurrence.bell + load.offsets[-1][0] + 1)
            if first < last:
                yield first * SECONDS_PER_MINUTE, last * SECONDS_PER_MINUTE
