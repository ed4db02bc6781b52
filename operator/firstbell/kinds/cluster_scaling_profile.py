"""ClusterScalingProfile: what the policies of many workloads have in common, said once.

Its model is the part of a SchoolAutoscaler's that a profile may give. So none of its fields has a default
that the API server would write: what an object does not say must stay unsaid.
"""

from __future__ import annotations

from typing import Annotated

from firstbell.kinds.behavior import BehaviorSpec
from firstbell.kinds.calendar_refs import CalendarRefSpec
from firstbell.kinds.lead_time import LeadTimeSpec
from firstbell.kinds.model import SpecModel, named_list
from firstbell.kinds.peak import DayFactorSpec, PeakSpec
from firstbell.kinds.scalars import Minutes, Quantity, number


class SurgeSpec(SpecModel):
    """How far early arrivals may raise a peak above its plan."""

    max_percent: Annotated[int, number(110, 1000)]
    """The most that a peak may be raised to, in percent of its plan: 200 = twice the plan."""


class ClusterScalingProfileSpec(SpecModel):
    """What many workloads do alike. A field that a SchoolAutoscaler gives itself wins over the profile's."""

    calendar_refs: Annotated[tuple[CalendarRefSpec, ...], named_list(16, least=1)] = ()
    """The calendars whose pupils use the workload. Pupils of several calendars add up. A SchoolCalendar is
    one in the namespace of the SchoolAutoscaler."""
    peaks: Annotated[tuple[PeakSpec, ...], named_list(20)] = ()
    """The kinds of surge that bells and events bring. Where peaks overlap, the largest counts."""
    day_factors: Annotated[tuple[DayFactorSpec, ...], named_list(64)] = ()
    """What special days multiply the load by. Every one that matches multiplies."""
    max_factor_percent: Annotated[int, number(100, 1_000_000)] | None = None
    """The most that all day factors together may come to, in percent. Default 5000."""
    hold_gap_minutes: Minutes | None = None
    """Minutes: a fall of the schedule is left out if as many replicas are needed again within this time.
    Default 30."""
    lead_time: LeadTimeSpec | None = None
    """How much earlier than the plan needs them replicas are asked for. Absent: not at all, leadMinutes of
    each peak is all the head start."""
    surge: SurgeSpec | None = None
    """Raises a first bell's peak above its plan where more pupils come in early than planned. Absent: off. Of
    a profile it counts only for workloads that have a metric with perPupil."""
    tolerance: Quantity | None = None
    """How far a metric of the type Value may be off its target without effect, in parts of it, and how much a
    fall must come to, as in an HPA: a quantity in quotes, default "0.1". Never applied to scheduled
    capacity."""
    behavior: BehaviorSpec | None = None
    """How fast replicas may follow live metrics, as in an HPA; a scheduled rise bypasses it."""


PROFILE_FIELDS = tuple(ClusterScalingProfileSpec.model_fields)
"""What a SchoolAutoscaler may leave to its profile, as Python names it."""


def written_name(field: str) -> str:
    """Return a field of a profile as people write it."""
    return ClusterScalingProfileSpec.model_fields[field].alias or field
