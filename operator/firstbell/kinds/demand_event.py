"""Load that no bell rings for: report cards, deadlines, results, evenings.

An event has a date, or weekdays with a condition, or a cron line that brings its own times; the rules keep
the three apart.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from firstbell.core.calendar import DemandEventType, RecurrenceCondition, Weekday
from firstbell.kinds.cel import Rule, validated_by
from firstbell.kinds.model import SpecModel, distinct_list
from firstbell.kinds.scalars import Bell, CivilDate, EndBell, Flag, Name, number
from firstbell.kinds.school_time import Scope

LONGEST_EVENT_DAYS = 31
MOST_EVENT_COHORTS = 24
LONGEST_EVENT_MINUTES = 7 * 24 * 60


class RecurrenceSpec(SpecModel):
    """Weekdays with a condition, or a cron line."""

    model_config = ConfigDict(
        json_schema_extra=validated_by(
            Rule(
                rule="!has(self.schedule) || !has(self.daysOfWeek) && !has(self.condition)",
                message="spec.demandEvents[].recurrence takes either schedule, or daysOfWeek and condition",
            )
        )
    )

    days_of_week: Annotated[tuple[Weekday, ...], distinct_list(7)] = ()
    """The weekdays on which it takes place; none = every day. Excludes schedule."""
    condition: RecurrenceCondition | None = None
    """Always (default); InstructionalDay: only on days with lessons; BeforeInstructionalDay: only if the next
    day has lessons, in that region. Excludes schedule."""
    schedule: Annotated[str, Field(strict=True, min_length=9, max_length=128)] | None = None
    """A cron line of five fields (minute, hour, day of month, month, day of week) in wall clock of the
    calendar's time zone, for example "0 19 * * SUN"; at most 48 times a day."""


class DemandEventSpec(SpecModel):
    """Something that brings load at a known time."""

    model_config = ConfigDict(
        json_schema_extra=validated_by(
            Rule(
                rule="has(self.date) != has(self.recurrence)",
                message="spec.demandEvents[] needs exactly one of date and recurrence",
            ),
            Rule(
                rule="has(self.startTime) != (has(self.recurrence) && has(self.recurrence.schedule))",
                message="spec.demandEvents[].startTime is required, except with recurrence.schedule, which"
                " brings its own times",
            ),
            Rule(
                rule="!has(self.endTime) || !has(self.startTime) || self.endTime != self.startTime"
                " || has(self.date) && has(self.endDate) && self.endDate > self.date",
                message="spec.demandEvents[].endTime must differ from startTime; leave it out for one"
                " instant, or write 00:00 to 24:00 for a whole day",
            ),
            Rule(
                rule="!has(self.date) || !has(self.endDate) || self.endDate != self.date"
                " || !has(self.startTime) || !has(self.endTime) || self.endTime >= self.startTime",
                message="spec.demandEvents[].endTime must not be before startTime where endDate is date",
            ),
            Rule(
                rule="!has(self.startDate) && !has(self.excludeHolidays) || has(self.recurrence)",
                message="spec.demandEvents[].startDate and excludeHolidays go with recurrence",
            ),
            Rule(
                rule="!has(self.endDate) || has(self.recurrence) || has(self.endTime)",
                message="spec.demandEvents[].endDate needs endTime, except with recurrence",
            ),
            Rule(
                rule="!has(self.endDate) || (!has(self.startDate) || self.endDate >= self.startDate)"
                " && (!has(self.date) || self.endDate >= self.date)",
                message="spec.demandEvents[].endDate must not be before startDate or date",
            ),
            Rule(
                rule="!has(self.date) || !has(self.endDate)"
                f" || self.endDate - self.date <= duration('{LONGEST_EVENT_DAYS * 24}h')",
                message=f"spec.demandEvents[].endDate must be at most {LONGEST_EVENT_DAYS} days after date:"
                " make it several events",
            ),
            Rule(
                rule="!has(self.endTime) || has(self.startTime)",
                message="spec.demandEvents[].endTime needs startTime; with recurrence.schedule use"
                " durationMinutes",
            ),
            Rule(
                rule="!has(self.durationMinutes) || has(self.recurrence) && has(self.recurrence.schedule)",
                message="spec.demandEvents[].durationMinutes goes with recurrence.schedule only; use endTime",
            ),
        )
    )

    name: Name
    """A name that is unique among the demand events, for example "q1-report-cards"."""
    type: DemandEventType
    """What it is: ReportCard, ResultsRelease, EnrollmentOpening, AssignmentDeadline, HomeworkEvening,
    ParentConference, Exam or Other. Peaks of a SchoolAutoscaler choose by it."""
    date: CivilDate | None = None
    """The date of an event that takes place once, YYYY-MM-DD, a civil date in the calendar's time zone. One
    that lasts for days has an endDate and an endTime, too."""
    start_date: CivilDate | None = None
    """With recurrence: the first date on which it takes place, YYYY-MM-DD, inclusive. Default: no such
    date."""
    end_date: CivilDate | None = None
    """With recurrence: the last date on which it takes place, YYYY-MM-DD, inclusive. With date: the date on
    which the event ends, at endTime, at most 31 days later."""
    exclude_holidays: Flag | None = None
    """With recurrence: True = not on holidays of the calendar, in their regions."""
    recurrence: RecurrenceSpec | None = None
    """How an event repeats. Excludes date."""
    start_time: Bell | None = None
    """When it starts, HH:MM of 24 hours, wall clock in the calendar's time zone."""
    end_time: EndBell | None = None
    """When it ends, HH:MM of 24 hours or 24:00, wall clock in the calendar's time zone; before startTime = on
    the next day. A whole day is 00:00 to 24:00. Default: it is one instant, at startTime."""
    duration_minutes: Annotated[int, number(0, LONGEST_EVENT_MINUTES)] | None = None
    """How many minutes each occurrence of recurrence.schedule lasts. Default 0, one instant."""
    regions: Scope = ()
    """The regions whose pupils it concerns, by name; none = all regions."""
    cohorts: Annotated[tuple[Name, ...], distinct_list(MOST_EVENT_COHORTS)] = ()
    """The cohorts whom it concerns, by their names in spec.cohorts, for example the graduating class; none =
    all pupils of its regions."""
