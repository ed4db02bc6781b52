"""How a HorizontalPodAutoscaler answers an external metric with a target per replica (AverageValue).

Kubernetes' rule: the value divided by target times replicas is a ratio; within the tolerance of 1, which may
be another one above than below, nothing changes, else the replicas are the value divided by the target,
rounded up. How many are Ready plays no part.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple


class HpaTolerances(NamedTuple):
    """How far the ratio of a metric to its target may be above and below 1 without effect."""

    up: Fraction = Fraction(1, 10)
    down: Fraction = Fraction(1, 10)


DEFAULT_TOLERANCES = HpaTolerances()


def external_replicas(current: int, value: Fraction, per_replica: Fraction, tolerances: HpaTolerances) -> int:
    """Return the replicas that the metric asks for, before any limit."""
    carried = per_replica * current
    if -tolerances.down * carried <= value - carried <= tolerances.up * carried:
        return current
    return -(-value // per_replica)
