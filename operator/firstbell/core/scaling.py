"""What policies, autoscalers and floors are made of. A door of the core: it only re-exports."""

from __future__ import annotations

from firstbell.core.behavior import (
    DEFAULT_BEHAVIOR,
    Behavior,
    RatePolicy,
    RateType,
    ScalingRules,
    SelectPolicy,
)
from firstbell.core.floor import Autoscaler, FloorMark, FloorMemory, FloorReading, FloorState, read_floor
from firstbell.core.history import SETTLED, History, Recommended
from firstbell.core.limits import SLOWING, Limit, behaved
from firstbell.core.overrides import floors_in_force, hold_in_force, next_turns
from firstbell.core.plan import clamp
from firstbell.core.policy import DayFactor, Match, Peak, PeakAnchor, Shape
from firstbell.core.reactive import (
    DEFAULT_TOLERANCE,
    LiveMetric,
    MetricTarget,
    Reading,
    Standing,
    TargetType,
    Tolerances,
    asked_for,
    usable,
)

__all__ = [
    "DEFAULT_BEHAVIOR",
    "DEFAULT_TOLERANCE",
    "SETTLED",
    "SLOWING",
    "Autoscaler",
    "Behavior",
    "DayFactor",
    "FloorMark",
    "FloorMemory",
    "FloorReading",
    "FloorState",
    "History",
    "Limit",
    "LiveMetric",
    "Match",
    "MetricTarget",
    "Peak",
    "PeakAnchor",
    "RatePolicy",
    "RateType",
    "Reading",
    "Recommended",
    "ScalingRules",
    "SelectPolicy",
    "Shape",
    "Standing",
    "TargetType",
    "Tolerances",
    "asked_for",
    "behaved",
    "clamp",
    "floors_in_force",
    "hold_in_force",
    "next_turns",
    "read_floor",
    "usable",
]
