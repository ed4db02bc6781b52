"""How a HorizontalPodAutoscaler answers an external metric with a target per replica (AverageValue).

Kubernetes' rule: the value divided by target times replicas is a ratio; within the tolerance of 1, both ways,
nothing changes, else the replicas are the value divided by the target, rounded up. How many are Ready plays
no part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction


def external_replicas(current: int, value: Fraction, per_replica: Fraction, tolerance: Fraction) -> int:
    """The replicas that the metric asks for, before any limit."""
    carried = per_replica * current
    if abs(value - carried) <= tolerance * carried:
        return current
    return -(-value // per_replica)
