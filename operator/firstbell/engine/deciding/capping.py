"""What allows fewer replicas than are asked for, in words: for a condition, and for who looks ahead. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core import Unavailable
from firstbell.core.reasons import DecisionReason, LimitReason
from firstbell.engine.deciding.situation import ByFloor

if TYPE_CHECKING:
    from firstbell.core import Decision
    from firstbell.core.scaling import Limit
    from firstbell.engine.deciding.outcome import Outcome


def capping_limit(outcome: Outcome) -> Limit | None:
    """Return the first limit by which fewer are decided on than asked for; None where there is none."""
    if isinstance(outcome.decision, Unavailable):
        return None
    return next((limit for limit in outcome.decision.limits if limit.reason.caps), None)


def capping_words(outcome: Outcome, decision: Decision, limit: Limit) -> str:
    """Return what such a limit of a decision does, and where it can be changed."""
    whose = _whose(outcome, limit)
    if decision.reason is DecisionReason.LIVE_METRIC:
        # How many changes at every poll, and stands in the decision.
        return f"live metrics ask for more than the {limit.after} replicas that {whose} allows"
    if decision.reason is DecisionReason.SCALING_OVERRIDE:
        return f"{decision.message}: of {limit.before} replicas {whose} allows {limit.after}"
    return f"the schedule asks for {limit.before} replicas, {whose} allows {limit.after}"


def _whose(outcome: Outcome, limit: Limit) -> str:
    actuator = outcome.situation.actuator
    if limit.reason is LimitReason.AUTOSCALER_MAX_REPLICAS and isinstance(actuator, ByFloor):
        autoscaler = actuator.seen.autoscaler
        return f"{actuator.seen.of.maximum_field} of {autoscaler.kind} {autoscaler.name}"
    if limit.reason is LimitReason.ADMISSION:
        return "admission control of the API server"
    return "spec.maxReplicas"
