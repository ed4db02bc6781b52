"""The schedule once more, slow and obviously right: every minute by itself, every pupil group by itself.

Written from the semantics and nothing else: the days of a calendar come from the core (they have tests of
their own); bells, events, shapes, factors and sums are worked out here in fractions, without sweeps, caches
or clusters. What the core plans must equal this.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from firstbell.core.calendar import CronRecurrence, DemandEvent, OneDate, RecurrenceCondition, Weekday
from firstbell.core.policy import Peak, PeakAnchor, Policy

if TYPE_CHECKING:
    from firstbell.core.bells import Minute
    from firstbell.core.days import Day, SchoolDays
    from firstbell.core.plan import Workload

ZERO, HUNDRED = Fraction(0), Fraction(100)


@dataclass(frozen=True)
class Hump:
    """The load of one group of pupils around one bell or event."""

    group: tuple
    height: Fraction
    peak: Peak
    bell: Minute
    end: Minute

    def at(self, minute: Minute) -> Fraction:
        shape = self.peak.shape
        full_start, full_end = self.bell - shape.lead, self.end + shape.hold
        if full_start <= minute < full_end:
            return self.height
        if full_start - shape.ramp <= minute < full_start:
            return self.height * Fraction(minute - (full_start - shape.ramp), shape.ramp)
        if full_end <= minute < full_end + shape.decay:
            return self.height * (1 - Fraction(minute - full_end, shape.decay))
        return ZERO


def reference_replicas(workload: Workload, start: Minute, end: Minute) -> list[int]:
    """What the workload wants, before bounds, at each minute of [start, end)."""
    largest: list[dict[tuple, Fraction]] = [{} for _ in range(start, end)]
    for hump in _humps(workload, start, end):
        shape = hump.peak.shape
        first = max(start, hump.bell - shape.lead - shape.ramp)
        last = min(end, hump.end + shape.hold + shape.decay)
        for minute in range(first, last):
            of_groups = largest[minute - start]
            of_groups[hump.group] = max(of_groups.get(hump.group, ZERO), hump.at(minute))
    return [ceil(sum(of_groups.values())) for of_groups in largest]


def _humps(workload: Workload, start: Minute, end: Minute) -> list[Hump]:
    policy = workload.policy
    weight = sum(pupils for days in workload.calendars for _, _, _, pupils in _groups(days))
    humps = []
    for number, days in enumerate(workload.calendars):
        if days.calendar.suspended:
            continue
        dates = list(_dates(start, end))
        for region, name, offset, pupils in _groups(days):
            for peak in policy.peaks:
                height = pupils * _height(policy, peak, weight)
                if peak.anchor is PeakAnchor.DEMAND_EVENT:
                    times, shift = _event_times(days, peak, region, name, dates), 0
                else:
                    times, shift = _bell_times(days, peak, region, dates), offset
                humps += [
                    Hump(
                        (number, region, name),
                        height * _factor(policy, day),
                        peak,
                        bell + shift,
                        last + shift,
                    )
                    for day, bell, last in times
                ]
    return humps


def _dates(start: Minute, end: Minute):
    """Every civil date whose load can possibly matter: five days to both sides."""
    first = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=start)).date() - timedelta(days=5)
    for offset in range((end - start) // 1440 + 12):
        yield first + timedelta(days=offset)


def _groups(days: SchoolDays) -> list[tuple]:
    """(region, name, offset, pupils) of each cohort, or one pupil per region where there are none."""
    calendar = days.calendar
    if not calendar.cohorts:
        return [(region, "all", 0, 1) for region in calendar.region_names]
    return [
        (c.region, (c.name, index), c.start_offset_minutes, c.pupils)
        for index, c in enumerate(calendar.cohorts)
    ]


def _height(policy: Policy, peak: Peak, weight: int) -> Fraction:
    if peak.replicas is not None:
        return Fraction(peak.replicas, weight) if weight else ZERO
    return Fraction(peak.load_percent, 100 * policy.pupils_per_replica)


def _factor(policy: Policy, day: Day) -> Fraction:
    percent = HUNDRED
    for factor in policy.day_factors:
        if factor.match.accepts(day):
            percent = percent * factor.percent / 100
    return min(percent, Fraction(policy.max_factor_percent)) / 100


def _minute(days: SchoolDays, on: date, at: time) -> Minute:
    if at == time(0) and at.fold:
        on, at = on + timedelta(days=1), time(0)
    instant = datetime.combine(on, at, tzinfo=days.calendar.zone).astimezone(UTC)
    return int((instant - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() // 60)


def _bell_times(days: SchoolDays, peak: Peak, region: str | None, dates: list[date]) -> list[tuple]:
    found = []
    for on in dates:
        day = days.day(region, on)
        if day.lessons is None:
            continue
        periods = days.calendar.bell_schedule(day.lessons.bell_schedule_name).periods
        for index, period in enumerate(periods):
            pause = _wall(period.start) - _wall(periods[index - 1].end) if index else None
            rings = {
                PeakAnchor.FIRST_PERIOD_START: index == 0,
                PeakAnchor.PERIOD_START: index > 0,
                PeakAnchor.AFTER_BREAK: pause is not None and pause >= peak.min_break_minutes,
                PeakAnchor.LAST_PERIOD_END: index == len(periods) - 1,
            }[peak.anchor]
            if rings:
                last = peak.anchor is PeakAnchor.LAST_PERIOD_END
                bell = _minute(days, on, period.end if last else period.start)
                found.append((day, bell, bell))
    return found


def _wall(at: time) -> int:
    return 24 * 60 if at.fold else at.hour * 60 + at.minute


def _event_times(
    days: SchoolDays, peak: Peak, region: str | None, cohort: str | tuple, dates: list[date]
) -> list[tuple]:
    found = []
    for event in days.calendar.demand_events:
        wanted = not peak.demand_event_types or event.type in peak.demand_event_types
        if not wanted or (event.regions and region not in event.regions):
            continue
        if event.cohorts and cohort[0] not in event.cohorts:
            continue
        for on in dates:
            found += _event_on(days, event, region, on)
    return found


def _event_on(days: SchoolDays, event: DemandEvent, region: str | None, on: date) -> list[tuple]:
    day = days.day(region, on)
    if isinstance(event.when, CronRecurrence):
        starts = [_minute(days, on, wall.time()) for wall in event.when.schedule.occurrences(on, on)]
        return [(day, start, start + event.when.duration_minutes) for start in starts]
    if not _takes_place(days, event, region, on):
        return []
    start = _minute(days, on, event.start)
    if event.end is None:
        return [(day, start, start)]
    end = _minute(days, on + timedelta(days=not event.end.fold and event.end <= event.start), event.end)
    return [(day, start, max(start, end))]


def _takes_place(days: SchoolDays, event: DemandEvent, region: str | None, on: date) -> bool:
    if isinstance(event.when, OneDate):
        return event.when.day == on
    if event.when.days_of_week and Weekday.of(on) not in event.when.days_of_week:
        return False
    match event.when.condition:
        case RecurrenceCondition.ALWAYS:
            return True
        case RecurrenceCondition.INSTRUCTIONAL_DAY:
            return days.day(region, on).instructional
        case RecurrenceCondition.BEFORE_INSTRUCTIONAL_DAY:
            return days.day(region, on + timedelta(days=1)).instructional
