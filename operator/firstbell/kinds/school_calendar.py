"""SchoolCalendar: facts about school time, shared by many workloads and edited by a school office."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict

from firstbell.kinds.calendar_date import CalendarDateSpec
from firstbell.kinds.calendar_rules import CALENDAR_RULES
from firstbell.kinds.cel import validated_by
from firstbell.kinds.demand_event import DemandEventSpec
from firstbell.kinds.model import SpecModel, named_list, ordered_list
from firstbell.kinds.scalars import Flag, ZoneName, number
from firstbell.kinds.school_time import (
    MOST_REGIONS,
    AcademicSessionSpec,
    BellScheduleSpec,
    CohortSpec,
    HolidaySpec,
    RegionSpec,
    RotationSpec,
    WeeklyRowSpec,
)


class SchoolCalendarSpec(SpecModel):
    """The facts of one school calendar. All dates are civil dates and all times wall clock in its zone."""

    model_config = ConfigDict(json_schema_extra=validated_by(*CALENDAR_RULES))

    time_zone: ZoneName
    """The IANA name of the time zone of all dates and times here, for example "Europe/Brussels"."""
    regions: Annotated[tuple[RegionSpec, ...], named_list(MOST_REGIONS)] = ()
    """Parts of the calendar that differ, such as the zones of French holidays. With regions every cohort
    names one, without them none does."""
    academic_sessions: Annotated[tuple[AcademicSessionSpec, ...], named_list(64)] = ()
    """School years and their parts. Days outside every SchoolYear have no lessons."""
    weekly_schedule: Annotated[tuple[WeeklyRowSpec, ...], ordered_list(32)] = ()
    """The ordinary week. For a day the first row that matches its weekday, region and label decides."""
    bell_schedules: Annotated[tuple[BellScheduleSpec, ...], named_list(32)] = ()
    """The kinds of day by their bells, for example a full day and an early release."""
    rotation: RotationSpec | None = None
    """Labels that days or weeks take in turn, such as A and B."""
    holidays: Annotated[tuple[HolidaySpec, ...], named_list(512)] = ()
    """Days without lessons."""
    calendar_dates: Annotated[tuple[CalendarDateSpec, ...], ordered_list(512)] = ()
    """Exceptions to all of the above, such as a late start or a remote week. Later entries win, field by
    field."""
    demand_events: Annotated[tuple[DemandEventSpec, ...], named_list(128)] = ()
    """Load that no bell rings for, such as a deadline or the release of report cards."""
    cohorts: Annotated[tuple[CohortSpec, ...], named_list(512)] = ()
    """How many pupils start when. None = one cohort of equal weight per region; then every peak of a
    SchoolAutoscaler needs replicas."""
    restart_min_break_days: Annotated[int, number(1, 100)] = 5
    """From how many days without lessons on the next lesson day counts as RestartAfterHoliday."""
    suspend: Flag = False
    """True: days are told as usual, but bring no load; scheduled capacity is given back."""
