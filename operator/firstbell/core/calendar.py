"""What a calendar is made of, and what changes of its days. A door of the core: it only re-exports."""

from __future__ import annotations

from firstbell.core.announcements import known_by, told_between
from firstbell.core.day_changes import DayChange, changes_of, same_lessons_from
from firstbell.core.days import DayClass, Transition
from firstbell.core.school_calendar import (
    ODD_AND_EVEN,
    AcademicSession,
    BellSchedule,
    CalendarDate,
    CalendarEvent,
    ClassPeriod,
    Cohort,
    CronRecurrence,
    DateRange,
    DemandEvent,
    DemandEventType,
    ExceptionSource,
    Holiday,
    HolidayType,
    InstructionMode,
    OnClosure,
    OneDate,
    RecurrenceCondition,
    Rotation,
    RotationType,
    SessionType,
    Weekday,
    WeeklyRecurrence,
    WeeklyRow,
)
from firstbell.core.upcoming import day_words

__all__ = [
    "ODD_AND_EVEN",
    "AcademicSession",
    "BellSchedule",
    "CalendarDate",
    "CalendarEvent",
    "ClassPeriod",
    "Cohort",
    "CronRecurrence",
    "DateRange",
    "DayChange",
    "DayClass",
    "DemandEvent",
    "DemandEventType",
    "ExceptionSource",
    "Holiday",
    "HolidayType",
    "InstructionMode",
    "OnClosure",
    "OneDate",
    "RecurrenceCondition",
    "Rotation",
    "RotationType",
    "SessionType",
    "Transition",
    "Weekday",
    "WeeklyRecurrence",
    "WeeklyRow",
    "changes_of",
    "day_words",
    "known_by",
    "same_lessons_from",
    "told_between",
]
