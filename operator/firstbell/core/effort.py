"""What a plan will cost, told before it is made: a count of steps, and a budget.

Bells, events and minutes are counted, not timed, so that the same calendar and policy are refused on every
machine, or on none. A step is some 0.1 microseconds of processor. The count is an upper bound, worked out
from the numbers of things and without looking at a single day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.core.absence import Unavailable
from firstbell.core.bells import MINUTES_PER_DAY, instant_of
from firstbell.core.coalesce import context_minutes
from firstbell.core.demand import cohort_parts, offsets_by_region
from firstbell.core.occurrences import event_minutes, longest, regions_of, wants
from firstbell.core.policy import PeakAnchor
from firstbell.core.reason_words import AbsenceReason
from firstbell.core.school_calendar import CronRecurrence, DateRange, OneDate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.core.bells import Minute
    from firstbell.core.days import SchoolDays
    from firstbell.core.demand import Offsets
    from firstbell.core.plan import Workload
    from firstbell.core.policy import Peak, Policy
    from firstbell.core.school_calendar import DemandEvent

BEHIND_MINUTES, AHEAD_MINUTES = 60, 2 * MINUTES_PER_DAY
DAYS_AROUND = 3
"""How many days a plan looks at beyond those it is for, besides the length of its peaks."""
STEPS_PER_OCCURRENCE = 300
STEPS_PER_DAY_AND_REGION = 400
STEPS_PER_DAY = 600_000
"""The budget, for each day that a plan looks at. A country of 24 regions with 12 lessons needs a fifth."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Effort:
    """An upper bound of steps; of the most that one thing needs, where it stands and what it is."""

    steps: int
    most: int
    path: str
    what: str


def effort_of(workload: Workload, start: Minute, end: Minute) -> Effort:
    """Return what `make_plan` over [start, end) will cost at most."""
    parts = list(_parts(workload, start, end))
    largest = max(parts, key=lambda part: part.steps, default=None)
    return Effort(
        steps=sum(part.steps for part in parts),
        most=largest.steps if largest else 0,
        path=largest.path if largest else "spec",
        what=largest.what if largest else "nothing",
    )


def planned_around(minute: Minute) -> tuple[Minute, Minute]:
    """Return the [start, end) that the operator plans at a time: from an hour ago for two days."""
    return minute - BEHIND_MINUTES, minute + AHEAD_MINUTES


def too_many_steps(workload: Workload, start: Minute, end: Minute) -> Unavailable | None:
    """Tell why [start, end) is not planned: it would hold up everything else. None where it may be."""
    effort = effort_of(workload, start, end)
    allowed = STEPS_PER_DAY * (-(-(end - start) // MINUTES_PER_DAY) + DAYS_AROUND)
    if effort.steps <= allowed:
        return None
    return Unavailable(
        reason=AbsenceReason.TOO_COSTLY,
        message=f"A plan would take {effort.steps:,} steps, and {allowed:,} are the most. Most of it, "
        f"{effort.most:,}, comes from {effort.path}: {effort.what}. Have fewer of them, or spread them over "
        "several calendars and SchoolAutoscalers.",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    steps: int
    path: str
    what: str


def _dates(policy: Policy, start: Minute, end: Minute) -> DateRange:
    """Return the dates that a plan looks at, and some around them, in any zone."""
    around = timedelta(minutes=context_minutes(policy.hold_gap_minutes) + DAYS_AROUND * MINUTES_PER_DAY // 2)
    return DateRange(first=(instant_of(start) - around).date(), last=(instant_of(end) + around).date())


def _parts(workload: Workload, start: Minute, end: Minute) -> Iterator[_Part]:
    policy = workload.policy
    days = _dates(policy, start, end)
    for school_days in workload.calendars:
        if school_days.calendar.suspended:
            continue
        yield _looking(policy, school_days, days.days)
        yield _bells(policy, school_days, days.days)
        yield _events(policy, school_days, days)


def _looking(policy: Policy, school_days: SchoolDays, days: int) -> _Part:
    calendar = school_days.calendar
    each = STEPS_PER_DAY_AND_REGION + 10 * len(policy.day_factors) + len(calendar.calendar_dates)
    regions = len(calendar.region_names)
    return _Part(
        steps=regions * days * each,
        path=f"SchoolCalendar {calendar.name}: spec.regions",
        what=f"{regions} regions",
    )


def _bells(policy: Policy, school_days: SchoolDays, days: int) -> _Part:
    calendar = school_days.calendar
    offsets = [offsets for _, _, offsets in _parts_of(school_days)]
    periods = max((len(schedule.periods) for schedule in calendar.bell_schedules), default=0)
    bells = drawn = 0
    for peak in policy.peaks:
        count = _bells_a_day(peak, periods)
        bells += count
        drawn += min(count * _minutes(peak), MINUTES_PER_DAY + _minutes(peak))
    spread = sum(len(each) for each in set(offsets)) * 4 * bells
    distinct, regions = len(set(offsets)), len(calendar.region_names)
    return _Part(
        steps=days * (len(offsets) * bells * STEPS_PER_OCCURRENCE + distinct * drawn + spread),
        path=f"SchoolCalendar {calendar.name}: spec.bellSchedules",
        what=f"{periods} class periods a day in {regions} regions, for {len(policy.peaks)} peaks",
    )


def _parts_of(
    school_days: SchoolDays,
) -> list[tuple[str | None, frozenset[tuple[str, ...]], Offsets]]:
    """Return those who take part in the same: region, the events' lists that name them, offsets."""
    calendar = school_days.calendar
    named = {event.cohorts for event in calendar.demand_events if event.cohorts}
    if not named:
        return [
            (region, frozenset(), each) for region, each in offsets_by_region(school_days).items() if each
        ]
    return [
        (region, lists, offsets)
        for region in calendar.region_names
        for lists, offsets in cohort_parts(
            [cohort for cohort in calendar.cohorts if cohort.region == region], named
        )
    ]


def _bells_a_day(peak: Peak, periods: int) -> int:
    match peak.anchor:
        case PeakAnchor.DEMAND_EVENT:
            return 0
        case PeakAnchor.FIRST_PERIOD_START | PeakAnchor.LAST_PERIOD_END:
            return min(1, periods)
        case PeakAnchor.PERIOD_START | PeakAnchor.AFTER_BREAK:
            return max(0, periods - 1)


def _minutes(peak: Peak) -> int:
    shape = peak.shape
    return shape.lead + shape.ramp + shape.hold + shape.decay


def _events(policy: Policy, school_days: SchoolDays, days: DateRange) -> _Part:
    calendar = school_days.calendar
    parts = _parts_of(school_days)
    times = occurrences = 0
    drawn: dict[int, int] = {}
    lasting: dict[int, int] = {}
    for event in calendar.demand_events:
        wanting = [index for index, peak in enumerate(policy.peaks) if wants(peak, event)]
        within = _times(event, days)
        if not wanting or not within:
            continue
        regions = regions_of(event, calendar)
        taking_part = sum(
            region in regions and (not event.cohorts or event.cohorts in lists) for region, lists, _ in parts
        )
        times += within * len(regions)
        occurrences += within * taking_part * len(wanting)
        for index in wanting:
            minutes = event_minutes(event) + _minutes(policy.peaks[index])
            drawn[index] = drawn.get(index, 0) + within * minutes
            lasting[index] = max(lasting.get(index, 0), minutes)
    # What overlaps is drawn once: of each day no more than the day and the longest that it may last.
    minutes = sum(min(drawn[index], days.days * (MINUTES_PER_DAY + lasting[index])) for index in drawn)
    return _Part(
        steps=occurrences * STEPS_PER_OCCURRENCE + minutes * len({offsets for _, _, offsets in parts}),
        path=f"SchoolCalendar {calendar.name}: spec.demandEvents",
        what=f"{times:,} events in {days.days} days and {len(calendar.region_names)} regions",
    )


def _times(event: DemandEvent, days: DateRange) -> int:
    """Tell how often an event may take place in a plan: also earlier, as long as it may last."""
    if isinstance(event.when, OneDate):
        return int(days.first <= event.when.day <= days.last)
    looked_at = days.days + longest(event) // MINUTES_PER_DAY
    if isinstance(event.when, CronRecurrence):
        return looked_at * event.when.schedule.most_per_day
    return -(-looked_at * (len(event.when.days_of_week) or 7) // 7)
