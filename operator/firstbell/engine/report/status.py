"""The status of a SchoolAutoscaler, from an outcome. Pure, and the only place that composes it.

Conditions all exist from the first report. Nothing in it changes on an idle tick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core import Decision, Unavailable
from firstbell.core.instants import api_minute, api_time, instant_of, minute_of
from firstbell.core.reasons import (
    AbsenceReason,
    Condition,
    ConditionReason,
    ConditionType,
    DecisionReason,
    Truth,
    peak_sentence,
)
from firstbell.engine.acting.contest import contested
from firstbell.engine.deciding.last_autoscaler import autoscaler_to_status
from firstbell.engine.deciding.measured_rises import lead_to_status
from firstbell.engine.deciding.outcome import floor_after
from firstbell.engine.deciding.situation import ByFloor, ByScale
from firstbell.engine.deciding.surging import surge_to_status
from firstbell.engine.memory.hand import hand_to_status
from firstbell.engine.memory.losses import losses_to_status
from firstbell.engine.objects.status_values import read_condition, written_conditions
from firstbell.engine.report.bell_report import at_risk, bell_status, reasons_status
from firstbell.engine.report.bells import measured_lead
from firstbell.engine.report.conditions import AFTER_READY, able_to_scale, conditions_of, scaling_limited
from firstbell.engine.report.live_report import steady_decision
from firstbell.engine.report.readiness import Readiness
from firstbell.engine.seen.store import SeenWorkload
from firstbell.kinds.calendar_refs import CalendarKind, calendar_kind
from firstbell.kinds.school_autoscaler import Mode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from firstbell.core import Override, PlannedPeak
    from firstbell.core.instants import Minute
    from firstbell.engine.deciding.outcome import Outcome
    from firstbell.engine.memory.memory import Memory
    from firstbell.engine.memory.told import BellRecord
    from firstbell.engine.ports import Json
    from firstbell.engine.seen.shortfalls import Found

BEFORE_CONTEST = 5
"""Where people read the condition of the bell."""
ORDERS_TOLD = 3
"""Orders that are told beside a peak to come."""


def status_of(
    seen: Readiness, bell: Condition, memory: Memory, coming: Sequence[PlannedPeak], old: Json
) -> Json:
    """Return the whole status as it should now be; a key whose value is None is to be removed.

    `bell` is the condition `ReadyForBell`, found from what is `seen`.
    """
    outcome = seen.outcome
    stands, decision = outcome.situation, outcome.decision
    workload = stands.workload if isinstance(stands.workload, SeenWorkload) else None
    decided = decision if isinstance(decision, Decision) else None
    generation = stands.seen.generation
    conditions = conditions_of(outcome, memory, old)
    conditions.insert(BEFORE_CONTEST, bell)
    threatened = at_risk(seen, bell, coming)
    return {
        "observedGeneration": generation,
        "actuator": _actuator(outcome, old.get("actuator") or {}),
        "lastAutoscaler": autoscaler_to_status(memory.autoscaler),
        "currentReplicas": workload.replicas if workload else None,
        "readyReplicas": workload.ready if workload else None,
        "desiredReplicas": decided.desired if decided else None,
        "decision": steady_decision(outcome, _decision(decision, ready=conditions[0]), old),
        "lead": lead_to_status(memory.lead) or old.get("lead"),
        "surge": surge_to_status(memory.pilot.surge, outcome.now),
        "planLosses": losses_to_status(outcome.shrunk, outcome.now),
        "bell": bell_status(seen, bell),
        "upcoming": [_upcoming(peak, outcome.orders, at_risk=peak is threatened) for peak in coming],
        "lastActions": [
            {
                "time": api_time(action.time),
                "from": action.before,
                "to": action.after,
                "reason": action.reason,
                "message": action.message,
            }
            for action in memory.carried_out.actions
        ]
        or old.get("lastActions"),
        "lastPeak": _last_peak(memory.told.last_bell) or old.get("lastPeak"),
        "calendars": _calendars(outcome) or old.get("calendars"),
        "lastHand": hand_to_status(memory.hands.last if memory.hands is not None else None),
        "conditions": written_conditions(conditions, old, generation, outcome.now),
    }


def invalid_status(reason: Unavailable, generation: int, old: Json, now: datetime) -> Json:
    """Return the status of an object whose spec has never been usable."""
    conditions = [
        Condition(type=ConditionType.READY, status=Truth.FALSE, reason=reason.reason, message=reason.message)
    ]
    conditions += [
        Condition(type=kind, status=Truth.UNKNOWN, reason=AbsenceReason.INVALID_SPEC) for kind in AFTER_READY
    ]
    written = written_conditions(conditions, old, generation, now)
    return {"observedGeneration": generation, "bell": None, "conditions": written}


def readiness_of(outcome: Outcome, memory: Memory, old: Json, found: Found | None) -> Readiness:
    """Return what is known of readiness; `found` is what the pods say, where somebody has asked them."""
    return Readiness(
        outcome=outcome,
        told=memory.told,
        before=read_condition(old, ConditionType.READY_FOR_BELL),
        first_raised=_first_raised(memory),
        cause=_cause(outcome, memory),
        found=found,
        lead=measured_lead(memory.told, memory.lead.rises),
    )


def _cause(outcome: Outcome, memory: Memory) -> str:
    """Tell why fewer replicas may be set than are due.

    It is the condition that tells it, or what is known besides.
    """
    stands, able = outcome.situation, able_to_scale(outcome)
    limited, contest = scaling_limited(outcome), contested(stands, memory.written.contest, outcome.now)
    if outcome.stopped:
        return "and nothing is written, because firstbell is stopped"
    if stands.rules.mode is Mode.DRY_RUN:
        return "and nothing is written, because spec.mode is DryRun"
    if able.status is Truth.FALSE:
        return f"{able.type} tells why"
    for condition in (contest, limited):
        if condition.status is Truth.TRUE:
            return f"{condition.type} tells why"
    if isinstance(stands.actuator, ByFloor):
        autoscaler = stands.actuator.seen.autoscaler
        return f"and {autoscaler.kind} {autoscaler.name} has not followed its minimum yet"
    return ""


def _first_raised(memory: Memory) -> Minute | None:
    """Return the minute of the only change that this process has brought about, if it was a rise."""
    if (
        len(memory.carried_out.actions) != 1
        or memory.carried_out.actions[0].after < memory.carried_out.actions[0].before
    ):
        return None
    return minute_of(memory.carried_out.actions[0].time)


def _actuator(outcome: Outcome, old: Json) -> Json | None:
    """Return what is written to; who marks the workload's count as set is not for a report to say."""
    actuator = outcome.situation.actuator
    if outcome.situation.rival:
        return old or None
    if isinstance(actuator, ByFloor):
        autoscaler = actuator.seen.autoscaler
        return _present(
            kind=autoscaler.kind,
            name=autoscaler.name,
            uid=autoscaler.uid,
            floor=floor_after(outcome, actuator),
            baselineMinReplicas=actuator.baseline,
            maxReplicas=autoscaler.maximum,
        )
    if isinstance(actuator, ByScale):
        ref = outcome.situation.rules.target
        return _present(
            kind=ref.kind,
            name=ref.name,
            baselineMinReplicas=actuator.minimum,
            maxReplicas=actuator.maximum,
            instance=old.get("instance"),
            challenger=old.get("challenger"),
        )
    return None


def _decision(decision: Decision | Unavailable, ready: Condition) -> Json:
    """Return the decision for people, who look at its reason first.

    What is broken comes before what is planned.
    """
    if isinstance(decision, Unavailable):
        first = ready if ready.reason == ConditionReason.STOPPED else decision
        return {"reason": first.reason, "message": first.message}
    reason, message = decision.reason.value, decision.message
    if ready.status is Truth.FALSE and reason != DecisionReason.HELD_LAST_PLAN:
        reason, message = ready.reason, ready.message
    return _present(
        reason=reason,
        message=message,
        scheduledReplicas=decision.scheduled,
        reactiveReplicas=decision.reactive,
        limits=[
            {"reason": limit.reason.value, "before": limit.before, "after": limit.after}
            for limit in decision.limits
        ]
        or None,
    )


def _upcoming(peak: PlannedPeak, orders: Sequence[Override], *, at_risk: bool) -> Json:
    """Return a peak to come, and the orders that will count when it is to be Ready."""
    occurrence, ready_by = peak.surge.occurrence, instant_of(peak.ready_by)
    beside = [one for one in orders if one.is_in_force(ready_by)][:ORDERS_TOLD]
    reason = "; ".join([peak_sentence(peak), *(one.sentence for one in beside)])
    return {
        **({"atRisk": True} if at_risk else {}),
        "bellTime": api_minute(occurrence.bell),
        "readyByTime": api_minute(peak.ready_by),
        "replicas": peak.replicas,
        "peak": occurrence.peak.name,
        "reason": reason,
    }


def _last_peak(record: BellRecord | None) -> Json | None:
    if record is None:
        return None
    return _present(
        bellTime=api_minute(record.peak.bell),
        peak=record.peak.surge.occurrence.peak.name,
        plannedReplicas=record.planned,
        readyReplicasAtBell=record.ready_at_bell,
        writtenTime=api_time(record.written) if record.written else None,
        readyTime=api_time(record.ready_time) if record.ready_time else None,
        readyAfterSeconds=record.ready_after_seconds,
        reasons=reasons_status(record.reasons) or None,
    )


def _calendars(outcome: Outcome) -> list[Json]:
    """Tell which edit of each calendar the decision used."""
    if isinstance(outcome.situation.calendars, Unavailable):
        return []
    return [
        _used_calendar(key, generation)
        for key, generation in zip(
            outcome.situation.rules.calendar_keys, outcome.situation.calendar_generations, strict=True
        )
    ]


def _used_calendar(key: str, generation: int) -> Json:
    kind, name = calendar_kind(key), key.rpartition("/")[2]
    of_kind = {} if kind is CalendarKind.SCHOOL_CALENDAR else {"kind": kind.value}
    return {"name": name, **of_kind, "observedGeneration": generation}


def _present(**fields: object) -> Json:
    return {key: value for key, value in fields.items() if value is not None}
