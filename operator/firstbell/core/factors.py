"""How much a day multiplies its load, and why.

Every factor that matches the day multiplies; the product is capped by the policy's `maxFactorPercent`, and
the uncapped product stays known so that the cap can be told. Exact: a percentage is a fraction.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firstbell.core.days import Day
    from firstbell.core.policy import DayFactor, Policy


@dataclass(frozen=True, kw_only=True, slots=True)
class FactorProduct:
    """The factors that match one day; percentages of a regular in-person day (100 = unchanged)."""

    factors: tuple[DayFactor, ...]
    percent: Fraction
    uncapped_percent: Fraction

    @property
    def capped(self) -> bool:
        """Whether the policy's cap took something away."""
        return self.percent < self.uncapped_percent


def factor_product(policy: Policy, day: Day) -> FactorProduct:
    """Return the product of every day factor of the policy that matches the day."""
    matching = tuple(factor for factor in policy.day_factors if factor.match.accepts(day))
    uncapped = Fraction(100 * prod(factor.percent for factor in matching), 100 ** len(matching))
    return FactorProduct(
        factors=matching,
        percent=min(uncapped, Fraction(policy.max_factor_percent)),
        uncapped_percent=uncapped,
    )
