"""The conditions of a SchoolAutoscaler, from an outcome: what holds, and in words why not. Pure.

All but that of the bell, which has a room of its own (`readiness.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core import Decision, Unavailable
from firstbell.core.reasons import (
    Condition,
    ConditionReason,
    ConditionType,
    Truth,
)
from firstbell.engine.acting.contest import contested
from firstbell.engine.acting.way_back import returned
from firstbell.engine.deciding.capping import capping_limit, capping_words
from firstbell.engine.deciding.hands import changed_by_hand
from firstbell.engine.deciding.shrinking import plan_shrunk
from firstbell.engine.pace.timekeeping import clock_in_sync
from firstbell.engine.ports import Failure, FailureKind
from firstbell.engine.report.live_report import steady_condition
from firstbell.kinds.school_autoscaler import Mode

if TYPE_CHECKING:
    from firstbell.engine.deciding.outcome import Outcome
    from firstbell.engine.memory.memory import Memory
    from firstbell.engine.ports import Json

AFTER_READY = (
    ConditionType.CALENDAR_RESOLVED,
    ConditionType.METRICS_AVAILABLE,
    ConditionType.ABLE_TO_SCALE,
    ConditionType.SCALING_LIMITED,
    ConditionType.READY_FOR_BELL,
    ConditionType.FLOOR_CONTESTED,
    ConditionType.RETURNED_TO_BASELINE,
    ConditionType.PLAN_SHRUNK,
    ConditionType.CLOCK_IN_SYNC,
    ConditionType.CHANGED_BY_HAND,
)
"""Those of an object whose spec has never been usable: nothing is known of them."""


def conditions_of(outcome: Outcome, memory: Memory, old: Json) -> list[Condition]:
    """Return all conditions but that of the bell, in the order in which people read them."""
    calendar, able = _calendar_resolved(outcome), able_to_scale(outcome)
    return [
        _ready(outcome, calendar, able),
        calendar,
        steady_condition(outcome.situation.live, old),
        able,
        scaling_limited(outcome),
        contested(outcome.situation, memory.written.contest, outcome.now),
        returned(outcome, memory.way_back),
        _plan_shrunk(outcome),
        clock_in_sync(outcome.clock),
        changed_by_hand(outcome.situation, memory.hands),
    ]


def _ready(outcome: Outcome, calendar: Condition, able: Condition) -> Condition:
    if outcome.stopped:
        return Condition(
            type=ConditionType.READY,
            status=Truth.FALSE,
            reason=ConditionReason.STOPPED,
            message=outcome.stopped,
        )
    if outcome.invalid is not None:
        return Condition(
            type=ConditionType.READY,
            status=Truth.FALSE,
            reason=outcome.invalid.reason,
            message=f"{outcome.invalid.message} The last good spec stays in force.",
        )
    for needed in (calendar, able):
        if needed.status is Truth.FALSE:
            return Condition(
                type=ConditionType.READY, status=Truth.FALSE, reason=needed.reason, message=needed.message
            )
    dry = outcome.situation.rules.mode is Mode.DRY_RUN
    return Condition(
        type=ConditionType.READY,
        status=Truth.TRUE,
        reason=ConditionReason.DRY_RUN if dry else ConditionReason.SERVING,
        message="nothing is written, because spec.mode is DryRun" if dry else "",
    )


def _calendar_resolved(outcome: Outcome) -> Condition:
    calendars = outcome.situation.calendars
    if outcome.cut is not None and not isinstance(calendars, Unavailable):
        calendars = outcome.cut
    if isinstance(calendars, Unavailable):
        held = "" if isinstance(outcome.plan, Unavailable) else " The last good plan stays in force."
        return Condition(
            type=ConditionType.CALENDAR_RESOLVED,
            status=Truth.FALSE,
            reason=calendars.reason,
            message=calendars.message + held,
        )
    return Condition(type=ConditionType.CALENDAR_RESOLVED, status=Truth.TRUE, reason=ConditionReason.RESOLVED)


def able_to_scale(outcome: Outcome) -> Condition:
    """Return whether what is decided can be written, and what keeps it from being."""
    stands, kind = outcome.situation, ConditionType.ABLE_TO_SCALE
    for needed in (stands.actuator, stands.workload):
        if isinstance(needed, Unavailable):
            return Condition(type=kind, status=Truth.FALSE, reason=needed.reason, message=needed.message)
    if outcome.stopped:
        return Condition(
            type=kind, status=Truth.FALSE, reason=ConditionReason.STOPPED, message=outcome.stopped
        )
    if isinstance(outcome.decision, Decision) and outcome.decision.desired is None:
        return Condition(
            type=kind,
            status=Truth.FALSE,
            reason=ConditionReason.HELD_BY_OVERRIDE if outcome.held_by else ConditionReason.SCALING_DISABLED,
            message=outcome.decision.message,
        )
    if outcome.failure is not None:
        return Condition(
            type=kind, status=Truth.FALSE, reason=_failed(outcome.failure), message=outcome.failure.message
        )
    return Condition(type=kind, status=Truth.TRUE, reason=ConditionReason.READY_FOR_NEW_SCALE)


def _failed(failure: Failure) -> str:
    named = {FailureKind.FORBIDDEN, FailureKind.UNAUTHENTICATED}
    return failure.kind.value if failure.kind in named else ConditionReason.FAILED_UPDATE


def scaling_limited(outcome: Outcome) -> Condition:
    """Return whether somebody allows fewer replicas than are asked for."""
    kind = ConditionType.SCALING_LIMITED
    if isinstance(outcome.decision, Unavailable):
        return Condition(type=kind, status=Truth.UNKNOWN, reason=outcome.decision.reason)
    limit = capping_limit(outcome)
    if limit is not None:
        words = capping_words(outcome, outcome.decision, limit)
        return Condition(type=kind, status=Truth.TRUE, reason=limit.reason, message=words)
    return Condition(type=kind, status=Truth.FALSE, reason=ConditionReason.DESIRED_WITHIN_RANGE)


def _plan_shrunk(outcome: Outcome) -> Condition:
    actuator = outcome.situation.actuator
    baseline = 0 if isinstance(actuator, Unavailable) else actuator.baseline
    return plan_shrunk(outcome.shrunk, outcome.situation.seen, baseline)
