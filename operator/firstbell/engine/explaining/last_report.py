"""What the operator itself last reported on a SchoolAutoscaler, as far as people need it. Pure."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from firstbell.core import Decision, Unavailable
from firstbell.core.reasons import Condition, DecisionReason
from firstbell.core.scaling import LiveMetric, MetricTarget, TargetType
from firstbell.engine.deciding.situation import ByFloor
from firstbell.engine.objects.status_values import read_conditions
from firstbell.kinds.school_autoscaler import Mode

if TYPE_CHECKING:
    from firstbell.engine.deciding.outcome import Outcome
    from firstbell.engine.deciding.situation import Situation
    from firstbell.engine.ports import Json
    from firstbell.engine.seen.store import SeenAutoscaler


def not_fine(status: Json) -> tuple[Condition, ...]:
    """Return the conditions that tell a trouble; what is unknown is none."""
    return tuple(condition for condition in read_conditions(status) if condition.is_trouble)


def reported_live(status: Json) -> tuple[LiveMetric, ...]:
    """Return what live metrics ask for by the last report, as one metric; none where it tells nothing."""
    asked = (status.get("decision") or {}).get("reactiveReplicas")
    if asked is None:
        return ()
    target = MetricTarget(name="live metrics", type=TargetType.AVERAGE_VALUE, amount=Fraction(1))
    return (LiveMetric(target=target, reading=Fraction(asked)),)


def with_reported_live(stands: Situation) -> Situation:
    """Return the situation with what live metrics ask for by the operator's last report."""
    return replace(stands, live=reported_live(stands.seen.status))


def in_reported_words(decision: Decision | Unavailable, status: Json) -> Decision | Unavailable:
    """Return the decision; where live metrics made it, with the sentence that the operator reported."""
    if isinstance(decision, Unavailable) or decision.reason is not DecisionReason.LIVE_METRIC:
        return decision
    told = status.get("decision") or {}
    words = f"live metrics ask for {decision.reactive}"
    if told.get("reason") == DecisionReason.LIVE_METRIC and told.get("message"):
        words = told["message"]
    return replace(decision, message=words)


def lag(seen: SeenAutoscaler, outcome: Outcome) -> str:
    """Tell why the operator's report may not be about this decision, or is not carried out.

    Empty where it is.
    """
    status, decision, actuator = seen.status, outcome.decision, outcome.situation.actuator
    if not status:
        return "The operator has reported nothing yet. Does it run, and does it watch this namespace?"
    if status.get("observedGeneration", 0) < seen.generation:
        return "The operator has not looked at the latest edit of the spec yet. Does it run?"
    reported = status.get("desiredReplicas")
    if isinstance(decision, Decision) and decision.desired != reported:
        told = "nothing" if reported is None else reported
        return (
            f"The operator last decided {told}, not {decision.desired}: it holds a number after a start or "
            "a rise, or it does not run."
        )
    wanted = isinstance(decision, Decision) and outcome.situation.rules.mode is not Mode.DRY_RUN
    if (
        wanted
        and isinstance(actuator, ByFloor)
        and (reported or 0) > actuator.baseline
        and actuator.held is None
    ):
        name = f"{actuator.seen.autoscaler.kind} {actuator.seen.autoscaler.name}"
        return (
            f"The operator decided {reported}, but {name} is not raised: it does not run, or was just undone."
        )
    return ""
