"""What is wanted of the decisions on one workload: what its policy says of them, resolved once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.core.behavior import DEFAULT_BEHAVIOR, Behavior
from firstbell.core.reactive import DEFAULT_TOLERANCE

if TYPE_CHECKING:
    from fractions import Fraction


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What a policy says of decisions, beside what is planned of it and how many there may be.

    `surge_max_percent` None: early arrivals raise nothing. `reactive_only`: without a schedule live metrics
    alone decide, if all of them are known; else what is in force stays. No field has a default: a policy is
    resolved in one place (`kinds/autoscaler_conversion.py`), for the operator and for whoever shows what it
    would do.
    """

    tolerance: Fraction
    behavior: Behavior
    surge_max_percent: int | None
    reactive_only: bool


DEFAULT_RULES = Rules(
    tolerance=DEFAULT_TOLERANCE, behavior=DEFAULT_BEHAVIOR, surge_max_percent=None, reactive_only=False
)
"""Those of a policy that says nothing of them."""
