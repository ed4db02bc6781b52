"""The plan of one workload over an interval: replicas at each minute, the writes, the peaks, and why.

Everything that shows or executes a schedule calls this: `plan`, `simulate`, `backtest` and the operator. A
plan is of an interval and knows no "now": the schedule of [a, c) is that of [a, b) followed by [b, c).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from firstbell.core.bells import MINUTES_PER_DAY
from firstbell.core.brought_forward import BroughtForward, brought_forward, raised
from firstbell.core.coalesce import (
    MARK_MINUTES,
    Run,
    coalesce,
    context_minutes,
    highest_by_mark,
    merge,
    runs_of,
)
from firstbell.core.demand import Demand, RegionLoad, Spreads, Surge, demand, region_loads
from firstbell.core.guard import still_to_come
from firstbell.core.replica_curve import ReplicaCurve, replica_curve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

    from firstbell.core.bells import Minute
    from firstbell.core.days import SchoolDays
    from firstbell.core.lead import Rises
    from firstbell.core.policy import Bounds, Policy


NEAR_MINUTES = 12 * 60
LOOKED_THROUGH_MINUTES = 4 * MINUTES_PER_DAY
"""A plan no longer than this is looked through; of a longer one an index by day is kept."""


class LimitedBy(StrEnum):
    """The bound that a scheduled value met."""

    MIN_REPLICAS = "minReplicas"
    MAX_REPLICAS = "maxReplicas"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """From `minute` on, until the next step.

    `wanted` is the highest value before bounds in that time, `peak` the name of the peak that contributes
    most where it is reached (None where nothing is wanted).
    """

    minute: Minute
    replicas: int
    wanted: int
    peak: str | None
    limited_by: LimitedBy | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedPeak:
    """One occurrence of a peak in one region, all cohorts of the region together.

    `wanted` is what it alone needs at its highest minute, `ready_by` the first minute that reaches it (with
    spread cohorts it may follow the bell), `replicas` the whole plan at that minute. `surge` holds the bell
    (unshifted), the day and the factors. Where `zones_meet`, calendars of several zones are planned together,
    and a time on the wall means nothing without its zone.
    """

    school_days: SchoolDays
    surge: Surge
    wanted: int
    ready_by: Minute
    replicas: int
    load_start: Minute
    load_end: Minute
    zones_meet: bool = False

    @property
    def calendar(self) -> str:
        """The calendar's `namespace/name`, or its name alone."""
        return self.school_days.calendar.key

    @property
    def bell(self) -> Minute:
        """The bell itself, or the start of the event: unshifted by any cohort's offset."""
        return self.surge.occurrence.bell

    @property
    def zone(self) -> ZoneInfo:
        """The zone of its bells."""
        return self.school_days.calendar.zone


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Workload:
    """What is planned: a policy, the bounds in force, and its calendars resolved, in the policy's order.

    `rises` are the last ones that were measured: what the next need as a head start, if the policy has it.
    """

    policy: Policy
    bounds: Bounds
    calendars: tuple[SchoolDays, ...]
    rises: Rises

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which people read this workload's days: that of its first calendar."""
        return self.calendars[0].calendar.zone

    @property
    def load_form(self) -> tuple[object, ...]:
        """What its schedule before bounds depends on: where these are equal, so is the schedule.

        Calendars are told apart by identity, so that it means something for as long as they are there.
        """
        return self.policy.load, *(id(days.calendar) for days in self.calendars)

    @property
    def form(self) -> tuple[object, ...]:
        """What its plan depends on: where these are equal, so is the plan, whoever's it is."""
        lead = self.rises if self.policy.longest_lead_minutes else None
        return self.load_form, self.bounds, lead


@dataclass(frozen=True, kw_only=True, eq=False)
class Schedule:
    """What the calendars ask for over [start, end), before bounds: the same for all workloads of one form.

    `wanted` is over more than the interval: as far around it as writes look. `marked` is the highest of it in
    each five minutes from their mark on.
    """

    policy: Policy
    calendars: tuple[SchoolDays, ...]
    start: Minute
    end: Minute
    loads: tuple[RegionLoad, ...]
    wanted: ReplicaCurve
    marked: tuple[Run, ...]

    @cached_property
    def peaks(self) -> tuple[PlannedPeak, ...]:
        """Every occurrence whose load falls into the interval; their `replicas` are before bounds, too."""
        return tuple(_peaks(self))

    @cached_property
    def guard(self) -> ReplicaCurve:
        """Of each minute what a peak under way must not fall below."""
        least = still_to_come(self.loads, self.wanted, self.start, self.end)
        return replica_curve(least, self.start)


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """What a workload will be given over [start, end).

    `writes` is what an executor needs; steps and peaks, which people need, are worked out when asked for.
    `brought_forward` are those of its rises that are written before they are due, by when they are due.
    """

    workload: Workload
    schedule: Schedule
    writes: tuple[Run, ...]
    brought_forward: tuple[BroughtForward, ...]

    @property
    def start(self) -> Minute:
        """Its first minute."""
        return self.schedule.start

    @property
    def end(self) -> Minute:
        """The minute after its last."""
        return self.schedule.end

    @property
    def loads(self) -> tuple[RegionLoad, ...]:
        """The surges that make it, by calendar and region."""
        return self.schedule.loads

    @property
    def wanted(self) -> ReplicaCurve:
        """The schedule before bounds, over more than the interval: as far around it as writes look."""
        return self.schedule.wanted

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Where replicas or the bound that limits them change, plus the first."""
        return tuple(_steps(self))

    @cached_property
    def peaks(self) -> tuple[PlannedPeak, ...]:
        """Every occurrence whose load falls into the interval, by calendar, region and bell."""
        bounds = self.workload.bounds
        return tuple(
            peak
            if peak.replicas == (within := clamp(peak.replicas, bounds)[0])
            else replace(peak, replicas=within)
            for peak in self.schedule.peaks
        )

    def peaks_near(self, minute: Minute) -> Sequence[PlannedPeak]:
        """Return of the peaks, in their order, at least those that a write at a minute may be for."""
        if self.end - self.start <= LOOKED_THROUGH_MINUTES:
            return self.peaks
        return self._peaks_by_day.get(minute // MINUTES_PER_DAY, ())

    def surges_near(self, minute: Minute) -> Iterable[tuple[RegionLoad, Surge]]:
        """Return of the surges, in their order, at least those on the way to a cohort's bell at a minute."""
        if self.end - self.start <= LOOKED_THROUGH_MINUTES:
            return ((load, surge) for load in self.loads for surge in load.surges)
        return self._surges_by_day.get(minute // MINUTES_PER_DAY, ())

    @cached_property
    def _peaks_by_day(self) -> dict[int, list[PlannedPeak]]:
        """Of a plan of many days the peaks by the days into which they reach, or a write for them does."""
        late, found = MARK_MINUTES + self.workload.policy.hold_gap_minutes, defaultdict(list)
        for peak in self.peaks:
            for day in _days(peak.load_start - MARK_MINUTES, peak.load_end + late):
                found[day].append(peak)
        return found

    @cached_property
    def _surges_by_day(self) -> dict[int, list[tuple[RegionLoad, Surge]]]:
        """The surges by the days between the first cohort's ramp and the last one's bell."""
        found = defaultdict(list)
        for load in self.loads:
            for surge in load.surges if load.offsets else ():
                first, last = load.offsets[0][0], load.offsets[-1][0]
                for day in _days(surge.occurrence.load_start + first, surge.occurrence.bell + last):
                    found[day].append((load, surge))
        return found

    def still_to_come_at(self, minute: Minute) -> int:
        """Return the highest value before bounds still to come in a peak under way at a minute, else 0."""
        self._within(minute)
        return self.schedule.guard.at(minute)

    def replicas_at(self, minute: Minute) -> int:
        """Return the schedule's value, within bounds, at a minute of the plan."""
        return clamp(self.wanted_at(minute), self.workload.bounds)[0]

    def wanted_at(self, minute: Minute) -> int:
        """Return the schedule's value before bounds at a minute of the plan."""
        self._within(minute)
        return self.wanted.at(minute)

    def write_at(self, minute: Minute) -> int:
        """Return what the writes have brought the workload to at a minute of the plan."""
        self._within(minute)
        # A run that starts at the next minute is after this: a longer tuple is the larger one.
        return self.writes[bisect_right(self.writes, (minute + 1,)) - 1].value

    def ahead_at(self, minute: Minute) -> BroughtForward | None:
        """Return the rise that is in force at a minute of the plan before it is due; None where none is."""
        first = bisect_right(self.brought_forward, minute, key=lambda rise: rise.due)
        longest, value = self.workload.policy.longest_lead_minutes, self.write_at(minute)
        for rise in self.brought_forward[first:]:
            if rise.due > minute + longest:
                break
            if rise.written <= minute and rise.replicas == value:
                return rise
        return None

    def next_write(self, after: Minute) -> Run | None:
        """Return the first write after a minute, or None to the end of the plan."""
        return next((run for run in self.writes if run.start > after), None)

    def _within(self, minute: Minute) -> None:
        if not self.start <= minute < self.end:
            msg = f"minute {minute} is outside the plan"
            raise IndexError(msg)


def make_plan(workload: Workload, start: Minute, end: Minute) -> Plan:
    """Return the plan over [start, end), with all load that falls into it.

    Ramps of later bells and tails of earlier ones are in it, too.
    """
    return plan_within(workload, make_schedule(workload, start, end))


def make_schedule(workload: Workload, start: Minute, end: Minute) -> Schedule:
    """Return what is asked for over [start, end), whatever the bounds of the workload."""
    policy, calendars = workload.policy, workload.calendars
    context = context_minutes(policy.hold_gap_minutes)
    wide_start, wide_end = start - context, end + context + policy.longest_lead_minutes
    loads = region_loads(policy, calendars, wide_start, wide_end)
    wide = demand(policy, loads, wide_start, wide_end)
    marked = (
        Run(first, last, -(-load // wide.scale))
        for first, last, load in highest_by_mark(wide.total, wide_start)
    )
    return Schedule(
        policy=policy,
        calendars=calendars,
        start=start,
        end=end,
        loads=loads,
        wanted=replica_curve(wide.total, wide_start, wide.scale),
        marked=tuple(merge(marked)),
    )


def plan_within(workload: Workload, schedule: Schedule) -> Plan:
    """Return the plan of a workload, by a schedule of its `load_form`: its own, or another one's."""
    policy, bounds = workload.policy, workload.bounds
    marked = (Run(first, last, clamp(value, bounds)[0]) for first, last, value in schedule.marked)
    due = coalesce(merge(marked), policy.hold_gap_minutes)
    earlier = brought_forward(due, workload.rises, policy.longest_lead_minutes)
    start, end = schedule.start, schedule.end
    return Plan(
        workload=workload,
        schedule=schedule,
        writes=tuple(_cut(raised(due, earlier), start, end)),
        brought_forward=tuple(rise for rise in earlier if rise.written < end and start < rise.due),
    )


def scheduled_at(workload: Workload, minutes: Iterable[Minute]) -> dict[Minute, int]:
    """Return the scheduled value at each of some minutes, within bounds."""
    wanted = wanted_at(workload.policy, workload.calendars, minutes)
    return {minute: clamp(value, workload.bounds)[0] for minute, value in wanted.items()}


def wanted_at(
    policy: Policy, calendars: Sequence[SchoolDays], minutes: Iterable[Minute]
) -> dict[Minute, int]:
    """Return the scheduled value before bounds at each of some minutes.

    Near ones are worked out together.
    """
    found: dict[Minute, int] = {}
    groups: list[list[Minute]] = []
    for minute in sorted(set(minutes)):
        if groups and minute - groups[-1][-1] <= NEAR_MINUTES:
            groups[-1].append(minute)
        else:
            groups.append([minute])
    for group in groups:
        curve = _curve(policy, calendars, group[0], group[-1] + 1)
        found |= {minute: curve.at(minute) for minute in group}
    return found


def _days(first: Minute, last: Minute) -> range:
    """Return the days since 1970 from one minute to another, both included."""
    return range(first // MINUTES_PER_DAY, last // MINUTES_PER_DAY + 1)


def clamp(wanted: int, bounds: Bounds) -> tuple[int, LimitedBy | None]:
    """Return a value within bounds, and which bound it met."""
    if wanted < bounds.minimum:
        return bounds.minimum, LimitedBy.MIN_REPLICAS
    if bounds.maximum is not None and wanted > bounds.maximum:
        return bounds.maximum, LimitedBy.MAX_REPLICAS
    return wanted, None


def _steps(plan: Plan) -> Iterator[Step]:
    policy, bounds = plan.workload.policy, plan.workload.bounds
    # Which peak is how large, only people ask: it is drawn again then, and not kept.
    drawn = demand(policy, plan.loads, plan.start, plan.end)
    wanted = plan.wanted.between(plan.start, plan.end)
    groups = groupby(runs_of(wanted, plan.start), key=lambda run: clamp(run.value, bounds))
    for (replicas, limited_by), group in groups:
        runs = list(group)
        highest = max(runs, key=lambda run: run.value)
        yield Step(
            minute=runs[0].start,
            replicas=replicas,
            wanted=highest.value,
            peak=_largest_peak(policy, drawn, highest.start) if highest.value else None,
            limited_by=limited_by,
        )


def _largest_peak(policy: Policy, drawn: Demand, at: Minute) -> str:
    """Return the peak that contributes most at a minute; at a tie the one that stands first in the policy."""
    index = at - drawn.start
    return policy.peaks[max(drawn.by_peak, key=lambda peak: (drawn.by_peak[peak][index], -peak))].name


def _cut(runs: Sequence[Run], start: Minute, end: Minute) -> Iterator[Run]:
    """Yield the part of the runs that lies in [start, end)."""
    for run in runs:
        first, last = max(run.start, start), min(run.end, end)
        if first < last:
            yield Run(first, last, run.value)


def _peaks(schedule: Schedule) -> Iterator[PlannedPeak]:
    found = list(planned_peaks(schedule.loads, schedule.start, schedule.end, lambda _: 0))
    wanted = schedule.wanted
    outside = {peak.ready_by for peak in found if not wanted.start <= peak.ready_by < wanted.end}
    known = wanted_at(schedule.policy, schedule.calendars, outside)
    for peak in found:
        there = known.get(peak.ready_by)
        yield replace(peak, replicas=wanted.at(peak.ready_by) if there is None else there)


def planned_peaks(
    loads: Iterable[RegionLoad], start: Minute, end: Minute, replicas_at: Callable[[Minute], int]
) -> Iterator[PlannedPeak]:
    """Yield every occurrence whose load falls into [start, end); `replicas_at` knows the whole schedule."""
    loads = tuple(loads)
    zones_meet = len({load.school_days.calendar.zone.key for load in loads}) > 1
    for load in loads:
        spreads = Spreads(load)
        by_bell = sorted(load.surges, key=lambda surge: (surge.occurrence.bell, surge.occurrence.peak_index))
        for surge in by_bell:
            spread = spreads.of(surge)
            bell = surge.occurrence.bell
            wanted, ready_after = spreads.need(surge)
            if wanted and spread.falls_into(start - bell, end - bell):
                ready_by = bell + ready_after
                yield PlannedPeak(
                    school_days=load.school_days,
                    surge=surge,
                    wanted=wanted,
                    ready_by=ready_by,
                    replicas=replicas_at(ready_by),
                    load_start=bell + spread.first,
                    load_end=bell + spread.first + len(spread.curve),
                    zones_meet=zones_meet,
                )


def _curve(policy: Policy, calendars: Sequence[SchoolDays], start: Minute, end: Minute) -> ReplicaCurve:
    """Return the schedule before bounds over [start, end)."""
    drawn = demand(policy, region_loads(policy, calendars, start, end), start, end)
    return replica_curve(drawn.total, start, drawn.scale)
