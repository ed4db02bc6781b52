"""An exception to the printed calendar: an entry of `calendarDates`, or a CalendarException on its own."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict

from firstbell.core.calendar import CalendarEvent, InstructionMode, Weekday
from firstbell.kinds.cel import Rule, validated_by
from firstbell.kinds.model import SpecModel, distinct_list
from firstbell.kinds.scalars import CivilDate, Flag, Name, Note, Time
from firstbell.kinds.school_time import Scope


def exception_rules(place: str) -> tuple[Rule, ...]:
    """Return what the API server asks of an exception.

    `place` is where its fields stand, for the messages.
    """
    return (
        Rule(
            rule="!has(self.endDate) || self.endDate >= self.startDate",
            message=f"{place}.endDate must not be before startDate",
        ),
        Rule(
            rule="!(self.event in ['LateArrival', 'EarlyDismissal', 'MakeUpDay'])"
            " || has(self.bellScheduleName)",
            message=f"{place}.bellScheduleName is required for the events LateArrival, EarlyDismissal and"
            " MakeUpDay",
        ),
    )


class ExceptionFieldsSpec(SpecModel):
    """What an exception says, wherever it is written."""

    start_date: CivilDate
    """The first day, YYYY-MM-DD, inclusive, a civil date in the calendar's time zone."""
    end_date: CivilDate | None = None
    """The last day, YYYY-MM-DD, inclusive. Default: startDate, a single day."""
    days_of_week: Annotated[tuple[Weekday, ...], distinct_list(7)] = ()
    """Only these weekdays from startDate to endDate, for example the Fridays of Ramadan; none = every day."""
    event: CalendarEvent
    """What happens. With lessons: InstructionalDay, MakeUpDay, LateArrival, EarlyDismissal, ExamDay. Without:
    Holiday, NonInstructionalDay, TeacherOnlyDay, WeatherDay, EmergencyDay, Strike. A MakeUpDay opens
    days that were closed, and so does an InstructionalDay or ExamDay on a single date; over several dates
    those change only days that have lessons anyway. LateArrival and EarlyDismissal never open a day."""
    bell_schedule_name: Name | None = None
    """The bell schedule of these days, by its name in spec.bellSchedules of the calendar. Required for
    LateArrival, EarlyDismissal and MakeUpDay. None = unchanged: that of the first row of
    spec.weeklySchedule for the weekday that names no labels or the day's label (with labelled false, the one
    that was due). A day to which the rotation gives no label, as before anchorDate, takes it from a row
    without labels; where no row fits, it has no lessons."""
    instruction_mode: InstructionMode | None = None
    """Where the lessons take place: InPerson, Remote or Hybrid; none = unchanged."""
    regions: Scope = ()
    """The regions that this is for, by name; none = all regions."""
    labelled: Flag | None = None
    """False: these days carry no label of the rotation and use none up, such as mock exams within a six-day
    cycle; the next lesson day carries the label that was due. None = unchanged."""
    announced_time: Time | None = None
    """When people learned of it, a point in time with its offset, for example 2027-01-26T05:15:00-05:00.
    Only replays of the past look at it."""
    note: Note | None = None
    """A remark for people."""


class CalendarDateSpec(ExceptionFieldsSpec):
    """An exception within the calendar. Later entries win, field by field."""

    model_config = ConfigDict(json_schema_extra=validated_by(*exception_rules("spec.calendarDates[]")))

    name: Name
    """A name; a day that this entry decides gives it as its reason."""
