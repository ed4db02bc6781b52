"""An autoscaler that vanished while its workload is looked after: given a minute to come back.

Who replaces an HPA deletes and creates it, and so do some tools on each upgrade. Scaling the workload
directly in between would fight with the one that is about to come. After the minute the workload is scaled
directly, and never below the baseline that the autoscaler had: its owner has not said that less is enough.
The status remembers it, for a process that starts meanwhile.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firstbell.core import Unavailable
from firstbell.core.instants import api_time, told_instant, utc_clock
from firstbell.core.reasons import AbsenceReason
from firstbell.engine.deciding.situation import ByFloor, ByScale, Situation
from firstbell.engine.memory.last_autoscaler import LastAutoscaler
from firstbell.kinds.foreign_autoscalers import FOREIGN_AUTOSCALERS
from firstbell.kinds.school_autoscaler import Actuation

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.engine.ports import Json
    from firstbell.engine.seen.store import SeenAutoscaler


def follow_autoscaler(
    stands: Situation, before: LastAutoscaler | None, now: datetime
) -> tuple[Situation, LastAutoscaler | None]:
    """Return the situation while one that vanished is waited for and after, and what to remember."""
    actuator, target = stands.actuator, stands.rules.target.key
    if isinstance(actuator, ByFloor):
        autoscaler = actuator.seen.autoscaler
        return stands, LastAutoscaler(
            target=target, kind=autoscaler.kind, name=autoscaler.name, baseline=actuator.baseline
        )
    if before is None or before.target != target or stands.rules.actuation is not Actuation.AUTO:
        return stands, None
    if isinstance(actuator, Unavailable) and actuator.reason != AbsenceReason.BOUNDS_MISSING:
        return stands, before
    since = min(now, before.gone_since or now)
    last = replace(before, gone_since=since)
    until = last.awaited_until
    if until is not None and now < until:
        return replace(stands, actuator=_awaited(f"{last.kind} {last.name}", until, actuator)), last
    return with_kept_baseline(stands, last), last


def with_kept_baseline(stands: Situation, last: LastAutoscaler | None) -> Situation:
    """Return the situation with no less than the baseline of an autoscaler that the workload had."""
    actuator = stands.actuator
    if last is None or last.target != stands.rules.target.key or not isinstance(actuator, ByScale):
        return stands
    if stands.rules.actuation is not Actuation.AUTO:
        return stands
    minimum = max(actuator.minimum, last.baseline)
    return replace(stands, actuator=ByScale(minimum=minimum, maximum=max(actuator.maximum, minimum)))


def _awaited(name: str, until: datetime, afterwards: ByScale | Unavailable) -> Unavailable:
    then = "the workload is scaled directly"
    if isinstance(afterwards, Unavailable):
        then = "spec.minReplicas and spec.maxReplicas are needed to scale the workload directly"
    return Unavailable(
        reason=AbsenceReason.AUTOSCALER_VANISHED,
        message=f"{name} does not scale this workload any more: it was deleted, or given another target. "
        f"It is waited for until {utc_clock(until)}, and its floor is raised as soon as it is back; "
        f"after that {then}.",
    )


def autoscaler_from_status(seen: SeenAutoscaler) -> LastAutoscaler | None:
    """Return the autoscaler that the status tells of, gone or there then, for a process that starts.

    An edit of the spec that nobody has looked at yet may have been of the target: then nothing is recalled.
    """
    status, rules = seen.status, seen.in_force
    if rules is None or status.get("observedGeneration") != seen.generation:
        return None
    gone, actuator = status.get("lastAutoscaler") or {}, status.get("actuator") or {}
    told = gone or actuator
    if (
        told.get("kind") not in {of.kind for of in FOREIGN_AUTOSCALERS}
        or told.get("baselineMinReplicas") is None
    ):
        return None
    return LastAutoscaler(
        target=rules.target.key,
        kind=told["kind"],
        name=told["name"],
        baseline=told["baselineMinReplicas"],
        gone_since=told_instant(gone.get("goneSinceTime")),
    )


def autoscaler_to_status(last: LastAutoscaler | None) -> Json | None:
    """Return what the status tells of one that is gone; None while it is there, or where none was."""
    if last is None or last.gone_since is None:
        return None
    return {
        "kind": last.kind,
        "name": last.name,
        "baselineMinReplicas": last.baseline,
        "goneSinceTime": api_time(last.gone_since),
    }
