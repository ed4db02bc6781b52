"""What each reason means, and what to do about it: the one table behind the page of reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.core.reason_words import (
    AbsenceReason,
    ConditionReason,
    ConditionType,
    DecisionReason,
    EventReason,
    LimitReason,
    ShortfallReason,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ReasonMeaning:
    """What a word says, and what to do; nothing where all is well or time does it."""

    says: str
    to_do: str = ""


_M = ReasonMeaning

CONDITION_MEANINGS: Mapping[ConditionType, ReasonMeaning] = {
    ConditionType.READY: _M(
        "The SchoolAutoscaler is served: its number is decided and written.", "See its reason."
    ),
    ConditionType.CALENDAR_RESOLVED: _M(
        "The calendars that it names are there and give a plan.", "Mend the calendar or calendarRefs."
    ),
    ConditionType.METRICS_AVAILABLE: _M(
        "Every live metric has a value. Without one the schedule goes on, and nothing falls.",
        "See the reasons of Prometheus below.",
    ),
    ConditionType.ABLE_TO_SCALE: _M(
        "What is decided can be written.", "See its reason: it names what is in the way."
    ),
    ConditionType.SCALING_LIMITED: _M(
        "True: somebody allows fewer replicas than are asked for.", "Raise the maximum that it names."
    ),
    ConditionType.READY_FOR_BELL: _M(
        "What is Ready suffices for what was written, and for the next bell.", "See readiness."
    ),
    ConditionType.FLOOR_CONTESTED: _M(
        "True: somebody else writes the same field again and again.", "Stop that writer: see GitOps."
    ),
    ConditionType.RETURNED_TO_BASELINE: _M(
        "After a peak the workload came back to its baseline.",
        "Where an autoscaler holds it: see its reason.",
    ),
    ConditionType.PLAN_SHRUNK: _M(
        "True: an edit takes away a bell that is near; it is followed after five minutes.",
        "Take the edit back, or confirm it with the line in the message.",
    ),
    ConditionType.CLOCK_IN_SYNC: _M(
        "The operator's clock and the API server's agree.", "Mend the node's clock."
    ),
    ConditionType.CHANGED_BY_HAND: _M("True: a person has changed what firstbell holds; it is told once."),
    ConditionType.VALID: _M("The object can be used.", "The message names the field."),
    ConditionType.APPLIED: _M(
        "The late fact is laid over its calendar.", "The message says what it changed, or why not."
    ),
    ConditionType.EXPIRING: _M("True: the calendar ends soon, or has ended.", "Add the next school year."),
    ConditionType.ACTIVE: _M("The order is in force now."),
    ConditionType.EFFECTIVE: _M(
        "The order reaches every workload that it is for.", "The message names those that it does not."
    ),
}

DECISION_MEANINGS: Mapping[DecisionReason, ReasonMeaning] = {
    DecisionReason.BASELINE: _M("No peak is under way: the owner's own minimum."),
    DecisionReason.SCHEDULED_PEAK: _M("A peak of the plan."),
    DecisionReason.LIVE_METRIC: _M("A live metric asks for more than the plan."),
    DecisionReason.SURGE_CORRECTION: _M(
        "More pupils came early than were planned: the rest of the peak is raised."
    ),
    DecisionReason.HELD_LAST_PLAN: _M(
        "There is no plan now: what was decided last is held.", "Mend the calendar: CalendarResolved."
    ),
    DecisionReason.HELD_WITHOUT_METRICS: _M(
        "A live metric has no value: what is there is held, and nothing falls.", "MetricsAvailable says why."
    ),
    DecisionReason.HANDS_OFF: _M(
        "The workload was set to 0 by hand: it is left alone.", "Scale it up, and it is served again."
    ),
    DecisionReason.CLOCK_UNSURE: _M(
        "Two clocks disagree: the larger of what either plans counts.", "ClockInSync says which."
    ),
    DecisionReason.PLAN_SHRUNK: _M(
        "An edit would take a near bell away: the plan before it counts for five minutes.",
        "PlanShrunk has the bells, and the line that confirms.",
    ),
    DecisionReason.STOPPED: _M("An order to stop: nothing is written.", "firstbell resume."),
    DecisionReason.SCALING_OVERRIDE: _M("An order asks for more than the plan, until its end."),
    DecisionReason.HELD_BY_OVERRIDE: _M(
        "An order holds the workload as it is, until its end.",
        "firstbell override --end NAME, if it is over.",
    ),
}

LIMIT_MEANINGS: Mapping[LimitReason, ReasonMeaning] = {
    LimitReason.TOO_FEW_REPLICAS: _M("Raised to the minimum of the policy."),
    LimitReason.TOO_MANY_REPLICAS: _M(
        "Cut to the maximum of the policy.", "Raise maxReplicas of the SchoolAutoscaler."
    ),
    LimitReason.AUTOSCALER_MAX_REPLICAS: _M(
        "Cut to the maximum of the HPA or ScaledObject.", "Raise its maximum."
    ),
    LimitReason.SCALE_UP_STABILIZED: _M("A rise of live metrics waits for its stabilization window."),
    LimitReason.SCALE_DOWN_STABILIZED: _M("A fall waits for its stabilization window."),
    LimitReason.SCALE_UP_LIMIT: _M(
        "A policy of behavior.scaleUp allows no faster rise of live metrics.",
        "Loosen it, if that is too slow.",
    ),
    LimitReason.SCALE_DOWN_LIMIT: _M("A policy of behavior.scaleDown allows no faster fall."),
    LimitReason.SCALE_UP_DISABLED: _M(
        "behavior.scaleUp is Disabled for live metrics.", "Change selectPolicy, if it is not meant."
    ),
    LimitReason.SCALE_DOWN_DISABLED: _M(
        "behavior.scaleDown is Disabled: nothing falls.", "Change selectPolicy, if it is not meant."
    ),
    LimitReason.PEAK_GUARD: _M("A dip of live metrics in a peak: not below what is still to come of it."),
    LimitReason.HELD_AFTER_RESTART: _M(
        "Not lowered for a while after a start: what was asked for before is not known."
    ),
    LimitReason.HELD_WITHOUT_PLAN: _M(
        "Not lowered without a plan.", "CalendarResolved says why there is none."
    ),
    LimitReason.HELD_WITHOUT_METRICS: _M(
        "Not lowered while a metric has no value.", "MetricsAvailable says why."
    ),
    LimitReason.ADMISSION: _M(
        "Admission control of the API server wrote fewer than were asked for.",
        "Ask whoever runs the webhook or policy.",
    ),
    LimitReason.CLOCK_UNSURE: _M("Not lowered while clocks disagree.", "ClockInSync says which."),
    LimitReason.PLAN_SHRUNK: _M("Not lowered while an edit that loses a bell is held back.", "PlanShrunk."),
    LimitReason.SCALING_OVERRIDE: _M("Raised by an order, until its end."),
}

ABSENCE_MEANINGS: Mapping[AbsenceReason, ReasonMeaning] = {
    AbsenceReason.AMBIGUOUS_AUTOSCALER: _M(
        "Several autoscalers name the workload: none is written.", "Keep one of them."
    ),
    AbsenceReason.ANOTHER_INSTANCE: _M(
        "Another installation of firstbell sets this workload.", "Let one of the two watch this namespace."
    ),
    AbsenceReason.AUTOSCALER_IDLES: _M(
        "The ScaledObject has idleReplicaCount: no floor would hold.",
        "Remove idleReplicaCount; with a minimum of 0 KEDA still scales to zero.",
    ),
    AbsenceReason.AUTOSCALER_NOT_FOUND: _M(
        "The policy asks for an autoscaler, and there is none.",
        "Create one, or set actuation to Auto or Scale.",
    ),
    AbsenceReason.AUTOSCALER_PAUSED: _M(
        "The ScaledObject is paused: it is left alone.", "Take the annotation away, if it is not meant."
    ),
    AbsenceReason.AUTOSCALER_VANISHED: _M(
        "The autoscaler was deleted or has another target; it is waited for.",
        "Nothing, if it comes back; the message says until when.",
    ),
    AbsenceReason.BOUNDS_MISSING: _M(
        "There are no bounds: no autoscaler, and none in the policy.", "Give minReplicas and maxReplicas."
    ),
    AbsenceReason.CALENDAR_NOT_FOUND: _M(
        "A calendar that the policy names is not there.",
        "Apply it in the policy's namespace, or mend calendarRefs.",
    ),
    AbsenceReason.FAILED_GET_RESOURCE_METRIC: _M("No Ready pod has a sample of the metric yet."),
    AbsenceReason.GONE: _M("It was deleted meanwhile."),
    AbsenceReason.INVALID_SPEC: _M(
        "The object says what cannot be.", "The message names the field; firstbell lint finds it in a file."
    ),
    AbsenceReason.NEGATIVE_VALUE: _M("The metric is below zero.", "Mend the query."),
    AbsenceReason.NO_SELECTOR: _M(
        "The scale names no selector, so that its pods are not known.",
        "Tell readiness in the kind's own status.",
    ),
    AbsenceReason.NOT_FOUND: _M("It is not there.", "Look for its name and namespace."),
    AbsenceReason.NOT_MEASURED: _M(
        "Nothing of that size was measured yet.", "It is after the first rise, or a rehearsal."
    ),
    AbsenceReason.NOT_READ: _M("It is not read here, so that nothing is said of it."),
    AbsenceReason.NOT_READ_YET: _M("There is nothing of an object that waits for its turn to be read."),
    AbsenceReason.NOT_RECORDED: _M("The recording does not tell the load at that time."),
    AbsenceReason.NOT_REQUESTED: _M(
        "The pods ask for no CPU or memory, or their manifest is not known.",
        "Give requests, or the manifest.",
    ),
    AbsenceReason.NOT_WATCHED: _M(
        "The operator is confined to namespaces and may not read this.",
        "Install it for the whole cluster, or use a kind of the namespace.",
    ),
    AbsenceReason.PODS_NOT_READABLE: _M(
        "The operator may not list pods, so that their reasons are not known.",
        "readiness.podReasons of the chart.",
    ),
    AbsenceReason.PODS_NOT_TOLD: _M(
        "The workload's selector names pods of others, too.", "Give it a selector of its own."
    ),
    AbsenceReason.PROFILE_NOT_FOUND: _M(
        "The profile that the policy names is not there.", "Apply it, or mend profileRef."
    ),
    AbsenceReason.READ_FAILED: _M(
        "The API server did not give it.", "It is asked for again; the message has its words."
    ),
    AbsenceReason.SCALED_OBJECT_NOT_FOUND: _M(
        "An HPA belongs to a ScaledObject that is not there.",
        "It goes on as soon as KEDA has removed the one or made the other.",
    ),
    AbsenceReason.SCALED_OBJECT_NOT_READABLE: _M(
        "An HPA belongs to a ScaledObject that the operator may not read.", "keda.enabled=true of the chart."
    ),
    AbsenceReason.STALE: _M("It was read more than five minutes ago.", "Is the operator short of CPU?"),
    AbsenceReason.TARGET_CONFLICT: _M(
        "An older SchoolAutoscaler scales the same workload.", "Delete one, or join their peaks in one."
    ),
    AbsenceReason.TARGET_NOT_FOUND: _M(
        "The workload that scaleTargetRef names is not there.", "Create it, or mend the name."
    ),
    AbsenceReason.TARGET_NOT_READABLE: _M(
        "The operator may not read the workload's scale.", "scaleTargets of the chart."
    ),
    AbsenceReason.TARGET_NOT_SCALABLE: _M("The kind has no scale subresource.", "Name a kind that has one."),
    AbsenceReason.TIMEOUT: _M("There was no answer in time.", "Is the server reachable and not overloaded?"),
    AbsenceReason.TOO_COSTLY: _M(
        "A plan would take too long, so that others would wait.",
        "Fewer or shorter entries and regions; the message says which.",
    ),
    AbsenceReason.UNKNOWN_TIME_ZONE: _M(
        "There is no such time zone.", "An IANA name, such as Europe/Brussels."
    ),
}

STATE_MEANINGS: Mapping[ConditionReason, ReasonMeaning] = {
    ConditionReason.ACTIVE: _M("The order is in force."),
    ConditionReason.ALL_READ: _M("Every live metric has a value."),
    ConditionReason.APPLIED: _M("The late fact is laid over its calendar."),
    ConditionReason.AT_BASELINE: _M("The workload is back at its baseline."),
    ConditionReason.AT_RISK: _M(
        "The bell cannot be met as things stand.", "The message has the pods' reasons: see readiness."
    ),
    ConditionReason.AUTOSCALER_HAS_NO_METRICS: _M(
        "After the peak the HPA cannot come down: it has no metrics.",
        "Mend its metrics, or use the kubectl scale of the message.",
    ),
    ConditionReason.BASELINE_NOT_READY: _M(
        "Outside of peaks fewer are Ready than the baseline, for five minutes.",
        "Look at its pods: it is broken now.",
    ),
    ConditionReason.BEHIND_SCHEDULE: _M(
        "Fewer are Ready than were asked for two minutes ago; the bell may still be met.",
        "The message has the pods' reasons.",
    ),
    ConditionReason.BELL_LOST: _M("An edit took away a bell that is near.", "Take it back, or confirm it."),
    ConditionReason.CHANGES_NOTHING: _M(
        "The late fact changes no lesson day.", "Its date or region, most likely."
    ),
    ConditionReason.CLOCK_OFF: _M(
        "The operator's clock and the API server's differ.",
        "Mend the one that is wrong; the message says by how much.",
    ),
    ConditionReason.CLOCK_SET: _M("The operator's clock was set; until it is confirmed both times count."),
    ConditionReason.COMING_DOWN: _M("After a peak, on the way down."),
    ConditionReason.DATA_AHEAD: _M("The calendar goes on for long enough."),
    ConditionReason.DESIRED_WITHIN_RANGE: _M("Nobody allows less than is asked for."),
    ConditionReason.DRY_RUN: _M(
        "mode is DryRun: it is decided and told, not written.", "mode: Enforce, when you are ready."
    ),
    ConditionReason.ENDED: _M("The order is over."),
    ConditionReason.EXPIRED: _M("The days of the late fact are over."),
    ConditionReason.FAILED_UPDATE: _M(
        "The API server refused a write, or did not answer.", "It is tried again; the message has its words."
    ),
    ConditionReason.FLOOR_RAISED: _M("A floor is raised."),
    ConditionReason.HAS_WARNINGS: _M(
        "The calendar says something that it most likely does not mean.", "See findings; firstbell lint."
    ),
    ConditionReason.HELD_BY_AUTOSCALER: _M(
        "After the peak the HPA holds more by its own metrics.",
        "Nothing, if the load is there; else the kubectl scale of the message.",
    ),
    ConditionReason.HELD_BY_OVERRIDE: _M("An order keeps hands off it."),
    ConditionReason.IN_SYNC: _M("The clocks agree."),
    ConditionReason.INVALID: _M("The object says what cannot be.", "The message names the field."),
    ConditionReason.LATE: _M(
        "The bell has rung, and not all were Ready.", "The message has the pods' reasons."
    ),
    ConditionReason.MINIMUM_SET_BY_HAND: _M(
        "A person has set the autoscaler's minimum in a peak: it stays after it."
    ),
    ConditionReason.NO_AUTOSCALER: _M(
        "The order is for a SchoolAutoscaler that is not there.",
        "Look for its name, or the labels of spec.selector.",
    ),
    ConditionReason.NO_METRICS: _M("The policy asks for no live metric."),
    ConditionReason.NOT_CHANGED_BY_HAND: _M("Nobody has changed by hand what firstbell holds."),
    ConditionReason.NOT_COMPARED: _M("The API server's clock is not known yet."),
    ConditionReason.NOT_CONTESTED: _M("Nobody else writes what firstbell writes."),
    ConditionReason.NOT_EVALUATED: _M("Not known, because something before it is not."),
    ConditionReason.NOTHING_DUE: _M("No peak is under way."),
    ConditionReason.NOTHING_LOST: _M("No edit took a near bell away."),
    ConditionReason.NOTHING_TO_SCALE: _M(
        "The order is for a workload that cannot be scaled now.", "The message says why."
    ),
    ConditionReason.ON_SCHEDULE: _M("All that was written so far is Ready."),
    ConditionReason.ON_TRACK: _M("A rise was written and pods start; or they come fast enough for the bell."),
    ConditionReason.PENDING: _M("The order begins later."),
    ConditionReason.PODS_STARTING: _M("Pods start, in the time that they have for it."),
    ConditionReason.READY: _M("All were Ready at the bell."),
    ConditionReason.READY_FOR_NEW_SCALE: _M("What is decided can be written."),
    ConditionReason.REPLICAS_CONTESTED: _M(
        "Somebody sets the workload's count again and again.", "Leave replicas out of its manifest."
    ),
    ConditionReason.REPLICAS_SET_BY_HAND: _M("A person has set the count in a peak: it is set back."),
    ConditionReason.RESOLVED: _M("All that it refers to is there and can be used."),
    ConditionReason.REVERTED_REPEATEDLY: _M(
        "Somebody sets the minimum back again and again.",
        "Stop that sync: see GitOps. The message names the manager.",
    ),
    ConditionReason.ROLLOUT_IN_PROGRESS: _M(
        "A rollout takes replicas away.", "Wait for it, or pause it until after the bell."
    ),
    ConditionReason.SCALING_DISABLED: _M(
        "The workload was set to 0 by hand: it is left alone.", "Scale it up, and it is served again."
    ),
    ConditionReason.SERVING: _M("The SchoolAutoscaler is served."),
    ConditionReason.STATUS_BEHIND: _M(
        "The workload's status is older than its spec; nothing is said until it is not."
    ),
    ConditionReason.STOPPED: _M("An order to stop: nothing is written.", "firstbell resume."),
}

EVENT_MEANINGS: Mapping[EventReason, ReasonMeaning] = {
    EventReason.BELL_NOT_SEEN: _M(
        "The operator was away when the bell rang: how many were Ready is not known."
    ),
    EventReason.LATE_FOR_BELL: _M("Not all were Ready when the bell rang.", "status.lastPeak says why."),
    EventReason.LEAD_TOO_SHORT: _M(
        "A rise was all Ready only after its bell.", "A larger leadMinutes, or leadTime: {mode: Measured}."
    ),
    EventReason.MINIMUM_SET_BY_HAND: _M(
        "A person has set the autoscaler's minimum in a peak: it stays after it."
    ),
    EventReason.PODS_NOT_READY: _M(
        "Pods are not Ready for a reason that came later.", "See the reasons of pods below."
    ),
    EventReason.READY_FOR_BELL: _M("All were Ready, so many minutes before the bell."),
    EventReason.REPLICAS_SET_BY_HAND: _M("A person has set the count in a peak: it is set back."),
    EventReason.SCALED_DOWN: _M("The number that is asked for fell, and why."),
    EventReason.SCALED_UP: _M("The number that is asked for rose, and why."),
}

SHORTFALL_MEANINGS: Mapping[ShortfallReason, ReasonMeaning] = {
    ShortfallReason.AUTOSCALER_MAXIMUM: _M(
        "The autoscaler's maximum allows fewer than are planned.",
        "Raise it: the floor follows within seconds.",
    ),
    ShortfallReason.CONDITION_NOT_TRUE: _M(
        "It has no pods to be asked, and its own condition says that it is not ready.",
        "The message has its words.",
    ),
    ShortfallReason.CONTAINER_CONFIG: _M(
        "A container cannot be made, for instance because a Secret that it names is not there.",
        "Create what is missing.",
    ),
    ShortfallReason.CRASH: _M(
        "A container ended, and is started again and again.", "kubectl logs --previous."
    ),
    ShortfallReason.EXCEEDED_QUOTA: _M(
        "A ResourceQuota of the namespace allows no more pods.", "Raise the quota."
    ),
    ShortfallReason.FAILED_CREATE: _M(
        "The API server refuses the pods for another reason.",
        "The message has its words: often an admission webhook.",
    ),
    ShortfallReason.IMAGE_PULL: _M("An image cannot be pulled.", "Its name, the registry, its credentials."),
    ShortfallReason.NOT_CREATED: _M(
        "The pods are not there, and their controller does not say why.",
        "kubectl describe of the workload: its events.",
    ),
    ShortfallReason.PROBE: _M(
        "The containers run, and are not Ready.", "Their readiness probe, and what they wait for."
    ),
    ShortfallReason.ROLLOUT_STUCK: _M(
        "The rollout makes no progress (ProgressDeadlineExceeded).", "kubectl rollout undo, or mend it."
    ),
    ShortfallReason.SCHEDULING_GATED: _M(
        "A scheduling gate of the pods is still closed.", "Ask whoever opens it."
    ),
    ShortfallReason.STARTING: _M("The pods have a node and start.", "Nothing; if it is late, a longer lead."),
    ShortfallReason.UNSCHEDULABLE: _M(
        "No node has room for the pods, or fits them.", "Nodes, earlier: a CapacityBuffer, or a longer lead."
    ),
}
