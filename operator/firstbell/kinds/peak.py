"""Peaks and day factors: what a bell brings, and what special days make of it.

`loadPercent` and `replicas` exclude each other by presence, so neither has a default that the API server
would write: 100 percent is what a peak without either means.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict

from firstbell.core.calendar import CalendarEvent, DayClass, DemandEventType, InstructionMode, Transition
from firstbell.core.scaling import PeakAnchor
from firstbell.kinds.cel import Rule, validated_by
from firstbell.kinds.model import SpecModel, distinct_list
from firstbell.kinds.scalars import Minutes, Name, Percent, Replicas
from firstbell.kinds.school_time import MOST_LABELS, Scope

DEFAULT_LEAD_MINUTES = 10
DEFAULT_HOLD_MINUTES = 30


class PeakSpec(SpecModel):
    """One kind of surge. Minutes before and after the bell give its shape."""

    model_config = ConfigDict(
        json_schema_extra=validated_by(
            Rule(
                rule="!has(self.loadPercent) || !has(self.replicas)",
                message="spec.peaks[] takes loadPercent or replicas, not both",
            ),
            Rule(
                rule=f"(has(self.leadMinutes) ? self.leadMinutes : {DEFAULT_LEAD_MINUTES})"
                f" + (has(self.holdMinutes) ? self.holdMinutes : {DEFAULT_HOLD_MINUTES}) >= 1",
                message="spec.peaks[].leadMinutes and holdMinutes together must be at least 1",
            ),
        )
    )

    name: Name
    """A name that is unique among the peaks; decisions and plans name it."""
    anchor: PeakAnchor
    """The bell that brings it: FirstPeriodStart; PeriodStart, every later period; AfterBreak, a later period
    after a break; LastPeriodEnd; or DemandEvent, an event of the calendar."""
    demand_event_types: Annotated[tuple[DemandEventType, ...], distinct_list(8)] = ()
    """For the anchor DemandEvent: which types of event; none = all."""
    min_break_minutes: Minutes | None = None
    """For the anchor AfterBreak: the shortest break in minutes that counts as one. Default 10."""
    load_percent: Percent | None = None
    """The load in percent of a regular lesson start. Default 100. Excludes replicas."""
    replicas: Replicas | None = None
    """How many replicas it needs on a regular in-person day with all pupils in session, where there is no
    load test. Excludes loadPercent."""
    lead_minutes: Minutes | None = None
    """By how many minutes before the bell all replicas are to be Ready. Default 10."""
    ramp_minutes: Minutes | None = None
    """For how many minutes before that replicas grow. Default 20; 0 = at once."""
    hold_minutes: Minutes | None = None
    """For how many minutes after the bell (or the end of the event) the load lasts. Default 30."""
    decay_minutes: Minutes | None = None
    """For how many minutes after that it falls. Default 30; 0 = at once."""


class DayMatchSpec(SpecModel):
    """Which days: any of the words in a list, and every list that is given."""

    day_classes: Annotated[tuple[DayClass, ...], distinct_list(5)] = ()
    """Regular, FirstDayOfWeek, AfterLongWeekend, RestartAfterHoliday, FirstDayOfSchoolYear; computed from the
    calendar."""
    instruction_modes: Annotated[tuple[InstructionMode, ...], distinct_list(3)] = ()
    """Where lessons take place: InPerson, Remote, Hybrid."""
    transitions: Annotated[tuple[Transition, ...], distinct_list(3)] = ()
    """Days whose mode differs from the lesson day before: ToRemote, ToInPerson, ToHybrid."""
    events: Annotated[tuple[CalendarEvent, ...], distinct_list(11)] = ()
    """Events of calendarDates, for example EarlyDismissal."""
    labels: Annotated[tuple[Name, ...], distinct_list(MOST_LABELS)] = ()
    """Labels of the calendar's rotation, for example A."""
    regions: Scope = ()
    """Regions of the calendar."""


class DayFactorSpec(SpecModel):
    """What some days multiply the load by."""

    name: Name
    """A name that is unique among the day factors; decisions and plans name it."""
    match: DayMatchSpec
    """The days that it is for; {} = every day."""
    percent: Percent
    """What the load is multiplied by, in percent: 200 doubles it, 50 halves it."""
