"""The way back: whether the workload came down after its floor did.

It is the autoscaler's own: it comes down only with working metrics, one stabilization window after the
floor, perhaps in several steps. firstbell holds no count up and writes none down; it says when nothing moves.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.core import Unavailable
from firstbell.core.reasons import Condition, ConditionReason, ConditionType, Truth
from firstbell.engine.deciding.outcome import floor_after
from firstbell.engine.deciding.situation import ByFloor
from firstbell.engine.memory.way_back import WayBack
from firstbell.engine.objects.status_values import read_conditions

if TYPE_CHECKING:
    from firstbell.engine.deciding.outcome import Outcome
    from firstbell.engine.ports import Json
    from firstbell.engine.seen.store import SeenWorkload

WINDOWS = 2


def follow_way_back(outcome: Outcome, before: WayBack | None) -> WayBack | None:
    """Tell where the workload is on its way back; None while a floor is raised, and at the baseline."""
    workload = _above_baseline(outcome)
    actuator = outcome.situation.actuator
    if workload is None or not isinstance(actuator, ByFloor):
        return None
    if before is not None and workload.replicas >= before.replicas:
        return before
    if before is None and _was_held(outcome.situation.seen.status, workload.replicas):
        return WayBack(replicas=workload.replicas, held_from=outcome.now)
    window = timedelta(seconds=actuator.seen.scale_down_window_seconds)
    return WayBack(replicas=workload.replicas, held_from=outcome.now + WINDOWS * window)


def returned(outcome: Outcome, way_back: WayBack | None) -> Condition:
    """Return the condition `ReturnedToBaseline`."""
    stands = outcome.situation
    if not isinstance(stands.actuator, ByFloor) or isinstance(stands.workload, Unavailable):
        return _condition(Truth.UNKNOWN, ConditionReason.NOT_EVALUATED, "only told beside an autoscaler")
    workload = _above_baseline(outcome)
    if workload is None:
        if floor_after(outcome, stands.actuator) is not None:
            return _condition(Truth.UNKNOWN, ConditionReason.FLOOR_RAISED, "a floor is raised")
        return _condition(Truth.TRUE, ConditionReason.AT_BASELINE, f"{stands.workload.replicas} replicas")
    seen = stands.actuator.seen
    by_hand = (
        f"By hand: kubectl scale --replicas={stands.actuator.baseline} -n {workload.ref.namespace} "
        f"{workload.ref.kind.lower()}/{workload.ref.name}"
    )
    if seen.scaling_active is False:
        told = f"{seen.autoscaler.name} cannot come down: {seen.inactive_message.rstrip('.')}. {by_hand}"
        return _condition(Truth.FALSE, ConditionReason.AUTOSCALER_HAS_NO_METRICS, told)
    if way_back is not None and outcome.now >= way_back.held_from:
        told = (
            f"{seen.autoscaler.kind} {seen.autoscaler.name} holds {workload.replicas} replicas by its own "
            f"metrics, {WINDOWS} stabilization windows after they last fell. Where the load does not "
            f"account for it: {by_hand[0].lower()}{by_hand[1:]}"
        )
        return _condition(Truth.FALSE, ConditionReason.HELD_BY_AUTOSCALER, told)
    return _condition(
        Truth.UNKNOWN, ConditionReason.COMING_DOWN, f"{workload.replicas} replicas, on the way down"
    )


def _was_held(status: Json, replicas: int) -> bool:
    """Tell whether a process before this one told so of this count.

    A restart does not start the wait anew.
    """
    told = any(
        condition.reason == ConditionReason.HELD_BY_AUTOSCALER for condition in read_conditions(status)
    )
    return told and replicas >= status.get("currentReplicas", 0)


def _above_baseline(outcome: Outcome) -> SeenWorkload | None:
    """Return the workload, if it stands above the baseline with no floor of ours under it."""
    actuator, workload = outcome.situation.actuator, outcome.situation.workload
    if not isinstance(actuator, ByFloor) or isinstance(workload, Unavailable):
        return None
    if floor_after(outcome, actuator) is not None or workload.replicas <= actuator.lowest:
        return None
    return workload


def _condition(status: Truth, reason: str, message: str) -> Condition:
    return Condition(type=ConditionType.RETURNED_TO_BASELINE, status=status, reason=reason, message=message)
