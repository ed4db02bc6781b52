"""Plans, made once and kept: 48 hours ahead, made again when anything they stand on changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.api.school_autoscaler import OnCalendarError
from firstbell.domain.absence import Unavailable
from firstbell.domain.bells import MINUTES_PER_DAY, Minute
from firstbell.domain.plan import Plan, PlannedPeak, Workload, make_plan
from firstbell.domain.policy import Bounds
from firstbell.domain.upcoming import bell_of, by_bell, upcoming_peaks
from firstbell.engine.deciding.situation import ByFloor, ByScale, Situation

if TYPE_CHECKING:
    from firstbell.engine.memory import Memory

AHEAD_MINUTES = 2 * MINUTES_PER_DAY
BEHIND_MINUTES = 60
RECENT_MINUTES = 10
UPCOMING = 5


def bounds_in_force(now: Situation, actuator: ByFloor | ByScale) -> Bounds:
    """The least and most replicas: beside an autoscaler the tighter of its bounds and the spec's own."""
    if isinstance(actuator, ByScale):
        return Bounds(minimum=actuator.minimum, maximum=max(actuator.minimum, actuator.maximum))
    theirs = actuator.seen.autoscaler
    # Its maximum can be below the baseline for a moment: somebody is editing both.
    autoscaler = Bounds(minimum=actuator.baseline, maximum=max(theirs.maximum, actuator.baseline))
    return autoscaler.tightened(now.rules.minimum, now.rules.maximum)


def current_plan(
    now: Situation, actuator: ByFloor | ByScale, memory: Memory, minute: Minute
) -> Plan | Unavailable:
    """The plan in force at a minute: made anew where its inputs changed, or its time ran out.

    With HoldLastPlan the last good calendars go on to be followed while the present ones are unusable.
    """
    calendars = now.calendars
    if isinstance(calendars, Unavailable):
        if now.rules.on_calendar_error is OnCalendarError.REACTIVE_ONLY or memory.last_calendars is None:
            return calendars
        calendars = memory.last_calendars
    memory.last_calendars = calendars
    bounds = bounds_in_force(now, actuator)
    inputs = (now.rules, tuple(map(id, calendars)), bounds)
    plan = memory.plan
    fits = plan is not None and plan.start + RECENT_MINUTES <= minute < plan.end - MINUTES_PER_DAY
    if plan is not None and fits and memory.plan_inputs == inputs:
        return plan
    workload = Workload(policy=now.rules.policy, bounds=bounds, calendars=calendars)
    plan = make_plan(workload, minute - BEHIND_MINUTES, minute + AHEAD_MINUTES)
    memory.plan, memory.plan_inputs = plan, inputs
    return plan


def coming_peaks(plan: Plan, memory: Memory, minute: Minute) -> tuple[PlannedPeak, ...]:
    """The next peaks by their bells, looked up again when one has rung or the plan changed.

    Most often the plan itself has enough of them; on a Friday evening and in holidays it does not.
    """
    stale = memory.upcoming_inputs is not plan
    passed = bool(memory.upcoming) and bell_of(memory.upcoming[0]) <= minute
    if stale or passed:
        # Later bells of the plan's last hours may be missing in it: where all of their load comes after it.
        latest = max((offset for load in plan.loads for offset, _ in load.offsets), default=0)
        complete = plan.end - max(latest, 0)
        ahead = sorted((peak for peak in plan.peaks if minute < bell_of(peak) < complete), key=by_bell)
        enough = len(ahead) >= UPCOMING
        memory.upcoming = (
            tuple(ahead[:UPCOMING]) if enough else upcoming_peaks(plan.workload, minute, UPCOMING)
        )
        memory.upcoming_inputs = plan
    return memory.upcoming
