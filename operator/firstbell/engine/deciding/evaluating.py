"""Decide: what follows from the situation of one SchoolAutoscaler, without a request.

The operator's tick and `firstbell explain` both come here, so that what is explained is what runs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firstbell.core import Unavailable
from firstbell.core.instants import minute_of
from firstbell.core.reasons import LimitReason
from firstbell.core.scaling import Limit, hold_in_force
from firstbell.engine.deciding.hands import follow_hands, hand_happening
from firstbell.engine.deciding.orders_in_force import (
    by_other_times,
    floors_asked,
    floors_at_other_times,
    still_to_end,
)
from firstbell.engine.deciding.other_times import elsewhere
from firstbell.engine.deciding.outcome import Outcome
from firstbell.engine.deciding.planning import current_plan
from firstbell.engine.deciding.shrinking import follow_shrinkage
from firstbell.engine.deciding.sighting import sight
from firstbell.engine.deciding.situation import ByFloor, still_held
from firstbell.engine.deciding.zero import follow_zero

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from firstbell.core import Decision, Plan
    from firstbell.engine.deciding.situation import Situation
    from firstbell.engine.memory.kept_plans import KeptPlans
    from firstbell.engine.memory.memory import Memory
    from firstbell.engine.memory.written import Admitted
    from firstbell.engine.pace.timekeeping import ClockState, OtherTime
    from firstbell.engine.seen.store import Store


def evaluated(  # noqa: PLR0913 - what a decision depends on
    store: Store,
    stands: Situation,
    instance: str,
    memory: Memory,
    now: datetime,
    *,
    clock: ClockState,
    others: Sequence[OtherTime],
    stopped: str,
) -> Outcome:
    """Return the outcome of a situation at `now`, nothing written yet.

    `others` are times that it may be as well; `stopped` tells of an order to write nothing, empty where there
    is none.
    """
    invalid = stands.seen.rules if isinstance(stands.seen.rules, Unavailable) else None
    minute, until = minute_of(now), max(now, memory.carried_out.acted_for or now)
    orders = still_to_end(stands.orders, others, now)
    turning = (*orders, *by_other_times(orders, others))
    seen_orders = (*orders, *(one for one in turning[len(orders) :] if one.hold))
    held_by = hold_in_force(seen_orders, now, until)
    memory.zero = follow_zero(stands, memory.zero)
    if isinstance(stands.actuator, Unavailable):
        held = still_held(store, stands, instance)
        before = memory.plans.plan
        plan = stands.actuator if held is None else current_plan(stands, held, memory, minute)
        memory.edits.shrunk = follow_shrinkage(store, stands, before, plan, memory, now)
        _follow_hands(store, stands, plan, memory, now)
        return Outcome(
            now=now,
            situation=stands,
            plan=plan,
            decision=stands.actuator,
            invalid=invalid,
            cut=_cut(memory.plans),
            shrunk=memory.edits.shrunk,
            clock=clock,
            stopped=stopped,
            held_by=held_by,
            floors=floors_asked(orders, plan, now, until),
            orders=seen_orders,
            turning=turning,
        )
    before = memory.plans.plan
    plan = current_plan(stands, stands.actuator, memory, minute)
    memory.edits.shrunk = follow_shrinkage(store, stands, before, plan, memory, now)
    _follow_hands(store, stands, plan, memory, now)
    there = () if isinstance(plan, Unavailable) else tuple(elsewhere(plan, memory.plans, others, now))
    holds = tuple(one.hold(now, until) for one in there)
    holds = (*holds, *floors_at_other_times(orders, others, there, now, until))
    if memory.edits.shrunk is not None:
        holds = (*holds, memory.edits.shrunk.hold(now))
    seen = sight(store, stands, stands.actuator, plan, memory, now, holds, seen_orders, stopped)
    look = memory.pilot.look(stands.rules.flown, seen)
    memory.pilot, decision = look.pilot, look.decision
    if isinstance(stands.actuator, ByFloor):
        decision = _admitted(decision, memory.written.admitted, now)
        decision = _below_floor(decision, stands, memory.written.admitted_count, now)
    else:
        decision = _admitted(decision, memory.written.admitted_count, now)
    return Outcome(
        now=now,
        situation=stands,
        plan=plan,
        decision=decision,
        invalid=invalid,
        look=look,
        cut=_cut(memory.plans),
        shrunk=memory.edits.shrunk,
        clock=clock,
        elsewhere=there,
        stopped=stopped,
        held_by=held_by,
        floors=tuple(hold for hold in look.observed.holds if hold.by),
        orders=seen_orders,
        turning=turning,
    )


def _follow_hands(
    store: Store, stands: Situation, plan: Plan | Unavailable, memory: Memory, now: datetime
) -> None:
    """Follow what others set by hand, and keep what is news for the report; a contest is told as such."""
    actuator, key = stands.actuator, stands.seen.key
    foreign = store.floors.foreign_minima(actuator.seen.key) if isinstance(actuator, ByFloor) else ()
    memory.hands, news = follow_hands(memory.hands, stands, plan, foreign, now)
    if not memory.written.contest.is_on(now):
        memory.happenings.extend(hand_happening(hand, key) for hand in news)


def _cut(plans: KeptPlans) -> Unavailable | None:
    return None if plans.cut is None else plans.cut.why


def _admitted(decision: Decision, admitted: Admitted | None, now: datetime) -> Decision:
    """Return the decision with what admission control lately made of it."""
    if admitted is None or decision.desired != admitted.asked or now >= admitted.until:
        return decision
    return replace(decision, desired=admitted.given, limits=(*decision.limits, _limit(admitted)))


def _below_floor(decision: Decision, stands: Situation, admitted: Admitted | None, now: datetime) -> Decision:
    """Return the decision with what admission control lately made of the count.

    The floor is raised all the same.
    """
    workload = stands.workload
    if admitted is None or decision.desired is None or isinstance(workload, Unavailable):
        return decision
    if not admitted.stands(decision.desired, workload.replicas, now):
        return decision
    return replace(decision, limits=(*decision.limits, _limit(admitted)))


def _limit(admitted: Admitted) -> Limit:
    return Limit(reason=LimitReason.ADMISSION, before=admitted.asked, after=admitted.given)
