"""How a school comes in: the share of a cohort that is there by a minute around its bell.

Three kinds of arrival: most come around two minutes before the bell, some spread over the hour before it,
and some late. The figures are a model of what was measured on restart mornings (a synchronised 08:00 start of
900,000 pupils, sessions that rise from an hour before the bell), not a law: what is built on them must stay
right when a school differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, exp, sqrt


@dataclass(frozen=True, kw_only=True, slots=True)
class ArrivalShape:
    """The spread of arrivals around a bell, in minutes. `sigma` is of those who come for the bell itself."""

    sigma: float

    def arrived(self, minutes: float) -> float:
        """Return the share, 0 to 1, that is there so many minutes after the bell (before it: negative)."""
        on_time = (1 + erf((minutes - AROUND) / (self.sigma * sqrt(2)))) / 2
        early = min(1.0, max(0.0, (minutes - EARLY_FROM) / (EARLY_TO - EARLY_FROM)))
        late = 1 - exp(-minutes / LATE_MEAN) if minutes > 0 else 0.0
        return ON_TIME_SHARE * on_time + EARLY_SHARE * early + LATE_SHARE * late


ON_TIME_SHARE, EARLY_SHARE, LATE_SHARE = 0.75, 0.15, 0.10
AROUND = -2.0
"""Where those who come for the bell peak, in minutes after it."""
EARLY_FROM, EARLY_TO = -60.0, -8.0
LATE_MEAN = 12.0

WALL = ArrivalShape(sigma=2.0)
"""A window that everybody has to hit: attendance, an exam."""
BELL = ArrivalShape(sigma=4.0)
"""An ordinary lesson start."""
RELAXED = ArrivalShape(sigma=10.0)
"""Lessons that nobody is late for."""
