"""What the operator reports on a SchoolCalendar."""

from __future__ import annotations

from typing import Annotated

from firstbell.kinds.conditions import Conditions, Word
from firstbell.kinds.model import StatusModel, ordered_list
from firstbell.kinds.scalars import LARGEST_EXACT, LARGEST_INT32, CivilDate, Flag, Generation, Time, number
from firstbell.kinds.school_time import MOST_REGIONS

Count = Annotated[int, number(0, LARGEST_INT32)]


class TodayStatus(StatusModel):
    """What kind of day it is today, in one region."""

    region: Word | None = None
    """The region; absent where the calendar has none."""
    date: CivilDate
    """The civil date, YYYY-MM-DD, in the calendar's time zone."""
    instructional: Flag
    """Whether there are lessons."""
    reason: Word
    """Why: weekly, no-weekly-row, outside-school-year, holidays/NAME, calendarDates/NAME, exceptions/NAME."""
    day_class: Word | None = None
    """Regular, FirstDayOfWeek, AfterLongWeekend, RestartAfterHoliday or FirstDayOfSchoolYear; absent without
    lessons."""
    transition: Word | None = None
    """ToRemote, ToInPerson or ToHybrid, if the mode differs from the lesson day before."""
    instruction_mode: Word | None = None
    """InPerson, Remote or Hybrid; absent without lessons."""
    bell_schedule_name: Word | None = None
    """The bell schedule of the day; absent without lessons."""
    label: Word | None = None
    """The label of the rotation, such as A; absent without lessons."""


class NextRestartStatus(StatusModel):
    """Return the next first lesson day after a holiday or of a school year, in any region."""

    date: CivilDate
    """The civil date, YYYY-MM-DD, in the calendar's time zone."""
    break_days: Count | None = None
    """How many days without lessons come before it."""
    bell_time: Time
    """Its first bell, in UTC."""


class SchoolCalendarStatus(StatusModel):
    """What the operator makes of the calendar."""

    observed_generation: Generation | None = None
    """The generation of the spec that this status is about."""
    conditions: Conditions = ()
    """Valid: the calendar can be used. Expiring: its last school year ends within 45 days and none
    follows."""
    today: Annotated[tuple[TodayStatus, ...], ordered_list(MOST_REGIONS)] = ()
    """What today is, one entry per region in the order of spec.regions."""
    next_bell_time: Time | None = None
    """The next first lesson of a day, in UTC."""
    next_restart: NextRestartStatus | None = None
    """The next lessons after a holiday or of a new school year."""
    pupils_total: Annotated[int, number(0, LARGEST_EXACT)] | None = None
    """All pupils of all cohorts."""
    last_date: CivilDate | None = None
    """The last day of the last school year, YYYY-MM-DD, inclusive."""
