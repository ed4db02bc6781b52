"""SchoolAutoscaler: how one workload follows its calendars and its live metrics."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from pydantic import ConfigDict

from firstbell.core.scaling import DEFAULT_TOLERANCE
from firstbell.kinds.cel import Rule, validated_by
from firstbell.kinds.cluster_scaling_profile import ClusterScalingProfileSpec
from firstbell.kinds.lead_time import LeadMode
from firstbell.kinds.metrics import MetricSpec
from firstbell.kinds.model import SpecModel, named_list
from firstbell.kinds.quantities import exact
from firstbell.kinds.scalars import (
    API_VERSION_PATTERN,
    KIND_PATTERN,
    ObjectName,
    Replicas,
    number,
    text,
)
from firstbell.kinds.school_time import MOST_PUPILS

MOST_PRIORITY = 100
DEFAULT_PRIORITY = 50


class Actuation(StrEnum):
    """What is written: the floor of an autoscaler, the workload's scale, or whichever fits."""

    AUTO = "Auto"
    AUTOSCALER_FLOOR = "AutoscalerFloor"
    SCALE = "Scale"


class Mode(StrEnum):
    """Whether decisions are carried out."""

    ENFORCE = "Enforce"
    DRY_RUN = "DryRun"


class OnCalendarError(StrEnum):
    """What an unusable calendar leaves in force."""

    HOLD_LAST_PLAN = "HoldLastPlan"
    REACTIVE_ONLY = "ReactiveOnly"


class ScaleTargetRefSpec(SpecModel):
    """The workload that is scaled."""

    api_version: Annotated[
        str, *text(API_VERSION_PATTERN, "an apiVersion", "Write group/version like apps/v1", longest=253)
    ]
    """The workload's apiVersion, for example apps/v1."""
    kind: Annotated[str, *text(KIND_PATTERN, "a kind", "Write a kind like Deployment", longest=63)]
    """The workload's kind: Deployment, StatefulSet, or anything that has a scale subresource."""
    name: ObjectName
    """The workload's name, in the same namespace."""


CAPACITY_RULES = (
    Rule(
        rule="has(self.pupilsPerReplica) != has(self.replicasAtPeak)",
        message="spec.capacity takes pupilsPerReplica or replicasAtPeak: give exactly one of the two",
    ),
)


class CapacitySpec(SpecModel):
    """What replicas carry: pupils per replica from a load test, or replicas at the height of a peak."""

    model_config = ConfigDict(json_schema_extra=validated_by(*CAPACITY_RULES))

    pupils_per_replica: Annotated[int, number(1, MOST_PUPILS)] | None = None
    """How many pupils of a regular in-person lesson start one Ready replica carries. Excludes
    replicasAtPeak."""
    replicas_at_peak: Replicas | None = None
    """How many replicas a peak of 100 percent needs on a regular in-person day with all pupils of all
    calendars in session, where there is no load test. A peak with loadPercent needs that share of it.
    Excludes pupilsPerReplica."""


AUTOSCALER_RULES = (
    Rule(
        rule="has(self.calendarRefs) || has(self.profileRef)",
        message="spec.calendarRefs is required, except where spec.profileRef names a ClusterScalingProfile"
        " that has them",
    ),
    Rule(
        rule="!has(self.minReplicas) || !has(self.maxReplicas) || self.minReplicas <= self.maxReplicas",
        message="spec.minReplicas must not be above spec.maxReplicas",
    ),
    Rule(
        rule="self.actuation != 'Scale' || has(self.minReplicas) && has(self.maxReplicas)",
        message="spec.minReplicas and spec.maxReplicas are required where spec.actuation is Scale",
    ),
    Rule(
        rule="has(self.capacity) || !has(self.peaks) || self.peaks.all(p, has(p.replicas))",
        message="spec.capacity is required, with pupilsPerReplica or replicasAtPeak, except where every"
        " peak of spec.peaks has replicas",
    ),
    Rule(
        rule="!has(self.surge) || has(self.metrics) && self.metrics.exists(m, has(m.perPupil))",
        message="spec.surge needs a metric with perPupil in spec.metrics: what one pupil adds to it",
    ),
)


class ProfileRefSpec(SpecModel):
    """The profile that completes the policy."""

    name: ObjectName
    """The name of a ClusterScalingProfile."""


class SchoolAutoscalerSpec(ClusterScalingProfileSpec):
    """The policy of one workload: scheduled capacity is a floor under what live metrics ask for."""

    model_config = ConfigDict(json_schema_extra=validated_by(*AUTOSCALER_RULES))

    scale_target_ref: ScaleTargetRefSpec
    """The workload that is made ready before lessons."""
    actuation: Actuation = Actuation.AUTO
    """AutoscalerFloor raises minReplicas of the HorizontalPodAutoscaler or ScaledObject of the workload.
    Scale sets the workload's replicas. Auto does the former where there is such an autoscaler, else the
    latter."""
    profile_ref: ProfileRefSpec | None = None
    """The ClusterScalingProfile that gives what is left out here: calendarRefs, peaks, dayFactors,
    maxFactorPercent, holdGapMinutes, leadTime, surge, tolerance and behavior. A field that is given here wins
    whole, a list or a block with all that is in it."""
    min_replicas: Replicas | None = None
    """The least replicas at any time. Default: the minimum of the workload's autoscaler; required without
    one."""
    max_replicas: Replicas | None = None
    """The most replicas at any time. Default: the maximum of the workload's autoscaler; required without
    one."""
    capacity: CapacitySpec | None = None
    """What replicas carry. Required, except where every peak has replicas."""
    metrics: Annotated[tuple[MetricSpec, ...], named_list(16)] = ()
    """Live metrics; of all of them and the schedule, the largest number of replicas counts."""
    priority: Annotated[int, number(0, MOST_PRIORITY)] = DEFAULT_PRIORITY
    """Which of the workloads that rise for one bell are written first: the higher the earlier, 0 to 100. For
    example 90 for sign-on, without which nobody gets in, 10 for reports. It changes no number of replicas,
    and whoever comes later still comes before the bell."""
    mode: Mode = Mode.ENFORCE
    """Enforce, or DryRun: everything but the writing, the status says what would be done."""
    on_calendar_error: OnCalendarError = OnCalendarError.HOLD_LAST_PLAN
    """What an unusable calendar leaves in force: HoldLastPlan, or ReactiveOnly for live metrics alone."""

    @property
    def longest_lead_minutes(self) -> int:
        """The most minutes that a rise is written before it is due; 0 where it never is."""
        measured = self.lead_time is not None and self.lead_time.mode is LeadMode.MEASURED
        return self.lead_time.max_minutes if self.lead_time is not None and measured else 0

    @property
    def tolerance_ratio(self) -> Fraction:
        """`tolerance` as an exact number."""
        return DEFAULT_TOLERANCE if self.tolerance is None else exact(self.tolerance)
