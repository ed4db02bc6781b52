"""The closed vocabulary of reasons.

Every number and every condition carries one of these words; dashboards and alerts may rely on them, so a
word is never reused for something else. One CamelCase word each, the field's own where there is one. What
each means stands in `reason_meanings.py`.
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
    STOPPED = "Stopped"
    SCALING_OVERRIDE = "ScalingOverride"
    HELD_BY_OVERRIDE = "HeldByOverride"


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
    SCALING_OVERRIDE = "ScalingOverride"

    @property
    def caps(self) -> bool:
        """Whether somebody allows no more than that, however long one waits."""
        return self in {self.TOO_MANY_REPLICAS, self.AUTOSCALER_MAX_REPLICAS, self.ADMISSION}


class ConditionType(StrEnum):
    """The conditions of our kinds."""

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
    CHANGED_BY_HAND = "ChangedByHand"
    VALID = "Valid"
    APPLIED = "Applied"
    EXPIRING = "Expiring"
    ACTIVE = "Active"
    EFFECTIVE = "Effective"


class AbsenceReason(StrEnum):
    """Why something is not known, or cannot be done; a condition may carry it on.

    Prometheus has reasons of its own (`adapters/prometheus_trouble.py`), and so has what `lint` finds.
    """

    AMBIGUOUS_AUTOSCALER = "AmbiguousAutoscaler"
    ANOTHER_INSTANCE = "AnotherInstance"
    AUTOSCALER_IDLES = "AutoscalerIdles"
    AUTOSCALER_NOT_FOUND = "AutoscalerNotFound"
    AUTOSCALER_PAUSED = "AutoscalerPaused"
    AUTOSCALER_VANISHED = "AutoscalerVanished"
    BOUNDS_MISSING = "BoundsMissing"
    CALENDAR_NOT_FOUND = "CalendarNotFound"
    FAILED_GET_RESOURCE_METRIC = "FailedGetResourceMetric"
    GONE = "Gone"
    INVALID_SPEC = "InvalidSpec"
    NEGATIVE_VALUE = "NegativeValue"
    NO_SELECTOR = "NoSelector"
    NOT_FOUND = "NotFound"
    NOT_MEASURED = "NotMeasured"
    NOT_READ = "NotRead"
    NOT_READ_YET = "NotReadYet"
    NOT_RECORDED = "NotRecorded"
    NOT_REQUESTED = "NotRequested"
    NOT_WATCHED = "NotWatched"
    PODS_NOT_READABLE = "PodsNotReadable"
    PODS_NOT_TOLD = "PodsNotTold"
    PROFILE_NOT_FOUND = "ProfileNotFound"
    READ_FAILED = "ReadFailed"
    SCALED_OBJECT_NOT_FOUND = "ScaledObjectNotFound"
    SCALED_OBJECT_NOT_READABLE = "ScaledObjectNotReadable"
    STALE = "Stale"
    TARGET_CONFLICT = "TargetConflict"
    TARGET_NOT_FOUND = "TargetNotFound"
    TARGET_NOT_READABLE = "TargetNotReadable"
    TARGET_NOT_SCALABLE = "TargetNotScalable"
    TIMEOUT = "Timeout"
    TOO_COSTLY = "TooCostly"
    UNKNOWN_TIME_ZONE = "UnknownTimeZone"


class ConditionReason(StrEnum):
    """Why a condition is as it is, where nothing is absent."""

    ACTIVE = "Active"
    ALL_READ = "AllRead"
    APPLIED = "Applied"
    AT_BASELINE = "AtBaseline"
    AT_RISK = "AtRisk"
    AUTOSCALER_HAS_NO_METRICS = "AutoscalerHasNoMetrics"
    BASELINE_NOT_READY = "BaselineNotReady"
    BEHIND_SCHEDULE = "BehindSchedule"
    BELL_LOST = "BellLost"
    CHANGES_NOTHING = "ChangesNothing"
    CLOCK_OFF = "ClockOff"
    CLOCK_SET = "ClockSet"
    COMING_DOWN = "ComingDown"
    DATA_AHEAD = "DataAhead"
    DESIRED_WITHIN_RANGE = "DesiredWithinRange"
    DRY_RUN = "DryRun"
    ENDED = "Ended"
    EXPIRED = "Expired"
    FAILED_UPDATE = "FailedUpdate"
    FLOOR_RAISED = "FloorRaised"
    HAS_WARNINGS = "HasWarnings"
    HELD_BY_AUTOSCALER = "HeldByAutoscaler"
    HELD_BY_OVERRIDE = "HeldByOverride"
    IN_SYNC = "InSync"
    INVALID = "Invalid"
    LATE = "Late"
    MINIMUM_SET_BY_HAND = "MinimumSetByHand"
    NO_AUTOSCALER = "NoAutoscaler"
    NO_METRICS = "NoMetrics"
    NOT_CHANGED_BY_HAND = "NotChangedByHand"
    NOT_COMPARED = "NotCompared"
    NOT_CONTESTED = "NotContested"
    NOT_EVALUATED = "NotEvaluated"
    NOTHING_DUE = "NothingDue"
    NOTHING_LOST = "NothingLost"
    NOTHING_TO_SCALE = "NothingToScale"
    ON_SCHEDULE = "OnSchedule"
    ON_TRACK = "OnTrack"
    PENDING = "Pending"
    PODS_STARTING = "PodsStarting"
    READY = "Ready"
    READY_FOR_NEW_SCALE = "ReadyForNewScale"
    REPLICAS_CONTESTED = "ReplicasContested"
    REPLICAS_SET_BY_HAND = "ReplicasSetByHand"
    RESOLVED = "Resolved"
    REVERTED_REPEATEDLY = "RevertedRepeatedly"
    ROLLOUT_IN_PROGRESS = "RolloutInProgress"
    SCALING_DISABLED = "ScalingDisabled"
    SERVING = "Serving"
    STATUS_BEHIND = "StatusBehind"
    STOPPED = "Stopped"


class EventReason(StrEnum):
    """What an event tells, beside conditions that turned."""

    BELL_NOT_SEEN = "BellNotSeen"
    LATE_FOR_BELL = "LateForBell"
    LEAD_TOO_SHORT = "LeadTooShort"
    MINIMUM_SET_BY_HAND = "MinimumSetByHand"
    PODS_NOT_READY = "PodsNotReady"
    READY_FOR_BELL = "ReadyForBell"
    REPLICAS_SET_BY_HAND = "ReplicasSetByHand"
    SCALED_DOWN = "ScaledDown"
    SCALED_UP = "ScaledUp"


class ShortfallReason(StrEnum):
    """Why replicas are not Ready, as their pods or their controllers say."""

    AUTOSCALER_MAXIMUM = "AutoscalerMaximum"
    CONDITION_NOT_TRUE = "ConditionNotTrue"
    CONTAINER_CONFIG = "ContainerConfig"
    CRASH = "Crash"
    EXCEEDED_QUOTA = "ExceededQuota"
    FAILED_CREATE = "FailedCreate"
    IMAGE_PULL = "ImagePull"
    NOT_CREATED = "NotCreated"
    PROBE = "Probe"
    ROLLOUT_STUCK = "RolloutStuck"
    SCHEDULING_GATED = "SchedulingGated"
    STARTING = "Starting"
    UNSCHEDULABLE = "Unschedulable"
