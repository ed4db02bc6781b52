"""What is seen of one workload at one instant: what a decision needs and nobody has to remember."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from fractions import Fraction

    from firstbell.core.absence import Unavailable
    from firstbell.core.decision import Ceiling, Hold
    from firstbell.core.overrides import Override
    from firstbell.core.plan import Plan
    from firstbell.core.reactive import LiveMetric, Reading


@dataclass(frozen=True, kw_only=True, slots=True)
class EarlyArrivals:
    """Who has come so far, as metrics that count pupils tell it.

    `readings` pairs what one pupil adds to a metric with its value; `at` is when the latest was read.
    """

    readings: tuple[tuple[Fraction, Reading], ...]
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """One look at a workload. No field has a default: whoever looks says each, or that there is none.

    `acted_for` is `now`, or a later instant whose rise may come early. `plan` covers both, or says why there
    is none. `baseline` is the least, `ceiling` the most replicas (None: nothing bounds them).
    `beside_autoscaler`: what is decided is the floor of an autoscaler, and `floor` the one of ours that
    stands there, None where none does. `current` and `ready` are the workload's own replicas, None while
    unknown. `metrics` are the live metrics that are followed; `arrivals` None: nobody counts pupils.
    `holds` are floors beside the schedule; `overrides` the orders with an end that concern the workload, in
    force or not. `disabled_by` says who keeps the workload at 0 replicas and how to undo it, empty where
    nobody does; `stopped` that somebody has stopped all of firstbell, and how to go on, empty where nobody
    has.
    """

    now: datetime
    acted_for: datetime
    plan: Plan | Unavailable
    baseline: int
    ceiling: Ceiling | None
    beside_autoscaler: bool
    floor: int | None
    current: int | None
    ready: int | None
    metrics: tuple[LiveMetric, ...]
    arrivals: EarlyArrivals | None
    holds: tuple[Hold, ...]
    overrides: tuple[Override, ...]
    disabled_by: str
    stopped: str
