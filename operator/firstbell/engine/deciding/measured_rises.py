"""How long rises take, as the operator sees it, and what a restart takes up again. Pure.

A rise is measured from its write to the look that finds all its replicas Ready. What would tell of something
else than slow pods is not measured: what live metrics ask for, a rise during a rollout or of a workload that
was made anew, a count that somebody else has taken back, one that is cut short by a fall, and all that a
process did not see because it stood still. A rise that is not Ready when the longest lead is over counts as
that long; and one that is cut short after longer than was ever seen counts as long as it lasted.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from firstbell.core import Decision, Unavailable, peak_at
from firstbell.core.capacity import NO_RISES, MeasuredLead, Rise, Rises
from firstbell.core.instants import api_time, instant_of, local_time, minute_of, told_instant, utc_clock
from firstbell.core.reasons import DecisionReason, EventReason
from firstbell.engine.memory.lead import Lead, RiseUnderWay
from firstbell.engine.ports import Happening
from firstbell.engine.seen.store import SeenWorkload
from firstbell.kinds.lead_time import DEFAULT_MAX_MINUTES, MOST_MINUTES
from firstbell.kinds.school_autoscaler import Mode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.core import Plan
    from firstbell.engine.deciding.outcome import Outcome
    from firstbell.engine.deciding.situation import Situation
    from firstbell.engine.ports import Json

MOST_UNDER_WAY = 8
LONGEST_SECONDS = 60 * MOST_MINUTES
"""So long a rise is waited for at the most."""
FOR_A_BELL = frozenset({DecisionReason.SCHEDULED_PEAK, DecisionReason.SURGE_CORRECTION})


def follow_rises(lead: Lead, stands: Situation, now: datetime) -> tuple[Lead, tuple[Happening, ...]]:
    """Return what is known of rises once a workload is looked at, and what is to be told of it."""
    workload = stands.workload
    if not lead.under_way:
        return lead, ()
    if isinstance(workload, Unavailable) or workload.rolling or workload.unknown_ready is not None:
        return lead.interrupted(), ()
    told: list[Happening] = []
    waiting: list[RiseUnderWay] = []
    for rise in lead.under_way:
        if workload.uid != rise.uid:
            continue
        if workload.ready is not None and workload.ready >= rise.after:
            lead = _measured(lead, rise, min(now, rise.until), stands, told, ready=now <= rise.until)
        elif now < rise.until:
            waiting.append(rise)
        elif workload.replicas >= rise.after:
            lead = _measured(lead, rise, rise.until, stands, told, ready=False)
    return replace(lead, under_way=tuple(waiting)), tuple(told)


def follow_write(
    lead: Lead, outcome: Outcome, before: int, acted_for: datetime | None
) -> tuple[Lead, tuple[Happening, ...]]:
    """Return what is known of rises after a decision was carried out, in place of `before` replicas."""
    stands, decision = outcome.situation, outcome.decision
    workload = stands.workload
    if stands.rules.mode is Mode.DRY_RUN or not isinstance(workload, SeenWorkload):
        return lead.interrupted(), ()
    if isinstance(decision, Unavailable) or decision.desired is None or outcome.stopped:
        return lead, ()
    told: list[Happening] = []
    if decision.desired < before:
        for rise in lead.under_way:
            if rise.after > decision.desired:
                lead = _cut_short(lead, rise, outcome, told)
        kept = tuple(rise for rise in lead.under_way if rise.after <= decision.desired)
        return replace(lead, under_way=kept), tuple(told)
    begun = _begun(outcome, decision, workload, before, acted_for)
    if begun is None:
        return lead, ()
    return replace(lead, under_way=(*lead.under_way, begun)[-MOST_UNDER_WAY:]), ()


def _begun(
    outcome: Outcome, decision: Decision, workload: SeenWorkload, before: int, acted_for: datetime | None
) -> RiseUnderWay | None:
    """Return the rise that was just carried out, if it can be measured."""
    desired = decision.desired or 0
    asked = decision.reason is not DecisionReason.LIVE_METRIC
    readable = workload.unknown_ready is None and not workload.rolling
    # The count is of the look before the write. Where others have set it, their pods had begun before ours.
    if desired <= max(before, workload.replicas) or not asked or not readable:
        return None
    bell, told = None, "because of an order"
    if decision.reason in FOR_A_BELL:
        bell, told = _bell(outcome.plan, max(outcome.now, acted_for or outcome.now))
    longest = timedelta(minutes=_longest(outcome.situation))
    return RiseUnderWay(
        uid=workload.uid,
        written=outcome.now,
        before=workload.replicas,
        after=desired,
        until=outcome.now + longest,
        bell=bell if bell is not None and bell > outcome.now else None,
        told=told,
    )


def _longest(stands: Situation) -> int:
    """Tell for how many minutes a rise is waited for."""
    return stands.rules.policy.longest_lead_minutes or DEFAULT_MAX_MINUTES


def _bell(plan: Plan | Unavailable, at: datetime) -> tuple[datetime | None, str]:
    """Return the bell that a rise at an instant is for, and what it is, in words."""
    if isinstance(plan, Unavailable):
        return None, ""
    minute = minute_of(at)
    peak = peak_at(plan, minute)
    if peak is None:
        return None, ""
    ahead = plan.ahead_at(minute)
    earlier = f", {ahead.due - ahead.written} minutes before it was due" if ahead is not None else ""
    bell = instant_of(max(peak.bell, peak.ready_by))
    return bell, f"for {peak.surge.occurrence.peak.name} at {local_time(peak)}{earlier}"


def _measured(  # noqa: PLR0913 - one rise, and where it goes
    lead: Lead, rise: RiseUnderWay, end: datetime, stands: Situation, told: list[Happening], *, ready: bool
) -> Lead:
    """Return what is known with one rise more that is over."""
    seconds = round((end - rise.written).total_seconds())
    done = Rise(written=rise.written, before=rise.before, after=rise.after, seconds=seconds, ready=ready)
    rises = lead.rises.followed_by(done)
    if rise.bell is None:
        return replace(lead, rises=rises)
    late = end > rise.bell or (end == rise.bell and not ready)
    warning = _too_short(rise, done, rises, stands) if late else ""
    if warning:
        told.append(Happening(reason=EventReason.LEAD_TOO_SHORT, message=warning, warning=True))
    return replace(lead, rises=rises, warning=warning)


def _cut_short(lead: Lead, rise: RiseUnderWay, outcome: Outcome, told: list[Happening]) -> Lead:
    """Return what is known once a fall has ended a rise: it counts if it lasted longer than was known."""
    workload = outcome.situation.workload
    known = lead.rises.lead_for(rise.after - rise.before)
    lasted = (outcome.now - rise.written).total_seconds()
    given = isinstance(workload, SeenWorkload) and workload.replicas >= rise.after
    if not given or lasted <= (known.seconds if isinstance(known, MeasuredLead) else 0):
        return lead
    return _measured(lead, rise, outcome.now, outcome.situation, told, ready=False)


def _too_short(rise: RiseUnderWay, done: Rise, rises: Rises, stands: Situation) -> str:
    """Tell that a rise was too late for its bell, and what comes of it."""
    longest = stands.rules.policy.longest_lead_minutes
    late = "all Ready" if done.ready else "not all Ready even"
    took = f"{done.after} replicas, written at {utc_clock(done.written)} {rise.told}, were {late}"
    if not longest:
        cure = "Set spec.leadTime.mode to Measured, or raise leadMinutes of that peak"
        return f"{took} after {done.seconds} s, later than the bell. {cure}."
    lead = rises.lead_for(done.pods)
    needed = lead.minutes if isinstance(lead, MeasuredLead) else longest
    cure = f"From now on such a rise is written {min(needed, longest)} minutes before it is due"
    if needed >= longest:
        cure = f"spec.leadTime.maxMinutes allows no more than {longest} minutes: raise it, or make pods start"
        cure += " sooner"
    return f"{took} after {done.seconds} s, later than the bell. {cure}."


def lead_to_status(lead: Lead) -> Json | None:
    """Return what stands in the status of the last rises; None where none was measured."""
    if not lead.rises.last:
        return None
    told: Json = {"rises": [_rise_to_status(rise) for rise in lead.rises.last]}
    return {**told, "warning": lead.warning} if lead.warning else told


def _rise_to_status(rise: Rise) -> Json:
    return {
        "writtenTime": api_time(rise.written),
        "from": rise.before,
        "to": rise.after,
        "tookSeconds": rise.seconds,
        "ready": rise.ready,
    }


def lead_from_status(status: Json, now: datetime | None = None) -> Lead:
    """Return what an earlier process reported; what makes no sense of it is left out.

    With `now` also what was not over by then: nobody has measured it.
    """
    told = status.get("lead") or {}
    if not isinstance(told, dict):
        return Lead()
    rises = NO_RISES
    for rise in sorted(_rises_from_status(told.get("rises")), key=lambda one: one.written):
        if now is None or rise.known <= now:
            rises = rises.followed_by(rise)
    warning = told.get("warning")
    return Lead(rises=rises, warning=warning if isinstance(warning, str) else "")


def _rises_from_status(rises: object) -> Iterator[Rise]:
    for each in rises if isinstance(rises, list) else ():
        written = told_instant(each.get("writtenTime")) if isinstance(each, dict) else None
        if written is None:
            continue
        try:
            rise = Rise(
                written=written,
                before=int(each["from"]),
                after=int(each["to"]),
                seconds=int(each["tookSeconds"]),
                ready=bool(each["ready"]),
            )
        except (KeyError, ValueError, TypeError, OverflowError):
            continue
        if rise.pods > 0 and 0 <= rise.seconds <= LONGEST_SECONDS:
            yield rise
