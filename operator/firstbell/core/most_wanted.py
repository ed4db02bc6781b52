"""The most that a policy asks for on any day of its calendars, where that is more than a number.

The numbers of most policies do not allow so much at all: then no day is looked at. Else the latest days are
looked at first, and no more of them than a second or so allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING

from firstbell.core.bells import local_date, start_of_day
from firstbell.core.demand import demand, height_of, total_weight
from firstbell.core.effort import effort_of
from firstbell.core.plan import make_schedule
from firstbell.core.school_calendar import OneDate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstbell.core.days import SchoolDays
    from firstbell.core.plan import Schedule, Workload

MOST_STEPS = 10_000_000
"""A country of 24 regions takes three million a year."""
_STRETCH_DAYS = 28


@dataclass(frozen=True, kw_only=True, slots=True)
class MostWanted:
    """The most replicas, before bounds; the first date of those with as many; the peak that asks for most.

    The date is one of the zone of the first calendar; None where it is of what recurs without any date, on
    days that no school year and no other date is near.
    """

    replicas: int
    on: date | None
    peak: str


def most_wanted(workload: Workload, above: int) -> MostWanted | None:
    """Return the most that is asked for, if it is more than `above`; None where no day asks for so much."""
    if _at_most(workload) <= above:
        return None
    found: MostWanted | None = None
    steps = 0
    for first in (*sorted(_stretches(workload.calendars), reverse=True), _UNDATED):
        zone = workload.zone
        start, end = start_of_day(zone, first), start_of_day(zone, first + timedelta(days=_STRETCH_DAYS))
        steps += effort_of(workload, start, end).steps
        schedule = make_schedule(workload, start, end)
        wanted = schedule.wanted.between(start, end)
        most = max(wanted)
        dated = first != _UNDATED
        if most > above and (found is None or most >= found.replicas + (not dated)):
            minute = start + wanted.index(most)
            on = local_date(zone, minute) if dated else None
            found = MostWanted(replicas=most, on=on, peak=_largest_peak(schedule, minute))
        if steps > MOST_STEPS:
            break
    return found


def _at_most(workload: Workload) -> Fraction:
    """Return what no minute can ask for more than: all pupils at once, at the height of the largest peak.

    A cohort's load is the largest of its peaks, and every factor that raises it may be for one day.
    """
    policy, weight = workload.policy, total_weight(workload.calendars)
    raised = Fraction(100) * prod(Fraction(max(factor.percent, 100), 100) for factor in policy.day_factors)
    percent = min(raised, Fraction(policy.max_factor_percent))
    return weight * max(
        (height_of(policy, peak, percent, weight) for peak in policy.peaks), default=Fraction(0)
    )


def _stretches(calendars: Iterable[SchoolDays]) -> set[date]:
    """Return the first dates of the stretches that hold what the calendars speak of."""
    found: set[date] = set()
    for days in calendars:
        if days.first is not None and days.last is not None:
            span = range(_stretch(days.first).toordinal(), days.last.toordinal() + 1, _STRETCH_DAYS)
            found |= {date.fromordinal(ordinal) for ordinal in span}
        for event in days.calendar.demand_events:
            dated = event.when.day if isinstance(event.when, OneDate) else None
            found |= {_stretch(on) for on in (dated, event.first_date, event.last_date) if on is not None}
    return found


def _stretch(on: date) -> date:
    ordinal = on.toordinal()
    return date.fromordinal(max(1, ordinal - ordinal % _STRETCH_DAYS))


def _largest_peak(schedule: Schedule, minute: int) -> str:
    """Return the peak that asks for most at a minute."""
    policy = schedule.policy
    parts = demand(policy, schedule.loads, minute, minute + 1).by_peak
    return policy.peaks[max(parts, key=lambda index: (parts[index][0], -index))].name


_UNDATED = _stretch(date(1970, 1, 1))
"""Of what recurs without any date or school year, one stretch is as good as another."""
