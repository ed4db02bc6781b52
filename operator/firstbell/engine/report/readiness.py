"""Ready before the bell, and said so.

The schedule says how many replicas should be Ready at each minute; the workload says how many are. A pod
gets a short grace from the minute that asked for it, then being behind is told, well before the bell.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.core import (
    Condition,
    ConditionReason,
    ConditionType,
    EventReason,
    Truth,
    Unavailable,
    instant_of,
    local_time,
    minute_of,
)
from firstbell.engine.memory.told import BellRecord, Told
from firstbell.engine.ports import Happening

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from firstbell.core import Minute, Plan, PlannedPeak
    from firstbell.engine.seen.store import SeenWorkload

GRACE_MINUTES = 2
LATE_MINUTES = 5
AT_THE_BELL = timedelta(seconds=15)
"""A count that is seen so soon after a bell is the count at it."""


def ready_for_bell(
    plan: Plan | Unavailable,
    workload: SeenWorkload | Unavailable,
    minute: Minute,
    first_raised: Minute | None = None,
    cause: str = "",
) -> Condition:
    """Return the condition `ReadyForBell` at a minute.

    `first_raised` is the minute of the one rise that this process has brought about, or None after several:
    pods asked for by a start in mid-peak get the same grace as those that the plan has just asked for.
    `cause` tells why fewer replicas are set than are due.
    """
    if isinstance(plan, Unavailable):
        return _condition(Truth.UNKNOWN, plan.reason, plan.message)
    if isinstance(workload, Unavailable):
        return _condition(Truth.UNKNOWN, workload.reason, workload.message)
    compared = _compared(plan, workload, minute, cause)
    started = first_raised is not None and 0 <= minute - first_raised < GRACE_MINUTES
    if compared.reason == ConditionReason.BEHIND_SCHEDULE and started:
        return _condition(Truth.UNKNOWN, ConditionReason.PODS_STARTING, compared.message.partition(":")[0])
    return compared


def _compared(plan: Plan, workload: SeenWorkload, minute: Minute, cause: str) -> Condition:
    due = due_replicas(plan, minute)
    if due <= plan.workload.bounds.minimum:
        return _condition(Truth.TRUE, ConditionReason.NOTHING_DUE, "no peak is under way")
    if workload.unknown_ready is not None:
        return _condition(Truth.UNKNOWN, workload.unknown_ready.reason, workload.unknown_ready.message)
    if workload.ready is None:
        return _condition(
            Truth.UNKNOWN, ConditionReason.STATUS_BEHIND, "the workload's status is older than its spec"
        )
    told = f"{workload.ready} of {due} replicas Ready"
    if workload.ready >= due:
        return _condition(Truth.TRUE, ConditionReason.ON_SCHEDULE, told)
    why = "a rollout takes replicas away" if workload.rolling else "pods are slow, pending or failing"
    if workload.replicas < due and not workload.rolling:
        why = f"spec.replicas is {workload.replicas}"
        why += f", {cause}" if cause else ""
    reason = ConditionReason.ROLLOUT_IN_PROGRESS if workload.rolling else ConditionReason.BEHIND_SCHEDULE
    return _condition(Truth.FALSE, reason, f"{told}: {why}")


def due_replicas(plan: Plan, minute: Minute) -> int:
    """Tell how many replicas should be Ready at a minute, pods that were just asked for not counted."""
    return min(plan.replicas_at(at) for at in range(minute - GRACE_MINUTES, minute + 1))


def follow_bells(
    told: Told, peaks: tuple[PlannedPeak, ...], ready: int | None, now: datetime
) -> Iterator[Happening]:
    """Keep the record of the next bell, and tell how the workload stood when it rings.

    `peaks` are those around now as well as those to come: where cohorts are spread, a peak reaches its height
    after its bell, when it is no longer upcoming. A workload whose readiness is not known just then is waited
    for, a while: what is seen then is told with its time, and not as the count at the bell. A bell that was
    heard of too late is not told.
    """
    minute = minute_of(now)
    record = told.next_bell
    if record is not None and ready is not None:
        _note(record, ready, now)
    if record is not None and minute >= record.minute:
        too_late = minute >= record.minute + LATE_MINUTES
        if ready is None and not too_late:
            return
        told.next_bell = None
        if ready is not None and not too_late:
            late = now - instant_of(record.minute)
            record.ready_at_bell = ready if late <= AT_THE_BELL else None
            told.last_bell = record
            yield _told(record, ready, late)
    following = min((peak for peak in peaks if _bell(peak) > minute), key=_bell, default=None)
    if following is None:
        told.next_bell = None
    elif told.next_bell is None or not _same_bell(told.next_bell.peak, following):
        told.next_bell = BellRecord(peak=following)
        if ready is not None:
            _note(told.next_bell, ready, now)


def _note(record: BellRecord, ready: int, now: datetime) -> None:
    """Remember since when the replicas of a bell are Ready."""
    if record.ready_time is None and ready >= record.peak.replicas:
        record.ready_time = now


def _bell(peak: PlannedPeak) -> Minute:
    return max(peak.bell, peak.ready_by)


def _same_bell(one: PlannedPeak, other: PlannedPeak) -> bool:
    return _bell(one) == _bell(other) and one.replicas == other.replicas


def _told(record: BellRecord, ready: int, late: timedelta) -> Happening:
    """Return the event at a bell: how many were Ready, and since when; or how many are, so long after it."""
    peak = record.peak
    what = f"{peak.surge.occurrence.peak.name} at {local_time(peak)}"
    told = f"{ready} of {peak.replicas} Ready"
    if record.ready_at_bell is None:
        seconds = int(late.total_seconds())
        message = f"{what}: {told} {seconds} seconds after the bell, how many at the bell is not known"
        short = ready < peak.replicas
        return Happening(
            reason=EventReason.LATE_FOR_BELL if short else EventReason.BELL_NOT_SEEN,
            message=message,
            warning=short,
        )
    if ready < peak.replicas:
        return Happening(
            reason=EventReason.LATE_FOR_BELL, message=f"{what}: {told} at the bell", warning=True
        )
    early = 0
    if record.ready_time is not None:
        early = int((instant_of(_bell(peak)) - record.ready_time).total_seconds() // 60)
    return Happening(
        reason=EventReason.READY_FOR_BELL, message=f"{what}: {told}, {early} minutes before the bell"
    )


def _condition(status: Truth, reason: str, message: str) -> Condition:
    return Condition(type=ConditionType.READY_FOR_BELL, status=status, reason=reason, message=message)
