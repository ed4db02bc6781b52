"""Early arrivals against the plan on a simulated day, followed by the production rules.

The metric that a policy would name is taken to be exact: it counts everybody who has come to a first bell so
far, in pupils of a regular in-person lesson start.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

from firstbell.core.bells import minute_of
from firstbell.core.surge_correction import SurgeHistory, expectation, followed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from firstbell.core.plan import Plan

ONE_PUPIL = Fraction(1)


class EarlyArrivals:
    """What is concluded from who has come, reading by reading."""

    def __init__(self, max_percent: int, first_bells: Sequence[float]) -> None:
        self._max_percent = max_percent
        self._come = [0.0, *accumulate(first_bells)]
        self.history = SurgeHistory()

    def follow(self, plan: Plan, second: int, now: datetime) -> SurgeHistory:
        """The history after the reading of a second of the day."""
        reading = Fraction(round(self._come[second]))
        expected = expectation(plan, minute_of(now))
        self.history = followed(self.history, expected, [(ONE_PUPIL, reading)], self._max_percent, now)
        return self.history
