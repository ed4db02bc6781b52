"""One resolved date: lessons or none, why, and what kind of lesson day."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from firstbell.core.school_calendar import InstructionMode

if TYPE_CHECKING:
    from datetime import date

    from firstbell.core.school_calendar import CalendarEvent


OUTSIDE_SCHOOL_YEAR, NO_WEEKLY_ROW = "outside-school-year", "no-weekly-row"
"""Reasons of a day without lessons, in documents and statuses as well."""


class DayClass(StrEnum):
    """What kind of lesson day it is, computed from the break before it and never typed."""

    REGULAR = "Regular"
    FIRST_DAY_OF_WEEK = "FirstDayOfWeek"
    AFTER_LONG_WEEKEND = "AfterLongWeekend"
    RESTART_AFTER_HOLIDAY = "RestartAfterHoliday"
    FIRST_DAY_OF_SCHOOL_YEAR = "FirstDayOfSchoolYear"


class Transition(StrEnum):
    """The mode of instruction changed since the previous lesson day."""

    TO_REMOTE = "ToRemote"
    TO_IN_PERSON = "ToInPerson"
    TO_HYBRID = "ToHybrid"


TRANSITION_TO = {
    InstructionMode.REMOTE: Transition.TO_REMOTE,
    InstructionMode.IN_PERSON: Transition.TO_IN_PERSON,
    InstructionMode.HYBRID: Transition.TO_HYBRID,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Lessons:
    """What is true only of a day with lessons.

    `break_days` counts the days without lessons since the previous lesson day; it and `transition` are None
    where there is no previous lesson day.
    """

    instruction_mode: InstructionMode
    bell_schedule_name: str
    label: str | None = None
    day_class: DayClass = DayClass.REGULAR
    break_days: int | None = None
    transition: Transition | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """One resolved date in one region.

    `reason` is `weekly`, `no-weekly-row`, `outside-school-year`, `holidays/NAME`, `calendarDates/NAME` or
    `exceptions/NAME`. On a day without lessons `event` is set only if an exception closed it.
    """

    date: date
    region: str | None
    reason: str
    event: CalendarEvent | None = None
    lessons: Lessons | None = None

    @property
    def instructional(self) -> bool:
        """Whether the day has lessons."""
        return self.lessons is not None
