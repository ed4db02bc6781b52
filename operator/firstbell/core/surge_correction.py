"""Arrivals before the bell tell early how big the morning becomes.

A forecast can be wrong: twice the usual was planned and three times came. But half an hour before the bell
the first pupils are there, and their number against the number expected at that minute is what the whole
morning will be against its plan. The rest of that peak is raised by the ratio: only upwards, only while a
first bell's ramp is under way or its lessons begin, never above a cap that people set, and only by what two
minutes of readings agree on.

Rules: nothing is concluded while less than a tenth is expected to be there; the lowest ratio of the last two
minutes counts, so that one odd reading raises nothing; once raised, the peak stays raised to its end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from math import floor
from typing import TYPE_CHECKING

from firstbell.core.absence import Unavailable
from firstbell.core.arrivals import BELL
from firstbell.core.bells import Minute, minute_of
from firstbell.core.policy import PeakAnchor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from fractions import Fraction

    from firstbell.core.demand import RegionLoad, Surge
    from firstbell.core.plan import Plan

AS_PLANNED = 100
"""Percent."""
LEAST_SHARE = 0.1
"""Below this share of all pupils nothing is concluded: a handful of early ones says nothing."""
AGREED_FOR = timedelta(minutes=2)
LEAST_PERCENT = 110
"""Within a tenth of the plan the plan is right."""
STEP_PERCENT = 5
"""Raised in steps, so that a ratio that creeps does not write each time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """What a plan expects of arrivals at one minute.

    `arrived` and `all_pupils` are pupils of a regular in-person lesson start (day factors and loadPercent
    multiply them); `until` is the minute at which the load of these bells is over (exclusive).
    """

    arrived: float
    all_pupils: float
    until: Minute


@dataclass(frozen=True, kw_only=True, slots=True)
class SurgeHistory:
    """What is remembered between readings: bounded, and empty after a restart.

    `percent` (100 = as planned) is in force until the minute `until`; `since` is when it was last raised.
    `ratios` are the readings of the last minutes against what was expected, in percent.
    """

    ratios: tuple[tuple[datetime, float], ...] = ()
    percent: int = AS_PLANNED
    until: Minute = 0
    since: datetime | None = None

    def percent_at(self, minute: Minute) -> int:
        """Return what the schedule is to be raised to at a minute, in percent of itself."""
        return self.percent if minute < self.until else AS_PLANNED

    def moved(self, by: timedelta) -> SurgeHistory:
        """Return the same by a clock that was set by so much: how old each reading is stays as it is."""
        return replace(self, ratios=tuple((at + by, ratio) for at, ratio in self.ratios))


def expectation(plan: Plan, minute: Minute) -> Expectation | None:
    """Return what the plan expects to be there at a minute; None where no first bell's ramp is under way."""
    arrived = all_pupils = 0.0
    until = minute
    for load, surge in plan.surges_near(minute):
        if surge.occurrence.peak.anchor is not PeakAnchor.FIRST_PERIOD_START:
            continue
        for pupils, after_bell in _under_way(load, surge, minute):
            all_pupils += pupils
            arrived += pupils * BELL.arrived(after_bell)
            until = max(until, surge.occurrence.load_end + load.offsets[-1][0])
    return Expectation(arrived=arrived, all_pupils=all_pupils, until=until) if all_pupils else None


def _under_way(load: RegionLoad, surge: Surge, minute: Minute) -> Iterator[tuple[float, int]]:
    """Yield the cohorts of a bell between the first one's ramp and the last one's bell.

    As pupils and minutes since that bell.

    All of them count from then on, those too whose own ramp has not begun: a late cohort's early pupils are
    among those who are there.
    """
    occurrence = surge.occurrence
    first, last = load.offsets[0][0], load.offsets[-1][0]
    if not occurrence.load_start + first <= minute <= occurrence.bell + last:
        return
    weight = float(surge.factors.percent) / 100 * occurrence.peak.load_percent / 100
    for offset, pupils in load.offsets:
        yield weight * pupils, minute - occurrence.bell - offset


def followed(
    history: SurgeHistory,
    expected: Expectation | None,
    readings: Sequence[tuple[Fraction, Fraction | Unavailable]],
    max_percent: int,
    now: datetime,
) -> SurgeHistory:
    """Return the history after a look at what came.

    `readings` pairs each metric's value per pupil with its reading; of several the one that asks for most
    counts. What could not be read concludes nothing and takes nothing back.
    """
    if expected is None or expected.arrived < LEAST_SHARE * expected.all_pupils:
        return nothing_expected(history, now)
    history = _still_raised(history, now)
    seen = [float(value / per_pupil) for per_pupil, value in readings if not isinstance(value, Unavailable)]
    if not seen:
        return history
    ratios = (*history.ratios, (now, 100 * max(seen) / expected.arrived))
    # The last one before the window is kept: it tells that the window is full.
    inside = next(index for index, (at, _) in enumerate(ratios) if at > now - AGREED_FOR)
    ratios = ratios[max(0, inside - 1) :]
    history = replace(history, ratios=ratios)
    if ratios[0][0] > now - AGREED_FOR:
        return history
    # Rounded first: 1.5 times may come out as 149.999... percent.
    agreed = floor(round(min(ratio for _, ratio in ratios), 6))
    percent = min(agreed - agreed % STEP_PERCENT, max_percent)
    if percent < LEAST_PERCENT or percent <= history.percent:
        return history
    return replace(history, percent=percent, until=expected.until, since=now)


def nothing_expected(history: SurgeHistory, now: datetime) -> SurgeHistory:
    """Return the history after a look when nobody, or next to nobody, was expected to be there yet."""
    return replace(_still_raised(history, now), ratios=())


def _still_raised(history: SurgeHistory, now: datetime) -> SurgeHistory:
    """Return the history without a raise that is over."""
    return history if minute_of(now) < history.until else SurgeHistory(ratios=history.ratios)


def corrected(replicas: int, percent: int) -> int:
    """Return a scheduled count raised to a percentage of itself, rounded up."""
    return -(-replicas * percent // 100)
