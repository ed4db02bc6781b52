"""CalendarException: one late fact, kept apart from a calendar that a GitOps tool manages."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict

from firstbell.kinds.calendar_date import ExceptionFieldsSpec, exception_rules
from firstbell.kinds.calendar_refs import CalendarRefSpec
from firstbell.kinds.cel import Rule, validated_by
from firstbell.kinds.group import CALENDAR
from firstbell.kinds.scalars import LARGEST_INT32, number

SEVEN_DAYS = 604_800
"""In seconds."""


EXCEPTION_REF_RULES = (
    Rule(
        rule=f"!has(self.kind) || self.kind == '{CALENDAR}'",
        message="spec.calendarRef.kind must be SchoolCalendar: a ClusterSchoolCalendar is everybody's, and"
        " takes late facts only in its own calendarDates",
    ),
)


class ExceptionRefSpec(CalendarRefSpec):
    """The calendar that is meant: a SchoolCalendar in the same namespace."""

    model_config = ConfigDict(json_schema_extra=validated_by(*EXCEPTION_REF_RULES))


class CalendarExceptionSpec(ExceptionFieldsSpec):
    """One exception to a calendar, laid over the calendar's own; the object's name is its name."""

    model_config = ConfigDict(json_schema_extra=validated_by(*exception_rules("spec")))

    calendar_ref: ExceptionRefSpec
    """The calendar that this is an exception to."""
    ttl_seconds_after_finished: Annotated[int, number(0, LARGEST_INT32)] = SEVEN_DAYS
    """How many seconds after the end of its last day, in the calendar's time zone, the operator deletes this
    object; default 604800, seven days. It stays longer while lesson days to come would be others without it,
    as where a closure has moved the labels of a rotation."""
