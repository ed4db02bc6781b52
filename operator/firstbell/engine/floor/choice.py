"""Which of the autoscalers on a workload carries the floor.

KEDA makes an HPA of each ScaledObject and copies the bounds into it, so the two are one autoscaler, whose
floor is the ScaledObject's: in the HPA it would be undone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.core import Unavailable
from firstbell.core.reasons import AbsenceReason
from firstbell.kinds.foreign_autoscalers import SCALED_OBJECT

if TYPE_CHECKING:
    from firstbell.engine.floor.floors import Floors
    from firstbell.engine.floor.seen_floor import SeenFloor
    from firstbell.engine.objects.target_ref import TargetRef


@dataclass(frozen=True, kw_only=True, slots=True)
class FloorChoice:
    """The autoscaler to write, and the HPA that follows it where it is a ScaledObject that has one."""

    seen: SeenFloor
    follower: SeenFloor | None = None


def floor_choice(known: Floors, target: TargetRef) -> FloorChoice | Unavailable | None:
    """Return the autoscaler of a workload whose floor may be raised; None where it has none at all."""
    floors = known.of_target(target)
    makers = {floor.autoscaler.name for floor in floors if floor.of.hpa_prefix}
    followers = {floor.made_by: floor for floor in floors if floor.made_by in makers}
    leading = [floor for floor in floors if floor.made_by not in makers]
    if not leading:
        return None
    if len(leading) > 1:
        names = ", ".join(f"{floor.autoscaler.kind} {floor.autoscaler.name}" for floor in leading)
        return Unavailable(
            reason=AbsenceReason.AMBIGUOUS_AUTOSCALER,
            message=f"{target.kind} {target.name} has {len(leading)} autoscalers: {names}. "
            "Leave one of them.",
        )
    seen = leading[0]
    if seen.made_by:
        return _unseen(known, seen)
    if seen.paused_by:
        return _paused(seen)
    if seen.idles_at is not None:
        return _idles(seen)
    return FloorChoice(seen=seen, follower=followers.get(seen.autoscaler.name))


def _paused(seen: SeenFloor) -> Unavailable:
    autoscaler = seen.autoscaler
    return Unavailable(
        reason=AbsenceReason.AUTOSCALER_PAUSED,
        message=f"{autoscaler.kind} {autoscaler.name} is paused by its annotation {seen.paused_by} and is "
        f"not touched. Resume it: kubectl annotate -n {autoscaler.namespace} "
        f"{seen.of.resource}/{autoscaler.name} {seen.paused_by}-",
    )


def _idles(seen: SeenFloor) -> Unavailable:
    """Say that KEDA goes below it while no trigger is active: before a bell pods would come and go."""
    autoscaler = seen.autoscaler
    return Unavailable(
        reason=AbsenceReason.AUTOSCALER_IDLES,
        message=f"{autoscaler.kind} {autoscaler.name} has spec.idleReplicaCount {seen.idles_at}, to which "
        "KEDA takes the workload down whatever its minReplicaCount is: no floor would hold, none is raised. "
        "Remove idleReplicaCount; with minReplicaCount 0 KEDA still scales to zero.",
    )


def _unseen(known: Floors, follower: SeenFloor) -> Unavailable:
    """Say that KEDA's HPA alone is never written: its ScaledObject is gone, or cannot be read."""
    whose = (
        f"{follower.autoscaler.kind} {follower.autoscaler.name} is made by ScaledObject {follower.made_by}"
    )
    if known.follows(SCALED_OBJECT):
        return Unavailable(
            reason=AbsenceReason.SCALED_OBJECT_NOT_FOUND,
            message=f"{whose}, which does not exist or has another target. "
            "It goes on as soon as KEDA has removed the one or made the other.",
        )
    return Unavailable(
        reason=AbsenceReason.SCALED_OBJECT_NOT_READABLE,
        message=f"{whose}, which firstbell cannot read. Where KEDA was installed just now it will in a few "
        f"seconds; else grant it get, list, watch and patch on {SCALED_OBJECT.resource}.",
    )
