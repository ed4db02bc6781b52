"""The peaks to come, as far as the data goes, and a sentence for each number.

People ask two things of a schedule: what is next, and why so many. Both are answered from planned peaks, so
that status, `plan` and `explain` use the same words.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from firstbell.core.bells import MINUTES_PER_DAY, instant_of, start_of_day
from firstbell.core.coalesce import MARK_MINUTES
from firstbell.core.demand import region_loads
from firstbell.core.effort import effort_of
from firstbell.core.plan import PlannedPeak, make_schedule, planned_peaks, scheduled_at
from firstbell.core.time_words import DATED_CLOCK, local_clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction
    from zoneinfo import ZoneInfo

    from firstbell.core.bells import Minute
    from firstbell.core.days import Day
    from firstbell.core.plan import Plan, Workload

FIRST_LOOK_DAYS = 4
LONGEST_LOOK_DAYS = 64
LAST_LOOK_DAYS = 800
LOOK_STEPS = 6_000_000
MOST_OFFSET_MINUTES = MINUTES_PER_DAY // 2
"""How far from its bell a cohort may start: so far from it may its load lie."""


def upcoming_peaks(workload: Workload, after: Minute, count: int) -> tuple[PlannedPeak, ...]:
    """Return the next `count` peaks whose bell is after `after`, by their bell.

    Looks further and further ahead, to the end of the calendars' data: after the last lesson day only
    demand events are left, which have no end. Where looking takes too many steps (`effort.py`), it ends
    earlier, with fewer.
    """
    found: list[PlannedPeak] = []
    start, length = after, FIRST_LOOK_DAYS * MINUTES_PER_DAY
    last = after + LAST_LOOK_DAYS * MINUTES_PER_DAY
    data_ends = [
        start_of_day(days.calendar.zone, days.last) + 2 * MINUTES_PER_DAY
        for days in workload.calendars
        if days.last is not None
    ]
    last = min(last, max([*data_ends, after + FIRST_LOOK_DAYS * MINUTES_PER_DAY]))
    steps = 0
    while start < last and len(found) < count:
        end = min(last, start + length)
        steps += effort_of(workload, start, end).steps
        if start > after and steps > LOOK_STEPS:
            break
        peaks = _peaks_around(workload, start, end)
        found += [peak for peak in peaks if max(start, after + 1) <= peak.bell < end]
        start, length = end, min(2 * length, LONGEST_LOOK_DAYS * MINUTES_PER_DAY)
    nearest = sorted(found, key=by_bell)[:count]
    scheduled = scheduled_at(workload, [peak.ready_by for peak in nearest])
    return tuple(replace(peak, replicas=scheduled[peak.ready_by]) for peak in nearest)


def highest_wanted(workload: Workload, start: Minute, end: Minute) -> int:
    """Return the most that the schedule asks for at a minute of [start, end), before bounds."""
    return max(make_schedule(workload, start, end).wanted.between(start, end))


def _peaks_around(workload: Workload, start: Minute, end: Minute) -> Iterator[PlannedPeak]:
    """Return the peaks whose load may be of a bell in [start, end), their replicas still to be worked out.

    A plan of so many days would know them, and every minute besides, which took most of a start's time.
    """
    first, last = start - MOST_OFFSET_MINUTES, end + MOST_OFFSET_MINUTES
    loads = region_loads(workload.policy, workload.calendars, first, last)
    return planned_peaks(loads, first, last, lambda _: 0)


def by_bell(peak: PlannedPeak) -> tuple[Minute, Minute, int]:
    """Return the order in which people read peaks: the next bell first, at one bell the largest load."""
    return peak.bell, peak.ready_by, -peak.wanted


def peak_at(plan: Plan, minute: Minute) -> PlannedPeak | None:
    """Return the planned peak that explains the value at a minute of the plan.

    It is the largest whose load is near.

    Near, because a rise is written up to five minutes before its load, a fall up to five minutes after it,
    and a fall that returns within the hold gap not at all. A rise that is brought forward is that of the
    minute at which it is due.
    """
    ahead = plan.ahead_at(minute) if plan.brought_forward else None
    if ahead is not None:
        minute = ahead.due
    near = plan.peaks_near(minute)
    covering = [peak for peak in near if _reaches(peak, minute, after=0)]
    if ahead is None and not covering and plan.write_at(minute) > plan.workload.bounds.minimum:
        late = MARK_MINUTES + plan.workload.policy.hold_gap_minutes
        covering = [peak for peak in near if _reaches(peak, minute, after=late)]
    return max(covering, key=lambda peak: (peak.wanted, -abs(peak.ready_by - minute)), default=None)


def written_for(plan: Plan, peak: PlannedPeak, minute: Minute) -> int:
    """Return what the plan's writes have brought for a peak to come by a minute; 0 before the first of them.

    From that on they stay above the baseline until the peak's load begins. What is still written for an
    earlier peak is not for this one.
    """
    written, least = plan.write_at(minute), plan.workload.bounds.minimum
    if written <= least:
        return 0
    if any(run.value <= least for run in plan.writes if minute < run.start <= peak.load_start):
        return 0
    others = (other for other in plan.peaks_near(minute) if other.load_start != peak.load_start)
    ahead = written > plan.replicas_at(minute) and not any(_reaches(one, minute, after=0) for one in others)
    return written if ahead or minute >= peak.load_start - MARK_MINUTES else 0


def _reaches(peak: PlannedPeak, minute: Minute, *, after: int) -> bool:
    return peak.load_start - MARK_MINUTES <= minute < peak.load_end + after


def peak_sentence(peak: PlannedPeak) -> str:
    """Return what the peak is and why it is that high, in one line for people."""
    occurrence = peak.surge.occurrence
    day = f" ({words})" if (words := day_words(occurrence.day)) else ""
    return f"{occurrence.peak.name} at {local_time(peak)}{day}{_factor_words(peak)}"


def local_time(peak: PlannedPeak) -> str:
    """Return the bell on the wall of its school: date and time."""
    return wall_clock(peak, peak.bell, DATED_CLOCK)


def wall_clock(peak: PlannedPeak, minute: Minute, form: str) -> str:
    """Return a minute on the wall of a peak's school, with its zone where others are planned beside it."""
    told = _on_wall(minute, peak.zone, form)
    return f"{told} {peak.zone.key}" if peak.zones_meet else told


@lru_cache(maxsize=4096)  # the bells of the weeks to come are told at every look
def _on_wall(minute: Minute, zone: ZoneInfo, form: str) -> str:
    return local_clock(instant_of(minute), zone, form)


def day_words(day: Day) -> str:
    """Return what kind of school day it is: class, days off before, transition, mode, label.

    Empty without lessons.
    """
    if day.lessons is None:
        return ""
    words: list[str] = [day.lessons.day_class.value]
    if day.lessons.break_days:
        words.append(f"{day.lessons.break_days} days off before")
    if day.lessons.transition is not None:
        words.append(day.lessons.transition.value)
    words.append(day.lessons.instruction_mode.value)
    if day.lessons.label is not None:
        words.append(f"label {day.lessons.label}")
    return ", ".join(words)


def _factor_words(peak: PlannedPeak) -> str:
    product = peak.surge.factors
    if not product.factors:
        return ""
    parts = " x ".join(f"{factor.name} {factor.percent} %" for factor in product.factors)
    capped = f", capped at {percent_text(product.percent)} %" if product.capped else ""
    result = f" = {percent_text(product.uncapped_percent)} %" if len(product.factors) > 1 else ""
    return f": {parts}{result}{capped}"


def percent_text(percent: Fraction) -> str:
    """Return a percentage with at most two decimals."""
    whole, hundredths = divmod(round(percent * 100), 100)
    return f"{whole}.{hundredths:02}".rstrip("0").rstrip(".")
