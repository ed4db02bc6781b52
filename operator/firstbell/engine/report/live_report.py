"""What a status tells of live metrics, without changing at every poll. Pure.

Values are not told, but for the sentence of the moment in which the count turned. After a start what was last
reported stays until the metrics are read again: that they are not read yet is no news.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core import Decision, Unavailable
from firstbell.core.reasons import (
    AbsenceReason,
    Condition,
    ConditionReason,
    ConditionType,
    DecisionReason,
    Truth,
)
from firstbell.engine.objects.status_values import read_conditions

if TYPE_CHECKING:
    from firstbell.core.scaling import LiveMetric
    from firstbell.engine.deciding.outcome import Outcome
    from firstbell.engine.ports import Json


def steady_decision(outcome: Outcome, new: Json, old: Json) -> Json:
    """Return the decision, in the words of the last report where nothing has happened since.

    Values of live metrics change at every poll: the sentence is that of the moment in which the count turned.
    After a start what was told stays until they are read, if what is held is what was decided.
    """
    before, decision = old.get("decision") or {}, outcome.decision
    desired = decision.desired if isinstance(decision, Decision) else None
    if before and new["reason"] == DecisionReason.HELD_WITHOUT_METRICS and _waiting(outcome.situation.live):
        return before if desired == old.get("desiredReplicas") else new
    live = new["reason"] == DecisionReason.LIVE_METRIC
    if live and all(
        new.get(field) == before.get(field) for field in ("reason", "reactiveReplicas", "limits")
    ):
        return new | {"message": before.get("message", new["message"])}
    return new


def steady_condition(metrics: tuple[LiveMetric, ...], old: Json) -> Condition:
    """Tell whether live metrics are known; after a start what was last known stays until they are read."""
    told = metrics_available(metrics)
    if told.status is not Truth.UNKNOWN or not metrics:
        return told
    known = (one for one in read_conditions(old) if one.type == ConditionType.METRICS_AVAILABLE)
    return next((one for one in known if one.status is not Truth.UNKNOWN), told)


def _waiting(metrics: tuple[LiveMetric, ...]) -> bool:
    """Tell whether any metric has not been read since the start: the last report stays until it has."""
    return any(
        isinstance(one.reading, Unavailable) and one.reading.reason == AbsenceReason.NOT_READ
        for one in metrics
    )


def metrics_available(metrics: tuple[LiveMetric, ...]) -> Condition:
    """Tell whether all live metrics are known; values are not told, they change all the time."""
    kind = ConditionType.METRICS_AVAILABLE
    if not metrics:
        return Condition(
            type=kind,
            status=Truth.UNKNOWN,
            reason=ConditionReason.NO_METRICS,
            message="spec.metrics asks for none",
        )
    missing = [one.reading for one in metrics if isinstance(one.reading, Unavailable)]
    if not missing:
        told = f"all {len(metrics)} metrics are read" if len(metrics) > 1 else "the metric is read"
        return Condition(type=kind, status=Truth.TRUE, reason=ConditionReason.ALL_READ, message=told)
    # One that is wrong is told before one that is only not read yet.
    first = min(missing, key=lambda reading: reading.reason == AbsenceReason.NOT_READ)
    to_come = first.reason == AbsenceReason.NOT_READ
    more = f" {len(missing) - 1} more cannot be read either." if len(missing) > 1 else ""
    held = "" if to_come else " Until it is read, nothing is scaled down."
    return Condition(
        type=kind,
        status=Truth.UNKNOWN if to_come else Truth.FALSE,
        reason=first.reason,
        message=f"{_ended(first.message)}{more}{held}",
    )


def _ended(sentence: str) -> str:
    """Return the sentence with its full stop, where nothing else ends it."""
    return sentence if sentence.endswith((".", "?", "!")) else f"{sentence}."
