"""The closed vocabulary of reasons.

Every number and every condition carries one of these words; dashboards and alerts may rely on them, so a
word is never reused for something else. One CamelCase word each, the field's own where there is one.
"""

from __future__ import annotations

from enum import StrEnum


class DecisionReason(StrEnum):
    """What decided the desired replicas."""

    BASELINE = "Baseline"
    SCHEDULED_PEAK = "ScheduledPeak"
    LIVE_METRIC = "LiveMetric"
    SURGE_CORRECTION = "SurgeCorrection"
    HELD_LAST_PLAN = "HeldLastPlan"
    HELD_WITHOUT_METRICS = "HeldWithoutMetrics"
    HANDS_OFF = "HandsOff"
    CLOCK_UNSURE = "ClockUnsure"
    PLAN_SHRUNK = "PlanShrunk"


class LimitReason(StrEnum):
    """What kept a recommendation from being the decision."""

    TOO_FEW_REPLICAS = "TooFewReplicas"
    TOO_MANY_REPLICAS = "TooManyReplicas"
    AUTOSCALER_MAX_REPLICAS = "AutoscalerMaxReplicas"
    SCALE_UP_STABILIZED = "ScaleUpStabilized"
    SCALE_DOWN_STABILIZED = "ScaleDownStabilized"
    SCALE_UP_LIMIT = "ScaleUpLimit"
    SCALE_DOWN_LIMIT = "ScaleDownLimit"
    SCALE_UP_DISABLED = "ScaleUpDisabled"
    SCALE_DOWN_DISABLED = "ScaleDownDisabled"
    PEAK_GUARD = "PeakGuard"
    HELD_AFTER_RESTART = "HeldAfterRestart"
    HELD_WITHOUT_PLAN = "HeldWithoutPlan"
    HELD_WITHOUT_METRICS = "HeldWithoutMetrics"
    ADMISSION = "Admission"
    CLOCK_UNSURE = "ClockUnsure"
    PLAN_SHRUNK = "PlanShrunk"


class ConditionType(StrEnum):
    """The conditions of both kinds."""

    READY = "Ready"
    CALENDAR_RESOLVED = "CalendarResolved"
    METRICS_AVAILABLE = "MetricsAvailable"
    ABLE_TO_SCALE = "AbleToScale"
    SCALING_LIMITED = "ScalingLimited"
    READY_FOR_BELL = "ReadyForBell"
    FLOOR_CONTESTED = "FloorContested"
    RETURNED_TO_BASELINE = "ReturnedToBaseline"
    PLAN_SHRUNK = "PlanShrunk"
    CLOCK_IN_SYNC = "ClockInSync"
    VALID = "Valid"
    EXPIRING = "Expiring"
