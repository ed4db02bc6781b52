"""Plans, made once and kept: 48 hours ahead, made again when anything they stand on changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core import (
    Bounds,
    Plan,
    PlannedPeak,
    Schedule,
    Unavailable,
    Workload,
    by_bell,
    make_plan,
    planned_around,
    too_many_steps,
    upcoming_peaks,
)
from firstbell.core.capacity import NO_RISES
from firstbell.core.instants import MINUTES_PER_DAY, Minute
from firstbell.engine.deciding.situation import ByFloor, ByScale, Situation
from firstbell.engine.memory.kept_plans import CutPlan
from firstbell.engine.pace.slices import (
    SLICE_SECONDS,
    TooCostlyError,
    too_costly,
    within,
)

if TYPE_CHECKING:
    from firstbell.engine.memory.kept_plans import KeptPlans
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
    that takes too long to make is cut: the last one goes on for as long as it reaches, `plans.cut` says why.
    """
    plans, calendars = memory.plans, situation.calendars
    if isinstance(calendars, Unavailable):
        if situation.rules.flown.reactive_only or plans.calendars is None:
            return calendars
        calendars = plans.calendars
    bounds = bounds_in_force(situation, actuator)
    measured = memory.lead.rises if situation.rules.policy.longest_lead_minutes else NO_RISES
    inputs = (situation.rules, tuple(id(days.calendar) for days in calendars), bounds, measured)
    plan = plans.plan
    if plan is not None and plans.inputs == inputs and _fits(plan, minute):
        plans.calendars, plans.cut = calendars, None
        return plan
    if plans.cut is None or plans.cut.inputs != inputs or minute >= plans.cut.until:
        workload = Workload(policy=situation.rules.policy, bounds=bounds, calendars=calendars, rises=measured)
        made = plans.shared.planned(
            workload, lambda known: _fits(known, minute), lambda: made_plan(workload, minute)
        )
        if isinstance(made, Plan):
            plans.plan, plans.inputs, plans.cut = made, inputs, None
            plans.calendars = calendars
            return made
        plans.cut = CutPlan(inputs=inputs, calendars=calendars, why=made, until=minute + CUT_MINUTES)
    lasts = plan is not None and plan.start <= minute < plan.end
    return plan if plan is not None and lasts else plans.cut.why


def _fits(planned: Plan | Schedule, minute: Minute) -> bool:
    """Tell whether it knows of the minutes before this one, and of a day from it on."""
    return planned.start + RECENT_MINUTES <= minute < planned.end - MINUTES_PER_DAY


def made_plan(workload: Workload, minute: Minute) -> Plan | Unavailable:
    """Return the plan from an hour ago on, or that it takes too many steps, or took too long after all."""
    start, end = planned_around(minute)
    try:
        refused = too_many_steps(workload, start, end)
        return refused or within(SLICE_SECONDS, lambda: make_plan(workload, start, end))
    except TooCostlyError:
        return too_costly(f"The plan of SchoolAutoscaler {workload.policy.key}", SLICE_SECONDS)


def coming_peaks(plan: Plan, plans: KeptPlans, minute: Minute) -> tuple[PlannedPeak, ...]:
    """Return the next peaks by their bells, looked up again when one has rung or the plan changed.

    Most often the plan itself has enough of them; on a Friday evening and in holidays it does not.
    """
    known = plans.shared.upcoming(plan)
    if known is None or (known and known[0].bell <= minute):
        # Later bells of the plan's last hours may be missing in it: where all of their load comes after it.
        latest = max((offset for load in plan.loads for offset, _ in load.offsets), default=0)
        complete = plan.end - max(latest, 0)
        ahead = sorted((peak for peak in plan.peaks if minute < peak.bell < complete), key=by_bell)
        enough = len(ahead) >= UPCOMING
        known = tuple(ahead[:UPCOMING]) if enough else _further(plan, minute)
        plans.shared.keep_upcoming(plan, known)
    return known


def _further(plan: Plan, minute: Minute) -> tuple[PlannedPeak, ...]:
    """Return the next peaks however far ahead; none where they take too long to find."""
    try:
        return within(SLICE_SECONDS, lambda: upcoming_peaks(plan.workload, minute, UPCOMING))
    except TooCostlyError:
        return ()
