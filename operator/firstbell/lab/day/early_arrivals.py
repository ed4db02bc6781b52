"""Who has come early on a simulated day, as a metric of the policy would tell it.

The metric is taken to be exact: it counts everybody who has come to a first bell so far, in pupils of a
regular in-person lesson start.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

from firstbell.core.capacity import EarlyArrivals

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

ONE_PUPIL = Fraction(1)


class CountedArrivals:
    """Those who have come by each second of the day."""

    def __init__(self, first_bells: Sequence[float]) -> None:
        self._come = [0.0, *accumulate(first_bells)]

    def at(self, second: int, now: datetime) -> EarlyArrivals:
        """Return the reading of a second of the day."""
        return EarlyArrivals(readings=((ONE_PUPIL, Fraction(round(self._come[second]))),), at=now)
