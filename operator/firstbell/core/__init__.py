"""The pure core: from a school calendar and a policy to replicas, and why.

Rule 1: standard library only, and of that nothing that reads a clock, a file, a network or chance.
Rule 2: values are frozen; an absent thing is a value that says why, never a stand-in number.
Rule 3: arithmetic on people and replicas is exact (integers and fractions, no floats).
Rule 4: occurrences are generated over an interval that the caller names, never from "today".
Rule 5: this is its door. What others may use stands in `__all__`; everything behind it is private.
"""

from __future__ import annotations

from firstbell.core.absence import Unavailable
from firstbell.core.announcements import known_by, told_between
from firstbell.core.arrivals import BELL, RELAXED, WALL, ArrivalShape
from firstbell.core.behavior import (
    DEFAULT_BEHAVIOR,
    Behavior,
    RatePolicy,
    RateType,
    ScalingRules,
    SelectPolicy,
)
from firstbell.core.bells import (
    END_OF_DAY,
    EPOCH,
    MINUTES_PER_DAY,
    Minute,
    bell,
    instant_of,
    local_date,
    minute_of,
    minute_of_day,
    start_of_day,
)
from firstbell.core.brought_forward import BroughtForward
from firstbell.core.calendar import (
    ODD_AND_EVEN,
    CalendarDate,
    CalendarEvent,
    DemandEventType,
    ExceptionSource,
    HolidayType,
    InstructionMode,
    OnClosure,
    RecurrenceCondition,
    RotationType,
    SchoolCalendar,
    SessionType,
    Weekday,
)
from firstbell.core.coalesce import Run
from firstbell.core.conditions import Condition, Truth, merge_conditions
from firstbell.core.day_changes import DayChange, changes_of, same_lessons_from
from firstbell.core.days import Day, DayClass, SchoolDays, Transition
from firstbell.core.decision import Ceiling, Decision, Hold
from firstbell.core.demand import RegionLoad, Surge, offsets_by_region, region_loads, total_weight
from firstbell.core.effort import planned_around, too_many_steps
from firstbell.core.findings import Finding, FindingKind, Severity, calendar_findings, fold, policy_findings
from firstbell.core.findings.exceptions import last_entry_findings
from firstbell.core.findings.pupils import pupil_findings
from firstbell.core.floor import Autoscaler, FloorMark, FloorMemory, FloorReading, FloorState, read_floor
from firstbell.core.history import SETTLED, History, Recommended
from firstbell.core.lead import NO_RISES, MeasuredLead, Rise, Rises, all_taking
from firstbell.core.limits import SLOWING, Limit, behaved
from firstbell.core.overrides import Override, floors_in_force, hold_in_force, next_turns
from firstbell.core.pilot import Look, Pilot
from firstbell.core.plan import (
    LimitedBy,
    Plan,
    PlannedPeak,
    Schedule,
    Step,
    Workload,
    clamp,
    make_plan,
    plan_within,
)
from firstbell.core.plan_change import (
    BellChange,
    change_sentence,
    changed_bells,
    changes_sentence,
    lost_bells,
)
from firstbell.core.policy import Bounds, DayFactor, Match, Peak, PeakAnchor, Policy, Shape
from firstbell.core.preparation import START_GRACE, Preparation, SeenReady
from firstbell.core.reactive import (
    LiveMetric,
    MetricTarget,
    Reading,
    Standing,
    TargetType,
    Tolerances,
    asked_for,
    number_text,
    usable,
)
from firstbell.core.reasons import (
    AbsenceReason,
    ConditionReason,
    ConditionType,
    DecisionReason,
    EventReason,
    LimitReason,
    ShortfallReason,
)
from firstbell.core.rules import DEFAULT_RULES, Rules
from firstbell.core.scheduled import scheduled_by
from firstbell.core.shortfall import Shortfall, most_frequent, shortfall_sentence, words_of
from firstbell.core.sight import EarlyArrivals, Sight
from firstbell.core.surge_correction import AS_PLANNED, SurgeHistory
from firstbell.core.time_words import (
    CLOCK,
    DATED_CLOCK,
    api_minute,
    api_time,
    clock_text,
    local_clock,
    told_instant,
    utc_clock,
)
from firstbell.core.upcoming import (
    by_bell,
    day_words,
    local_time,
    peak_at,
    peak_sentence,
    percent_text,
    upcoming_peaks,
    wall_clock,
    written_for,
)
from firstbell.core.visible_text import is_visible, visible

__all__ = [
    "AS_PLANNED",
    "BELL",
    "CLOCK",
    "DATED_CLOCK",
    "DEFAULT_BEHAVIOR",
    "DEFAULT_RULES",
    "END_OF_DAY",
    "EPOCH",
    "MINUTES_PER_DAY",
    "NO_RISES",
    "ODD_AND_EVEN",
    "RELAXED",
    "SETTLED",
    "SLOWING",
    "START_GRACE",
    "WALL",
    "AbsenceReason",
    "ArrivalShape",
    "Autoscaler",
    "Behavior",
    "BellChange",
    "Bounds",
    "BroughtForward",
    "CalendarDate",
    "CalendarEvent",
    "Ceiling",
    "Condition",
    "ConditionReason",
    "ConditionType",
    "Day",
    "DayChange",
    "DayClass",
    "DayFactor",
    "Decision",
    "DecisionReason",
    "DemandEventType",
    "EarlyArrivals",
    "EventReason",
    "ExceptionSource",
    "Finding",
    "FindingKind",
    "FloorMark",
    "FloorMemory",
    "FloorReading",
    "FloorState",
    "History",
    "Hold",
    "HolidayType",
    "InstructionMode",
    "Limit",
    "LimitReason",
    "LimitedBy",
    "LiveMetric",
    "Look",
    "Match",
    "MeasuredLead",
    "MetricTarget",
    "Minute",
    "OnClosure",
    "Override",
    "Peak",
    "PeakAnchor",
    "Pilot",
    "Plan",
    "PlannedPeak",
    "Policy",
    "Preparation",
    "RatePolicy",
    "RateType",
    "Reading",
    "Recommended",
    "RecurrenceCondition",
    "RegionLoad",
    "Rise",
    "Rises",
    "RotationType",
    "Rules",
    "Run",
    "ScalingRules",
    "Schedule",
    "SchoolCalendar",
    "SchoolDays",
    "SeenReady",
    "SelectPolicy",
    "SessionType",
    "Severity",
    "Shape",
    "Shortfall",
    "ShortfallReason",
    "Sight",
    "Standing",
    "Step",
    "Surge",
    "SurgeHistory",
    "TargetType",
    "Tolerances",
    "Transition",
    "Truth",
    "Unavailable",
    "Weekday",
    "Workload",
    "all_taking",
    "api_minute",
    "api_time",
    "asked_for",
    "behaved",
    "bell",
    "by_bell",
    "calendar_findings",
    "change_sentence",
    "changed_bells",
    "changes_of",
    "changes_sentence",
    "clamp",
    "clock_text",
    "day_words",
    "floors_in_force",
    "fold",
    "hold_in_force",
    "instant_of",
    "is_visible",
    "known_by",
    "last_entry_findings",
    "local_clock",
    "local_date",
    "local_time",
    "lost_bells",
    "make_plan",
    "merge_conditions",
    "minute_of",
    "minute_of_day",
    "most_frequent",
    "next_turns",
    "number_text",
    "offsets_by_region",
    "peak_at",
    "peak_sentence",
    "percent_text",
    "plan_within",
    "planned_around",
    "policy_findings",
    "pupil_findings",
    "read_floor",
    "region_loads",
    "same_lessons_from",
    "scheduled_by",
    "shortfall_sentence",
    "start_of_day",
    "told_between",
    "told_instant",
    "too_many_steps",
    "total_weight",
    "upcoming_peaks",
    "usable",
    "utc_clock",
    "visible",
    "wall_clock",
    "words_of",
    "written_for",
]
