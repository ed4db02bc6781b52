"""Workloads that were scaled directly when their SchoolAutoscaler was deleted.

Nobody else brings them down, so that they go to the minimum of the deleted policy at the next way down of
its plan, where it would have brought them down itself. Only this process knows of them: after a restart, and
where the deletion is not seen because no operator runs, they stay as they are, as after the deletion of an
HPA. A user's own count, autoscaler or new SchoolAutoscaler in between is theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from firstbell.core.instants import instant_of, minute_of
from firstbell.engine.acting.scale_actuator import scale_command, write_scale
from firstbell.engine.ports import Failure, FailureKind
from firstbell.engine.seen.workloads import with_count

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.core import Plan
    from firstbell.core.instants import Minute
    from firstbell.engine.memory.memory import Memory
    from firstbell.engine.objects.target_ref import TargetRef
    from firstbell.engine.ports import Cluster, Telemetry
    from firstbell.engine.seen.store import SeenWorkload, Store

KEPT = 1000
RETRY = timedelta(seconds=30)

log = structlog.get_logger("firstbell.engine")


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftWorkload:
    """A workload left at `replicas`, and when it goes to `minimum`."""

    target: TargetRef
    uid: str
    replicas: int
    minimum: int
    at: datetime


class LeftWorkloads:
    """Those of deleted SchoolAutoscalers, by the key of each; of too many the oldest is given up."""

    def __init__(self, *, cluster: Cluster, telemetry: Telemetry, store: Store) -> None:
        self._cluster = cluster
        self._telemetry = telemetry
        self._store = store
        self._left: dict[str, LeftWorkload] = {}

    def leave(self, key: str, memory: Memory, now: datetime) -> None:
        """Remember what a deleted SchoolAutoscaler scaled directly, if that is above its minimum."""
        left = left_workload(memory, now)
        if left is None:
            return
        while len(self._left) >= KEPT:
            self._give_up(next(iter(self._left)), "too many others were left after it")
        self._left[key] = left
        log.info(
            "left at its replicas until the next way down",
            autoscaler=key,
            workload=left.target.key,
            replicas=left.replicas,
            minimum=left.minimum,
            at=left.at.isoformat(),
        )

    def take_back(self, key: str) -> None:
        """Forget a workload whose SchoolAutoscaler is there again, and sees to it."""
        self._left.pop(key, None)

    def follow_clock(self, by: timedelta) -> None:
        """Follow a clock that was set: what was to come in so long still does."""
        self._left = {key: replace(left, at=left.at + by) for key, left in self._left.items()}

    async def bring_down(self, key: str, now: datetime) -> datetime | None:
        """Bring down what is due; when to come again, or None where nothing is left to do."""
        left = self._left.get(key)
        if left is None:
            return None
        if now < left.at:
            return left.at
        workload = self._store.workloads.get(left.target.key)
        why = self._why_not(left, workload)
        if workload is None or why:
            self._give_up(key, why)
            return None
        command = scale_command(workload, left.minimum)
        written = await write_scale(self._cluster, self._telemetry, command)
        if isinstance(written, Failure):
            if written.transient:
                return now + RETRY
            changed = written.kind in {FailureKind.INVALID, FailureKind.NOT_FOUND}
            self._give_up(key, "it was changed meanwhile" if changed else written.message)
            return None
        self._left.pop(key, None)
        known = self._store.workloads.get(left.target.key, workload)
        self._store.put_workload(with_count(known, written))
        log.info("went to its minimum", workload=left.target.key, before=left.replicas, replicas=left.minimum)
        return None

    def _why_not(self, left: LeftWorkload, workload: SeenWorkload | None) -> str:
        if self._store.concerned(left.target):
            return "another SchoolAutoscaler scales it"
        if self._store.floors.of_target(left.target):
            return "an autoscaler scales it now"
        if workload is None or (workload.uid, workload.replicas) != (left.uid, left.replicas):
            return "it was changed meanwhile"
        return ""

    def _give_up(self, key: str, why: str) -> None:
        left = self._left.pop(key)
        log.info("stays at its replicas", workload=left.target.key, why=why)


def left_workload(memory: Memory, now: datetime) -> LeftWorkload | None:
    """Return what a deleted SchoolAutoscaler leaves behind.

    None where it is nothing, or its plan is not known.
    """
    scaling, plan = memory.carried_out.scaling, memory.plans.plan
    if scaling is None or plan is None or scaling.replicas <= plan.workload.bounds.minimum:
        return None
    fall = _next_fall(plan, minute_of(now), scaling.replicas)
    if fall is None:
        return None
    return LeftWorkload(
        target=scaling.target,
        uid=scaling.uid,
        replicas=scaling.replicas,
        minimum=plan.workload.bounds.minimum,
        at=max(now, instant_of(fall)) + scaling.window,
    )


def _next_fall(plan: Plan, minute: Minute, replicas: int) -> Minute | None:
    """Return the first minute from which the plan asks for less; None to the plan's end."""
    if plan.write_at(minute) < replicas:
        return minute
    return next((run.start for run in plan.writes if run.start > minute and run.value < replicas), None)
