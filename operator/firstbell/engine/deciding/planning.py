"""Plans, made once and kept: 48 hours ahead, made again when anything they stand on changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core import effort
from firstbell.core.absence import Unavailable
from firstbell.core.bells import MINUTES_PER_DAY, Minute
from firstbell.core.plan import Plan, PlannedPeak, Workload, make_plan
from firstbell.core.policy import Bounds
from firstbell.core.upcoming import by_bell, upcoming_peaks
from firstbell.engine.deciding.situation import ByFloor, ByScale, Situation
from firstbell.engine.memory.memory import CutPlan
from firstbell.engine.pace.slices import (
    SLICE_SECONDS,
    TooCostlyError,
    too_costly,
    within,
)

if TYPE_CHECKING:
    from firstbell.engine.memory.memory import Memory

RECENT_MINUTES = 10
UPCOMING = 5
CUT_MINUTES = 60
"""How long a plan that was cut is not tried again, unless something that it stands on changes."""


def bounds_in_force(situation: Situation, actuator: ByFloor | ByScale) -> Bounds:
    """Return the least and most replicas.

    Beside an autoscaler the tighter of its bounds and the spec's own.
    """
    if isinstance(actuator, ByScale):
        return Bounds(minimum=actuator.minimum, maximum=max(actuator.minimum, actuator.maximum))
    theirs = actuator.seen.autoscaler
    # Its maximum can be below the baseline for a moment: somebody is editing both.
    autoscaler = Bounds(minimum=actuator.baseline, maximum=max(theirs.maximum, actuator.baseline))
    return autoscaler.tightened(situation.rules.minimum, situation.rules.maximum)


def current_plan(
    situation: Situation, actuator: ByFloor | ByScale, memory: Memory, minute: Minute
) -> Plan | Unavailable:
    """Return the plan in force at a minute: made anew where its inputs changed, or its time ran out.

    With HoldLastPlan the last good calendars go on to be followed while the present ones are unusable. A plan
    that takes too long to make is cut: the last one goes on for as long as it reaches, `memory.cut` says why.
    """
    calendars = situation.calendars
    if isinstance(calendars, Unavailable):
        if situation.rules.flown.reactive_only or memory.last_calendars is None:
            return calendars
        calendars = memory.last_calendars
    bounds = bounds_in_force(situation, actuator)
    inputs = (situation.rules, tuple(id(days.calendar) for days in calendars), bounds)
    plan = memory.plan
    fits = plan is not None and plan.start + RECENT_MINUTES <= minute < plan.end - MINUTES_PER_DAY
    if plan is not None and fits and memory.plan_inputs == inputs:
        memory.last_calendars, memory.cut = calendars, None
        return plan
    if memory.cut is None or memory.cut.inputs != inputs or minute >= memory.cut.until:
        made = made_plan(Workload(policy=situation.rules.policy, bounds=bounds, calendars=calendars), minute)
        if isinstance(made, Plan):
            memory.plan, memory.plan_inputs, memory.cut = made, inputs, None
            memory.last_calendars = calendars
            return made
        memory.cut = CutPlan(inputs=inputs, calendars=calendars, why=made, until=minute + CUT_MINUTES)
    lasts = plan is not None and plan.start <= minute < plan.end
    return plan if plan is not None and lasts else memory.cut.why


def made_plan(workload: Workload, minute: Minute) -> Plan | Unavailable:
    """Return the plan from an hour ago on, or that it takes too many steps, or took too long after all."""
    start, end = minute - effort.BEHIND_MINUTES, minute + effort.AHEAD_MINUTES
    try:
        refused = effort.too_costly(workload, start, end)
        return refused or within(SLICE_SECONDS, lambda: make_plan(workload, start, end))
    except TooCostlyError:
        return too_costly(f"The plan of SchoolAutoscaler {workload.policy.key}", SLICE_SECONDS)


def coming_peaks(plan: Plan, memory: Memory, minute: Minute) -> tuple[PlannedPeak, ...]:
    """Return the next peaks by their bells, looked up again when one has rung or the plan changed.

    Most often the plan itself has enough of them; on a Friday evening and in holidays it does not.
    """
    stale = memory.upcoming_inputs is not plan
    passed = bool(memory.upcoming) and memory.upcoming[0].bell <= minute
    if stale or passed:
        # Later bells of the plan's last hours may be missing in it: where all of their load comes after it.
        latest = max((offset for load in plan.loads for offset, _ in load.offsets), default=0)
        complete = plan.end - max(latest, 0)
        ahead = sorted((peak for peak in plan.peaks if minute < peak.bell < complete), key=by_bell)
        enough = len(ahead) >= UPCOMING
        memory.upcoming = tuple(ahead[:UPCOMING]) if enough else _further(plan, minute)
        memory.upcoming_inputs = plan
    return memory.upcoming


def _further(plan: Plan, minute: Minute) -> tuple[PlannedPeak, ...]:
    """Return the next peaks however far ahead; none where they take too long to find."""
    try:
        return within(SLICE_SECONDS, lambda: upcoming_peaks(plan.workload, minute, UPCOMING))
    except TooCostlyError:
        return ()
