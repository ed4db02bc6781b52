"""What orders with an end bear on a decision: those in force, and what came of them. Pure."""

from __future__ import annotations

from heapq import nsmallest
from typing import TYPE_CHECKING

from firstbell.core import Decision, Unavailable, scheduled_by
from firstbell.core.instants import minute_of
from firstbell.core.reasons import AbsenceReason, DecisionReason
from firstbell.core.scaling import floors_in_force, hold_in_force
from firstbell.engine.seen.overrides import MOST_ASKED, Effect
from firstbell.kinds.school_autoscaler import Mode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from firstbell.core import Hold, Override, Plan
    from firstbell.engine.deciding.other_times import Elsewhere
    from firstbell.engine.deciding.outcome import Outcome
    from firstbell.engine.pace.timekeeping import OtherTime


def floors_at_other_times(
    orders: Sequence[Override],
    others: Iterable[OtherTime],
    there: Sequence[Elsewhere],
    now: datetime,
    until: datetime,
) -> tuple[Hold, ...]:
    """Return the floors that orders set at the other times that it may be: a wrong clock lowers nothing."""
    floors: list[Hold] = []
    for time in others if orders else ():
        known = [one.plan for one in there if one.time == time]
        floors += floors_asked(orders, known[0] if known else None, now + time.ahead, until + time.ahead)
    return tuple(floors)


def floors_asked(
    orders: Sequence[Override], plan: Plan | Unavailable | None, now: datetime, until: datetime
) -> tuple[Hold, ...]:
    """Return the floors that orders set at a time, by the plan there."""
    if plan is None:
        plan = Unavailable(reason=AbsenceReason.TOO_COSTLY, message="the plan of that time is not known")
    scheduled = scheduled_by(plan, minute_of(now), minute_of(until))
    return floors_in_force(orders, now, until, scheduled)


def by_other_times(orders: Sequence[Override], others: Iterable[OtherTime]) -> tuple[Override, ...]:
    """Return the orders as they look from our clock where another one is right.

    An order off wins at either; where each starts and ends is what is waited for, too.
    """
    return tuple(one.moved(-time.ahead) for time in others for one in orders)


def still_to_end(
    orders: Iterable[Override], others: Iterable[OtherTime], now: datetime
) -> tuple[Override, ...]:
    """Return the orders that are not over at any time that it may be."""
    earliest = min((now + time.ahead for time in others), default=now)
    since = min(now, earliest)
    return tuple(one for one in orders if one.end > since)


def hold_now(orders: Iterable[Override], others: Sequence[OtherTime], now: datetime) -> Override | None:
    """Return the order to write nothing that is in force at any time that it may be; None without one."""
    lasting = still_to_end(orders, others, now)
    return hold_in_force((*lasting, *by_other_times(lasting, others)), now, now)


def effect_of(outcome: Outcome | Unavailable) -> Effect:
    """Tell what came of the orders for a SchoolAutoscaler, as far as their status tells it.

    What live metrics do meanwhile is not in it: a status does not follow every reading.
    """
    if isinstance(outcome, Unavailable):
        return Effect(problem=outcome.message)
    decision = outcome.decision
    scheduled = decision.scheduled if isinstance(decision, Decision) else None
    floors = (one for one in outcome.floors if one.by)
    most = nsmallest(MOST_ASKED, floors, key=lambda one: (-one.replicas, one.by))
    asked = {one.by: one.replicas for one in most}
    held_by = outcome.held_by.name if outcome.held_by is not None else ""
    return Effect(
        asked=asked,
        scheduled=scheduled,
        capped=_cap(decision),
        held_by=held_by,
        problem=_problem(outcome),
    )


def _cap(decision: Decision | Unavailable) -> tuple[int, str] | None:
    if isinstance(decision, Unavailable):
        return None
    found = [limit for limit in decision.limits if limit.reason.caps]
    return (found[-1].after, found[-1].reason.value) if found else None


def _problem(outcome: Outcome) -> str:
    stands, decision = outcome.situation, outcome.decision
    for needed in (decision, stands.workload):
        if isinstance(needed, Unavailable):
            return needed.message
    if outcome.stopped:
        return outcome.stopped
    if isinstance(decision, Decision) and decision.reason is DecisionReason.HANDS_OFF:
        return decision.message
    if stands.rules.mode is Mode.DRY_RUN:
        return "spec.mode of the SchoolAutoscaler is DryRun: nothing is written"
    return ""
