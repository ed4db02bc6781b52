"""The printed part of a calendar: years and terms, the week, bells, rotation, holidays, cohorts.

Words follow 1EdTech OneRoster and the Ed-Fi Data Standard. Defaults of fields inside lists are told in the
description and applied when the calendar is read, not by the API server: a default that the server writes
into a list item reads as drift to tools that compare lists as wholes.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict

from firstbell.core.calendar import (
    HolidayType,
    InstructionMode,
    OnClosure,
    RotationType,
    SessionType,
    Weekday,
)
from firstbell.kinds.cel import Rule, validated_by
from firstbell.kinds.model import SpecModel, distinct_list, named_list
from firstbell.kinds.scalars import Bell, CivilDate, EndBell, Name, Title, number

MOST_REGIONS = 24
MOST_LABELS = 32
MOST_PERIODS = 24
MOST_PUPILS = 100_000_000

Scope = Annotated[tuple[Name, ...], distinct_list(MOST_REGIONS)]


class RegionSpec(SpecModel):
    """A part of the calendar whose dates differ, such as a French zone or a Dutch region."""

    name: Name
    """The short name that `regions` lists and cohorts use, for example "zone-a"."""
    title: Title | None = None
    """The name for people, for example "Zone A (Lyon, Bordeaux)"."""


class AcademicSessionSpec(SpecModel):
    """A school year, or a part of one."""

    model_config = ConfigDict(
        json_schema_extra=validated_by(
            Rule(
                rule="self.endDate >= self.startDate",
                message="spec.academicSessions[].endDate must not be before startDate",
            )
        )
    )

    name: Name
    """A name that is unique among the sessions, for example "sy-2026-2027"."""
    title: Title | None = None
    """The name for people."""
    type: SessionType
    """SchoolYear, Semester, Term or GradingPeriod. Only a SchoolYear decides which days have lessons."""
    school_year: Annotated[int, number(1970, 2100)] | None = None
    """The calendar year in which the school year ends: 2027 for 2026-2027."""
    start_date: CivilDate
    """The first day, YYYY-MM-DD, inclusive, a civil date in the calendar's time zone."""
    end_date: CivilDate
    """The last day, YYYY-MM-DD, inclusive, a civil date in the calendar's time zone."""
    parent_name: Name | None = None
    """The name of the session that this one is a part of."""
    regions: Scope = ()
    """The regions that this session is for, by name; none = all regions."""


class WeeklyRowSpec(SpecModel):
    """What some weekdays are in an ordinary week of the school year."""

    days_of_week: Annotated[tuple[Weekday, ...], distinct_list(7, least=1)]
    """The weekdays that this row is for. A weekday in no row has no lessons."""
    bell_schedule_name: Name
    """The bell schedule of those days, by its name in spec.bellSchedules."""
    instruction_mode: InstructionMode | None = None
    """Where the lessons take place: InPerson, Remote or Hybrid. Default InPerson."""
    labels: Annotated[tuple[Name, ...], distinct_list(MOST_LABELS)] = ()
    """Only days with one of these labels of spec.rotation, for example "A"; none = any day."""
    regions: Scope = ()
    """The regions that this row is for, by name; none = all regions."""


class ClassPeriodSpec(SpecModel):
    """One lesson of a day. Periods that only some pupils attend are best left out."""

    model_config = ConfigDict(
        json_schema_extra=validated_by(
            Rule(
                rule="self.startTime < self.endTime",
                message="spec.bellSchedules[].classPeriods[].endTime must be after startTime",
            )
        )
    )

    name: Name
    """A name that is unique in this bell schedule, for example "1" or "Block 1"."""
    start_time: Bell
    """When the lesson starts, HH:MM of 24 hours, wall clock in the calendar's time zone."""
    end_time: EndBell
    """When the lesson ends (exclusive), HH:MM of 24 hours or 24:00 for the end of the day, wall clock in the
    calendar's time zone."""


class BellScheduleSpec(SpecModel):
    """The lessons of one kind of day."""

    model_config = ConfigDict(
        json_schema_extra=validated_by(
            Rule(
                rule="self.classPeriods.all(i, p, i == 0 || self.classPeriods[i - 1].endTime <= p.startTime)",
                message="spec.bellSchedules[].classPeriods must be in order of time and must not overlap",
            )
        )
    )

    name: Name
    """The name that weekly rows and exceptions refer to, for example "full-day"."""
    class_periods: Annotated[tuple[ClassPeriodSpec, ...], named_list(MOST_PERIODS, least=1)]
    """The lessons in order of time; none may start before the one above it ends."""


class RestartsWith(StrEnum):
    """The sessions with each of which a rotation begins anew."""

    SCHOOL_YEAR = SessionType.SCHOOL_YEAR.value
    SEMESTER = SessionType.SEMESTER.value
    TERM = SessionType.TERM.value


ROTATION_RULES = (
    Rule(
        rule="self.type == 'CalendarWeeks' || has(self.anchorDate) && has(self.onClosure)",
        message="spec.rotation.anchorDate and onClosure are required, except where type is CalendarWeeks",
    ),
    Rule(
        rule="self.type != 'CalendarWeeks' || size(self.labels) == 2",
        message="spec.rotation.labels must be two where type is CalendarWeeks: of odd and of even weeks",
    ),
    Rule(
        rule="self.type != 'CalendarWeeks' || !has(self.restartsWith)",
        message="spec.rotation.restartsWith must be left out where type is CalendarWeeks",
    ),
    Rule(
        rule="self.type != 'CalendarWeeks' || !has(self.weekStartsOn) || self.weekStartsOn == 'Monday'",
        message="spec.rotation.weekStartsOn must be Monday where type is CalendarWeeks",
    ),
)


class RotationSpec(SpecModel):
    """Labels that lesson days or weeks take in turn: A/B days, six-day cycles, odd and even weeks."""

    model_config = ConfigDict(json_schema_extra=validated_by(*ROTATION_RULES))

    type: RotationType
    """DayCycle: each lesson day takes the next label. AlternatingWeeks: each week does. CalendarWeeks: odd
    weeks of ISO 8601 carry the first label and even ones the second, so that week 53 and week 1 are both
    odd."""
    labels: Annotated[tuple[Name, ...], distinct_list(MOST_LABELS, least=1)]
    """The labels in their order, for example A and B."""
    anchor_date: CivilDate | None = None
    """A date, YYYY-MM-DD, that carries the first label; best the first day of the first school year.
    Required, except for CalendarWeeks, where it has no effect."""
    on_closure: OnClosure | None = None
    """Hold: a closed day's label waits for the next lesson day. Skip: labels stay as printed. Required,
    except for CalendarWeeks, where it has no effect."""
    week_starts_on: Weekday | None = None
    """The first day of a week, for AlternatingWeeks. Default Monday."""
    restarts_with: RestartsWith | None = None
    """SchoolYear, Semester or Term: the cycle begins anew on the first day of each such session after
    anchorDate, in its regions. Default: it runs on."""


class HolidaySpec(SpecModel):
    """Days without lessons that were known when the calendar was printed."""

    model_config = ConfigDict(
        json_schema_extra=validated_by(
            Rule(
                rule="self.endDate >= self.startDate",
                message="spec.holidays[].endDate must not be before startDate",
            )
        )
    )

    name: Name
    """A name that is unique among the holidays; a day without lessons gives it as its reason."""
    title: Title | None = None
    """The name for people."""
    start_date: CivilDate
    """The first day off, YYYY-MM-DD, inclusive, a civil date in the calendar's time zone."""
    end_date: CivilDate
    """The last day off, YYYY-MM-DD, inclusive, a civil date in the calendar's time zone."""
    type: HolidayType | None = None
    """Why there are no lessons: SchoolHoliday (default), PublicHoliday, LocalHoliday or StaffDay."""
    regions: Scope = ()
    """The regions that have this holiday, by name; none = all regions."""


class CohortSpec(SpecModel):
    """Pupils whose lessons start at the same minute. Count them by start time, not by school."""

    name: Name
    """A name that is unique among the cohorts, for example "start-0830"."""
    region: Name | None = None
    """The region of these pupils: required if spec.regions has entries, else to be left out."""
    schools: Annotated[int, number(0, 1_000_000)] | None = None
    """How many schools these are; for people only."""
    pupils: Annotated[int, number(0, MOST_PUPILS)]
    """How many pupils these are: the weight of this cohort."""
    start_offset_minutes: Annotated[int, number(-720, 720)] | None = None
    """Minutes by which these pupils start after the bell schedule; negative = before it. Default 0."""
