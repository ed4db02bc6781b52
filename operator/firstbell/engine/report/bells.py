"""The bells that are watched: what was written for the next one, and how the workload stood at the last.

Written by the report alone, from look to look; a restart finds the time of a write in our own status.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from firstbell.core import Decision, Unavailable, written_for
from firstbell.core.capacity import MeasuredLead, Preparation, SeenReady
from firstbell.core.instants import instant_of, local_time, minute_of, told_instant
from firstbell.core.reasons import EventReason, shortfall_sentence
from firstbell.engine.memory.told import BellRecord, Told
from firstbell.engine.ports import Happening
from firstbell.engine.seen.store import SeenWorkload
from firstbell.kinds.school_autoscaler import Mode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstbell.core import PlannedPeak
    from firstbell.core.capacity import Rises
    from firstbell.core.instants import Minute
    from firstbell.core.reasons import Shortfall
    from firstbell.engine.deciding.outcome import Outcome
    from firstbell.engine.memory.carried_out import CarriedOut
    from firstbell.engine.ports import Json

LATE_MINUTES = 5
AT_THE_BELL = timedelta(seconds=15)
"""A count that is seen so soon after a bell is the count at it."""

SHORT_FOR = timedelta(minutes=5)
"""Outside of peaks pods may be replaced; so long fewer than the baseline are no replacement."""


def follow_bells(
    told: Told, peaks: tuple[PlannedPeak, ...], ready: int | None, now: datetime, denied: int = 0
) -> Iterator[Happening]:
    """Keep the record of the next bell, and tell how the workload stood when it rings.

    `peaks` are those around now as well as those to come: where cohorts are spread, a peak reaches its height
    after its bell, when it is no longer upcoming. A workload whose readiness is not known just then is waited
    for, a while: what is seen then is told with its time, and not as the count at the bell. A bell that was
    heard of too late is not told. `denied` is what an autoscaler's maximum keeps from being written now.
    """
    minute = minute_of(now)
    record = told.next_bell
    if record is not None:
        record.denied = denied
    for watched in (record, told.last_bell):
        if watched is not None and ready is not None and minute < watched.peak.load_end:
            _note(watched, ready, now)
    if record is not None and minute >= record.minute:
        too_late = minute >= record.minute + LATE_MINUTES
        if ready is None and not too_late:
            return
        told.next_bell = None
        if ready is not None and not too_late:
            late = now - instant_of(record.minute)
            record.ready_at_bell = ready if late <= AT_THE_BELL else None
            record.late = ready < record.planned
            told.last_bell = record
            yield _told(record, ready, late)
    following = min((peak for peak in peaks if _bell(peak) > minute), key=_bell, default=None)
    if following is None:
        told.next_bell = None
    elif told.next_bell is None or not _same_bell(told.next_bell.peak, following):
        told.next_bell = BellRecord(peak=following)
        if ready is not None:
            _note(told.next_bell, ready, now)


def follow_preparation(outcome: Outcome, told: Told, carried_out: CarriedOut, old: Json) -> None:
    """Keep what was written for the next bell, since when, and how many have become Ready since."""
    now, record, plan = outcome.now, told.next_bell, outcome.plan
    written = 0
    if record is not None and not isinstance(plan, Unavailable):
        planned = written_for(plan, record.peak, minute_of(now))
        written = _written(outcome, told.preparation, instant_of(record.minute), planned)
    if record is None or not written:
        told.preparation = None
        return
    workload = outcome.situation.workload
    ready = workload.ready if isinstance(workload, SeenWorkload) else None
    bell, before = instant_of(record.minute), told.preparation
    if before is None or before.bell != bell:
        since = _written_at(written, carried_out, old, now)
        seen = () if ready is None else (SeenReady(at=now, ready=ready),)
        told.preparation = Preparation(bell=bell, replicas=written, since=since, seen=seen)
    elif written > before.replicas:
        told.preparation = before.raised(written, _written_at(written, carried_out, old, now), ready)
    else:
        # On the way down of an earlier bell the next one may be near: what was given back is not missing.
        kept = before.lowered(written) if written < before.replicas else before
        told.preparation = kept if ready is None else kept.with_ready(ready, now)
    if written >= record.peak.replicas and record.written is None:
        record.written = told.preparation.since if told.preparation is not None else None


def _written(outcome: Outcome, before: Preparation | None, bell: datetime, planned: int) -> int:
    """Return how many of those planned are written for a bell; while an order keeps us off, as before it."""
    decision = outcome.decision
    if outcome.situation.rules.mode is not Mode.ENFORCE:
        return 0
    if outcome.kept_off:
        return min(planned, before.replicas) if before is not None and before.bell == bell else 0
    return planned if isinstance(decision, Decision) and decision.desired is not None else 0


def _written_at(replicas: int, carried_out: CarriedOut, old: Json, now: datetime) -> datetime:
    """Return when the count was brought up to so many: by this process, or by one before it."""
    actions = [(action.time, action.before, action.after) for action in carried_out.actions]
    if not actions:
        actions = [
            (told_instant(one["time"]) or now, one["from"], one["to"]) for one in old.get("lastActions") or ()
        ]
    since = now
    for time, before, after in actions:  # the latest first
        if after < replicas:
            break
        since = min(now, time)
        if before < replicas:
            break
    return since


def _note(record: BellRecord, ready: int, now: datetime) -> None:
    """Remember since when the replicas of a bell are Ready; what is lost before it is not Ready."""
    if ready < record.planned:
        if now < instant_of(record.minute):
            record.ready_time = None
    elif record.ready_time is None:
        record.ready_time = now


def follow_baseline(outcome: Outcome, told: Told, due: int) -> None:
    """Keep since when fewer than the baseline are Ready outside of peaks; the unknown changes nothing."""
    least, workload = baseline_of(outcome), outcome.situation.workload
    busy = told.preparation is not None or (least is not None and due > least)
    if least is None or busy or not isinstance(workload, SeenWorkload):
        told.short_since = None
    elif workload.ready is not None:
        short = workload.ready < least
        told.short_since = (told.short_since or outcome.now) if short else None


def baseline_of(outcome: Outcome) -> int | None:
    """Return how many replicas have to be Ready outside of peaks; None where nobody has asked for any.

    Where nothing is written it is what somebody else has set, at most the baseline.
    """
    decision, workload = outcome.decision, outcome.situation.workload
    if (
        not isinstance(decision, Decision)
        or decision.desired is None
        or isinstance(outcome.plan, Unavailable)
    ):
        return None
    least = outcome.plan.workload.bounds.minimum
    enforced = outcome.situation.rules.mode is Mode.ENFORCE and not outcome.stopped
    if enforced or not isinstance(workload, SeenWorkload):
        return least
    return min(least, workload.replicas)


def follow_reasons(
    told: Told, reasons: Sequence[Shortfall], now: datetime, *, turned: bool
) -> Iterator[Happening]:
    """Tell each reason once since the workload was last well, and keep those of a bell that was missed.

    Where the condition has `turned`, its own event tells them.
    """
    last = rung(told, now)
    if last is not None and last.late and not last.reasons:
        last.reasons = tuple(reasons)
    new = {one.reason for one in reasons} - told.reasons
    told.reasons |= new
    if new and not turned:
        yield Happening(reason=EventReason.PODS_NOT_READY, message=shortfall_sentence(reasons), warning=True)


def measured_lead(told: Told, rises: Rises) -> timedelta | None:
    """Return what rises like that for the next bell took; None where none was measured or came to its end."""
    preparation = told.preparation
    if preparation is None or not preparation.seen:
        return None
    lead = rises.lead_for(preparation.replicas - preparation.seen[0].ready)
    return timedelta(seconds=lead.seconds) if isinstance(lead, MeasuredLead) and lead.ready else None


def looks_again(told: Told, now: datetime, lead: timedelta | None = None) -> list[datetime]:
    """Return when time alone may change what is told, beside the turn of a minute."""
    looks = []
    if told.preparation is not None:
        looks.append(told.preparation.grace_ends(lead))
    if told.short_since is not None:
        looks.append(told.short_since + SHORT_FOR)
    return [at for at in looks if at > now]


def rung(told: Told, now: datetime) -> BellRecord | None:
    """Return the bell that has rung and whose load is still there, or None."""
    record, minute = told.last_bell, minute_of(now)
    return record if record is not None and record.minute <= minute < record.peak.load_end else None


def _bell(peak: PlannedPeak) -> Minute:
    return max(peak.bell, peak.ready_by)


def _same_bell(one: PlannedPeak, other: PlannedPeak) -> bool:
    return _bell(one) == _bell(other) and one.replicas == other.replicas


def _told(record: BellRecord, ready: int, late: timedelta) -> Happening:
    """Return the event at a bell: how many were Ready, and since when; or how many are, so long after it."""
    peak = record.peak
    what = bell_words(peak)
    told = f"{ready} of {record.planned} Ready"
    if record.ready_at_bell is None:
        seconds = int(late.total_seconds())
        message = f"{what}: {told} {seconds} seconds after the bell, how many at the bell is not known"
        short = ready < record.planned
        return Happening(
            reason=EventReason.LATE_FOR_BELL if short else EventReason.BELL_NOT_SEEN,
            message=message,
            warning=short,
        )
    if ready < record.planned:
        return Happening(
            reason=EventReason.LATE_FOR_BELL, message=f"{what}: {told} at the bell", warning=True
        )
    early = 0
    if record.ready_time is not None:
        early = int((instant_of(_bell(peak)) - record.ready_time).total_seconds() // 60)
    return Happening(
        reason=EventReason.READY_FOR_BELL, message=f"{what}: {told}, {early} minutes before the bell"
    )


def bell_words(peak: PlannedPeak) -> str:
    """Return a bell in words: the peak, and its time on the wall of the school."""
    return f"{peak.surge.occurrence.peak.name} at {local_time(peak)}"
