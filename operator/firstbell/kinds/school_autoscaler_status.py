"""What the operator reports on a SchoolAutoscaler. Nothing in it changes while nothing happens."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from firstbell.kinds.conditions import Conditions, Sentence, TypeName, Word
from firstbell.kinds.model import StatusModel, named_list, ordered_list
from firstbell.kinds.scalars import LARGEST_INT32, Flag, Generation, Percent, ReplicaCount, Time, number


class ActuatorStatus(StatusModel):
    """What firstbell writes to, and what it found there."""

    kind: TypeName
    """HorizontalPodAutoscaler, ScaledObject, or the kind of the workload itself."""
    name: TypeName
    """The name of that object, in the same namespace."""
    uid: TypeName | None = None
    """The uid of that object: another one means that it was made anew."""
    floor: ReplicaCount | None = None
    """The minimum that firstbell has set in it; absent while it has its own."""
    baseline_min_replicas: ReplicaCount | None = None
    """The minimum that it has without firstbell, and gets back."""
    max_replicas: ReplicaCount | None = None
    """The maximum that it has."""
    instance: TypeName | None = None
    """The installation of firstbell that sets the workload's replicas; absent where a minimum is raised."""
    challenger: TypeName | None = None
    """Another installation that would set them: it takes over if the first one does not answer for a minute.
    """


class LastAutoscalerStatus(StatusModel):
    """An autoscaler that the workload had, and that does not scale it any more."""

    kind: TypeName
    """HorizontalPodAutoscaler or ScaledObject."""
    name: TypeName
    """Its name, in the same namespace."""
    baseline_min_replicas: ReplicaCount
    """The minimum that its owner wanted. Nothing goes below it; set spec.actuation to Scale to forget it."""
    gone_since_time: Time
    """Since when it is gone, in UTC. It is waited for for a minute."""


class LimitStatus(StatusModel):
    """A limit that changed the number."""

    reason: Word
    """Which limit, one CamelCase word."""
    before: ReplicaCount
    """The replicas before it."""
    after: ReplicaCount
    """The replicas after it."""


class DecisionStatus(StatusModel):
    """Why the desired replicas are what they are."""

    reason: Word
    """What decided, one CamelCase word."""
    message: Sentence | None = None
    """What decided, for people: which bell, which kind of day, which factors."""
    scheduled_replicas: ReplicaCount | None = None
    """What the schedule asks for."""
    reactive_replicas: ReplicaCount | None = None
    """What live metrics ask for."""
    limits: Annotated[tuple[LimitStatus, ...], ordered_list(16)] = ()
    """The limits that changed the number, in their order."""


class ShortfallStatus(StatusModel):
    """Why replicas are not Ready."""

    reason: Word
    """Why, one CamelCase word, such as Unschedulable, ExceededQuota, ImagePull, Crash or Probe."""
    replicas: ReplicaCount
    """How many replicas it is."""
    message: Sentence | None = None
    """What Kubernetes says of it."""


class BellStatus(StatusModel):
    """How the workload stands with the bell that comes next, or that rang last while its peak lasts."""

    state: Word
    """Ready, On track, At risk, Behind, Rolling out, Late, Nothing due, Baseline not ready, or Unknown."""
    bell_time: Time | None = None
    """The bell that this is about, in UTC; absent while nothing was written for one."""
    peak: Word | None = None
    """The name of its peak in spec.peaks."""
    planned_replicas: ReplicaCount | None = None
    """How many replicas are planned for it."""
    written_replicas: ReplicaCount | None = None
    """How many of them were asked for so far."""
    written_time: Time | None = None
    """When they were asked for, in UTC."""
    reasons: Annotated[tuple[ShortfallStatus, ...], ordered_list(3)] = ()
    """Why replicas are not Ready, the three most frequent reasons; only while the state is a bad one."""


class UpcomingPeakStatus(StatusModel):
    """A peak that is to come."""

    bell_time: Time
    """Its bell or event, in UTC."""
    ready_by_time: Time
    """When all its replicas are to be Ready, in UTC."""
    replicas: ReplicaCount
    """How many replicas that is."""
    peak: Word
    """The name of the peak in spec.peaks."""
    reason: Sentence | None = None
    """Why that many, for people."""
    at_risk: Flag | None = None
    """True where its replicas will not be Ready in time as things stand."""


class SurgeStatus(StatusModel):
    """A peak that is raised above its plan, because more pupils came early than were planned."""

    percent: Percent
    """What the schedule is raised to, in percent of itself."""
    since_time: Time
    """When it was raised to that, in UTC."""
    until_time: Time
    """When that peak is over, in UTC."""


class RiseStatus(StatusModel):
    """A rise, and how long its replicas took to be all Ready."""

    written_time: Time
    """When it was written, in UTC."""
    from_: Annotated[ReplicaCount, Field(alias="from")]
    """The replicas before."""
    to: ReplicaCount
    """The replicas that were asked for."""
    took_seconds: Annotated[int, number(0, LARGEST_INT32)]
    """Seconds from its writing until all were Ready; or for how long they were waited for in vain."""
    ready: bool
    """Whether all became Ready in that time."""


class LeadStatus(StatusModel):
    """What the last rises took: with spec.leadTime.mode Measured the next are written so much earlier."""

    rises: Annotated[tuple[RiseStatus, ...], ordered_list(64)] = ()
    """The last rises, oldest first; a few of each size."""
    warning: Sentence | None = None
    """That the last rise for a bell came too late for it, and what to do; absent while it did not."""


class PlanLossStatus(StatusModel):
    """What an edit took of the plan, and what stays in force for all that, until when."""

    edit: Sentence
    """The objects that were edited, with generation and author."""
    lost: Sentence | None = None
    """The bells with what was and what is planned for them; absent where a later edit has given them back."""
    since_time: Time
    """When it was lost, in UTC."""
    until_time: Time
    """Until when what was in force stays, in UTC."""
    replicas: ReplicaCount
    """How many replicas stay in force now."""


class ActionStatus(StatusModel):
    """A change of the desired replicas."""

    time: Time
    """When, in UTC."""
    from_: Annotated[ReplicaCount, Field(alias="from")]
    """The replicas before."""
    to: ReplicaCount
    """The replicas after."""
    reason: Word
    """What decided, one CamelCase word."""
    message: Sentence | None = None
    """What decided, for people."""


class LastHandStatus(StatusModel):
    """What somebody set by hand while firstbell was at work on it."""

    kind: TypeName
    """The kind of the object: the autoscaler's or the workload's."""
    name: TypeName
    """The name of that object."""
    field: Word
    """The field of its spec: minReplicas, minReplicaCount or replicas."""
    from_: Annotated[ReplicaCount, Field(alias="from")]
    """What stood there before: the owner's minimum, or the count that firstbell had set."""
    to: ReplicaCount
    """What was set."""
    manager: Sentence | None = None
    """The program that set it, as the API server has it on record."""
    time: Time
    """When firstbell saw it, in UTC."""
    stays: bool
    """Whether it stays after the peak; false where firstbell has set it back."""


class LastPeakStatus(StatusModel):
    """How ready the workload was for the last bell."""

    bell_time: Time
    """The bell, in UTC."""
    peak: Word | None = None
    """The name of the peak in spec.peaks."""
    planned_replicas: ReplicaCount
    """How many replicas were planned."""
    ready_replicas_at_bell: ReplicaCount | None = None
    """How many were Ready when the bell rang."""
    ready_time: Time | None = None
    """When the last of them became Ready, in UTC; absent if that has not happened."""
    written_time: Time | None = None
    """When the last of them were asked for, in UTC; absent where all were there before."""
    ready_after_seconds: Annotated[int, number(0, LARGEST_INT32)] | None = None
    """The seconds from then until all were Ready."""
    reasons: Annotated[tuple[ShortfallStatus, ...], ordered_list(3)] = ()
    """Why they were not Ready at the bell, the three most frequent reasons."""


class UsedCalendarStatus(StatusModel):
    """Which edit of a calendar the decision used."""

    name: TypeName
    """The calendar's name."""
    kind: Word | None = None
    """ClusterSchoolCalendar, where it is one of the whole cluster."""
    observed_generation: Generation
    """The generation of its spec."""


class SchoolAutoscalerStatus(StatusModel):
    """What the operator decided for the workload, and why."""

    observed_generation: Generation | None = None
    """The generation of the spec that this status is about."""
    conditions: Conditions = ()
    """Ready, CalendarResolved, MetricsAvailable, AbleToScale, ScalingLimited, ReadyForBell, FloorContested,
    ReturnedToBaseline, PlanShrunk, ClockInSync, and ChangedByHand."""
    actuator: ActuatorStatus | None = None
    """What is written to: an autoscaler's minimum, or the workload's replicas."""
    last_autoscaler: LastAutoscalerStatus | None = None
    """The autoscaler that the workload had, where it was deleted; absent while there is one."""
    current_replicas: ReplicaCount | None = None
    """How many replicas the workload is set to."""
    ready_replicas: ReplicaCount | None = None
    """How many of them are Ready."""
    desired_replicas: ReplicaCount | None = None
    """How many replicas were decided on."""
    decision: DecisionStatus | None = None
    """What decided on that number, and which limits changed it."""
    surge: SurgeStatus | None = None
    """How far the present peak is raised above its plan; absent while it is not."""
    lead: LeadStatus | None = None
    """How long the last rises took to be all Ready; absent before the first."""
    plan_losses: Annotated[tuple[PlanLossStatus, ...], ordered_list(8)] = ()
    """What edits lately took of bells that are near, oldest first; absent while nothing is held back."""
    bell: BellStatus | None = None
    """How the workload stands with its next bell: what the column BELL shows."""
    upcoming: Annotated[tuple[UpcomingPeakStatus, ...], ordered_list(5)] = ()
    """The next peaks, at most five."""
    last_actions: Annotated[tuple[ActionStatus, ...], ordered_list(10)] = ()
    """The latest changes, at most ten."""
    last_hand: LastHandStatus | None = None
    """What somebody set by hand in a peak, as long as it stands, or for ten minutes where it was set back."""
    last_peak: LastPeakStatus | None = None
    """How ready the workload was for the last bell."""
    calendars: Annotated[tuple[UsedCalendarStatus, ...], named_list(16)] = ()
    """Which edit of each calendar the decision used."""
