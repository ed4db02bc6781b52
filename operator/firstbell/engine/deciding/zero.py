"""Whose a count of 0 is: a person's, which stands, or the autoscaler's own, from which a bell raises.

Above a baseline of 1 or more only a person sets 0, and our own minimum is never less. With a baseline of 0
both may, and the API server does not say who: a Scale leaves 0 out, so that nobody is on record for it. What
counts then is what the autoscaler says of itself, and what we saw
(`operator/decisions/0023-a-persons-zero.md`). Pure.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firstbell.core import Unavailable
from firstbell.core.instants import api_time
from firstbell.core.reasons import ConditionReason
from firstbell.engine.deciding.situation import ByFloor, ByScale, Situation
from firstbell.engine.memory.zero import Zero
from firstbell.engine.objects.status_values import read_conditions
from firstbell.kinds.foreign_autoscalers import SCALED_OBJECT

if TYPE_CHECKING:
    from firstbell.engine.floor.seen_floor import SeenFloor
    from firstbell.engine.seen.store import SeenWorkload


def follow_zero(stands: Situation, before: Zero | None) -> Zero:
    """Return what is known of the count with this look.

    `before` None = nothing yet, so that the status is asked.
    """
    workload, actuator = stands.workload, stands.actuator
    if isinstance(workload, Unavailable) or isinstance(actuator, Unavailable):
        return Zero()  # what becomes of it meanwhile is not ours to judge
    held = isinstance(actuator, ByFloor) and bool(actuator.held)
    if workload.replicas > 0:
        return Zero(uid=workload.uid, ran=True, floored=held)
    if before is None:
        before = _reported(stands, actuator, workload)
    elif before.uid != workload.uid:
        before = Zero(uid=workload.uid)
    return replace(before, by_person=before.by_person or (before.floored and held))


def persons_zero(stands: Situation, zero: Zero) -> str:
    """Tell who keeps the workload at 0 and how to undo it, in a sentence; empty where nobody does."""
    workload, actuator = stands.workload, stands.actuator
    if isinstance(workload, Unavailable) or isinstance(actuator, Unavailable) or workload.replicas > 0:
        return ""
    if not zero.by_person and not _is_persons(actuator, workload, zero):
        return ""
    ref, who = workload.ref, workload.last_writer or "not on record, as whoever scales to 0"
    return (
        f"a person ({who}) set the workload to 0 replicas: nothing is written until they set it back. "
        f"To undo it: kubectl scale --replicas={max(1, actuator.baseline)} -n {ref.namespace} "
        f"{ref.kind.lower()}/{ref.name}"
    )


def _is_persons(actuator: ByFloor | ByScale, workload: SeenWorkload, zero: Zero) -> bool:
    if isinstance(actuator, ByScale):
        return True
    seen = actuator.seen
    keda = seen.of is SCALED_OBJECT
    if actuator.baseline > 0 and (keda or seen.took_to_zero is not True):
        return True  # KEDA itself brings such a one up again
    if seen.took_to_zero is True:
        return False
    # At a first look a 0 from a manifest is no order of anybody's: whoever wrote that is on record.
    return zero.ran or (seen.took_to_zero is False and not workload.last_writer)


def _reported(stands: Situation, actuator: ByFloor | ByScale, workload: SeenWorkload) -> Zero:
    """Return what an earlier process saw, by its status."""
    status = stands.seen.status
    told = next(
        (each for each in read_conditions(status) if each.reason == ConditionReason.SCALING_DISABLED), None
    )
    since = api_time(told.since) if told is not None and told.since is not None else ""
    acted = isinstance(actuator, ByFloor) and _has_acted(actuator.seen, since)
    held = actuator.held if isinstance(actuator, ByFloor) else None
    ran = status.get("currentReplicas", 0) > 0
    floor = (status.get("actuator") or {}).get("floor")
    return Zero(
        uid=workload.uid,
        ran=ran,
        floored=ran and held is not None and held == floor,
        by_person=told is not None and not acted,
    )


def _has_acted(seen: SeenFloor, since: str) -> bool:
    """Tell whether the autoscaler has scaled since an instant, so that the 0 may be one of its own."""
    return seen.took_to_zero is True and seen.last_acted > since
