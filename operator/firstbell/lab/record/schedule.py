"""What the plans of a long time ask for, one after the other, looked up in order of time."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from firstbell.lab.record.recording import SECONDS_PER_MINUTE
from firstbell.lab.record.track import Track

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstbell.core import Plan
    from firstbell.lab.record.known_plans import KnownPlan

NEVER = 2**62


class Schedule:
    """The writes of the plans that were in force, by second since 1970."""

    def __init__(self, plans: Sequence[KnownPlan]) -> None:
        self.plans = plans
        self._starts = [known.start * SECONDS_PER_MINUTE for known in plans]
        self.track = Track()
        for known in plans:
            for run in known.plan.writes:
                self.track.at(run.start * SECONDS_PER_MINUTE, run.value)

    def replicas_at(self, second: int) -> int:
        """Return what the plan's writes have brought about at a second."""
        return self.track.counts[bisect_right(self.track.seconds, second) - 1]

    def next_change(self, second: int) -> int:
        """Return the first second after this one at which that changes."""
        index = bisect_right(self.track.seconds, second)
        return self.track.seconds[index] if index < len(self.track.seconds) else NEVER

    def highest(self, start: int, end: int) -> int:
        """Return the most that is asked for in [start, end)."""
        first = bisect_right(self.track.seconds, start) - 1
        last = bisect_right(self.track.seconds, end - 1)
        return max(self.track.counts[first:last])

    def plan_at(self, second: int) -> Plan:
        """Return the plan in force at a second."""
        return self.plans[bisect_right(self._starts, second) - 1].plan

    def still_to_come_at(self, second: int) -> int:
        """Return what a peak under way must not fall below at a second."""
        return self.plan_at(second).still_to_come_at(second // SECONDS_PER_MINUTE)
