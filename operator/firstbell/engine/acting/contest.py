"""A foreign writer undoes our floor or our count again and again: counted, told, and answered less often.

One foreign write is an owner's change of mind: its value becomes the baseline and the floor is raised over
it. Three in ten minutes are a loop (a GitOps sync, another controller), and two loops that write against
each other help nobody: from then on our value is written at most every half minute, and the condition
`FloorContested` names the other manager and the cure. The same holds for the count of a workload without an
autoscaler, whichever way it is changed; a new decision of ours is no answer and does not wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.reasons import Condition, ConditionReason, ConditionType, Truth
from firstbell.engine.deciding.situation import ByFloor, ByScale
from firstbell.engine.memory.contest import AGAIN_EVERY, TIMES, WITHIN, Contest, Undone
from firstbell.engine.seen.store import SeenWorkload

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.engine.deciding.situation import Situation

OF_THE_CLUSTER = frozenset({"kube-controller-manager"})
"""Managers that are no contestants: an autoscaler that was computing just then writes its older count."""


def contested(stands: Situation, contest: Contest, now: datetime) -> Condition:
    """Return the condition `FloorContested`."""
    if contest.latest is not None and contest.is_on(now):
        by_scale = isinstance(stands.actuator, ByScale)
        return _condition(
            Truth.TRUE, ConditionReason.REVERTED_REPEATEDLY, _sentence(contest.latest, by_scale=by_scale)
        )
    workload = stands.workload
    if isinstance(stands.actuator, ByScale) and isinstance(workload, SeenWorkload) and workload.applied_by:
        return _condition(
            Truth.TRUE,
            ConditionReason.REPLICAS_CONTESTED,
            f"{workload.applied_by} applies spec.replicas of {workload.ref.kind} {workload.ref.name}, which "
            "firstbell scales: its next apply conflicts or sets the count back. Leave spec.replicas out of "
            "that manifest.",
        )
    if isinstance(stands.actuator, (ByFloor, ByScale)):
        return _condition(
            Truth.FALSE, ConditionReason.NOT_CONTESTED, "nobody else writes what firstbell writes"
        )
    return _condition(Truth.UNKNOWN, ConditionReason.NOT_EVALUATED, stands.actuator.message)


def _sentence(last: Undone, *, by_scale: bool) -> str:
    who = last.manager or "somebody who is not on record"
    told = (
        f"{who} set spec.{last.field} of {last.what} to {last.value}, {TIMES} times in "
        f"{WITHIN.seconds // 60} minutes; it is {'set' if by_scale else 'raised'} again at most every "
        f"{AGAIN_EVERY.seconds} s. "
    )
    if by_scale:
        return told + _cure_of_a_count(last)
    if not last.manager:
        return told + "If that was `firstbell release`: stop the operator before it."
    return told + (
        f"Leave spec.{last.field} out of what {who} applies, or let it ignore that field (Argo CD: "
        f"ignoreDifferences with the JSON pointer /spec/{last.field})."
    )


def _cure_of_a_count(last: Undone) -> str:
    if not last.manager:
        return (
            "Its managedFields tell who it may be (kubectl get -o yaml --show-managed-fields). If another "
            "operator runs under the name of this installation: let only one of them watch the namespace. "
            "To set the count by hand, set spec.mode: DryRun."
        )
    if last.manager in OF_THE_CLUSTER:
        return "An autoscaler of its own scales it: set spec.actuation to Auto, or delete that autoscaler."
    return (
        f"Leave spec.replicas out of what {last.manager} applies (Argo CD: ignoreDifferences with the JSON "
        "pointer /spec/replicas). To set the count by hand, set spec.mode: DryRun."
    )


def _condition(status: Truth, reason: str, message: str) -> Condition:
    return Condition(type=ConditionType.FLOOR_CONTESTED, status=status, reason=reason, message=message)
