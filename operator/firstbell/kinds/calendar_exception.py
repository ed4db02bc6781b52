"""CalendarException: one late fact, kept apart from a calendar that a GitOps tool manages."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict

from firstbell.kinds.calendar_date import ExceptionFieldsSpec, exception_rules
from firstbell.kinds.cel import validated_by
from firstbell.kinds.model import SpecModel
from firstbell.kinds.scalars import ObjectName, number


class CalendarRefSpec(SpecModel):
    """The calendar that is meant."""

    name: ObjectName
    """The name of a SchoolCalendar in the same namespace."""


class CalendarExceptionSpec(ExceptionFieldsSpec):
    """One exception to a calendar, laid over the calendar's own; the object's name is its name."""

    model_config = ConfigDict(json_schema_extra=validated_by(*exception_rules("spec")))

    calendar_ref: CalendarRefSpec
    """The calendar that this is an exception to."""
    ttl_seconds_after_finished: Annotated[int, number(0, 2**31 - 1)] | None = None
    """How many seconds after the last day the object is deleted; none = never."""
