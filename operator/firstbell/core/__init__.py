"""The pure core: from a school calendar and a policy to replicas, and why.

Rule 1: standard library only, and of that nothing that reads a clock, a file, a network or chance.
Rule 2: values are frozen; an absent thing is a value that says why, never a stand-in number.
Rule 3: arithmetic on people and replicas is exact (integers and fractions, no floats).
Rule 4: occurrences are generated over an interval that the caller names, never from "today".
Rule 5: this is its door: what it takes to plan, to decide and to say what an edit changes. What these are
made of has five doors beside it, each for one subject: `calendar`, `scaling`, `capacity`, `reasons` and
`instants`. A name has one door, and what has none is private.
"""

from __future__ import annotations

from firstbell.core.absence import Unavailable
from firstbell.core.coalesce import Run
from firstbell.core.days import Day, SchoolDays
from firstbell.core.decision import Ceiling, Decision, Hold
from firstbell.core.effort import planned_around, too_many_steps
from firstbell.core.overrides import Override
from firstbell.core.pilot import Look, Pilot
from firstbell.core.plan import Plan, PlannedPeak, Schedule, Step, Workload, make_plan, plan_within
from firstbell.core.plan_change import BellChange, changed_bells, lost_bells
from firstbell.core.policy import Bounds, Policy
from firstbell.core.rules import DEFAULT_RULES, Rules
from firstbell.core.scheduled import scheduled_by
from firstbell.core.school_calendar import SchoolCalendar
from firstbell.core.sight import Sight
from firstbell.core.upcoming import by_bell, highest_wanted, peak_at, upcoming_peaks, written_for

__all__ = [
    "DEFAULT_RULES",
    "BellChange",
    "Bounds",
    "Ceiling",
    "Day",
    "Decision",
    "Hold",
    "Look",
    "Override",
    "Pilot",
    "Plan",
    "PlannedPeak",
    "Policy",
    "Rules",
    "Run",
    "Schedule",
    "SchoolCalendar",
    "SchoolDays",
    "Sight",
    "Step",
    "Unavailable",
    "Workload",
    "by_bell",
    "changed_bells",
    "highest_wanted",
    "lost_bells",
    "make_plan",
    "peak_at",
    "plan_within",
    "planned_around",
    "scheduled_by",
    "too_many_steps",
    "upcoming_peaks",
    "written_for",
]
