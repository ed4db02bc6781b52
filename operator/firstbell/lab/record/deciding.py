"""firstbell's side of a backtest: the operator's own decision, tick after tick, over recorded load.

`decide` and `remembered` are the operator's. Here it is only worked out at which ticks they have to be
called: at every write of the plan, and wherever the load may ask for another count than the present one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.core.absence import Unavailable
from firstbell.core.behavior import DEFAULT_BEHAVIOR, Behavior
from firstbell.core.decide import Ceiling, Observation, Recommendation, decide, remembered
from firstbell.core.history import History
from firstbell.core.reactive import (
    DEFAULT_TOLERANCE,
    LiveMetric,
    MetricTarget,
    Standing,
    Tolerances,
    asked_for,
)
from firstbell.core.reasons import DecisionReason
from firstbell.core.scheduled import raised_by_surge
from firstbell.lab.record.early_arrivals import EarlyArrivals
from firstbell.lab.record.need import exact
from firstbell.lab.record.recording import SECONDS_PER_MINUTE
from firstbell.lab.record.skipped import with_recommendations
from firstbell.lab.record.ticks import (
    LONG_AGO,
    NOTHING_ABOVE,
    NOTHING_BELOW,
    SYNC_SECONDS,
    Band,
    Scan,
    Ticks,
    band_edge,
    first_known,
    ticks_in,
)

if TYPE_CHECKING:
    from fractions import Fraction

    from firstbell.core.policy import Bounds
    from firstbell.lab.record.schedule import Schedule

NOT_RECORDED = Unavailable(reason="NotRecorded", message="the recording does not tell the load at that time")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What of a policy bears on decisions. `metric` is the recorded one; None: the plan alone decides.

    `per_pupil` and `surge_max_percent` together let early arrivals raise a peak.
    """

    bounds: Bounds
    metric: MetricTarget | None = None
    tolerance: Fraction = DEFAULT_TOLERANCE
    behavior: Behavior = DEFAULT_BEHAVIOR
    beside_autoscaler: bool = False
    per_pupil: Fraction | None = None
    surge_max_percent: int | None = None


class Decider:
    """Decisions over time. `desired` is in force after the last tick: the floor, or the replicas."""

    def __init__(self, rules: Rules, ticks: Ticks, schedule: Schedule, held: int) -> None:
        self._rules, self._ticks, self._schedule = rules, ticks, schedule
        self.desired = held
        self._done = -1
        self._history = History()
        self._ceiling = None if rules.bounds.maximum is None else Ceiling(replicas=rules.bounds.maximum)
        self._reach = max(ticks_in(rules.behavior.down.window), ticks_in(rules.behavior.up.window))
        up, down = rules.behavior.up.tolerance, rules.behavior.down.tolerance
        self._tolerances = Tolerances(rules.tolerance, up, down)
        self._next = 0
        self._band: Band | None = None
        self._early: EarlyArrivals | None = None
        if rules.metric is not None and rules.per_pupil is not None and rules.surge_max_percent is not None:
            self._early = EarlyArrivals(schedule, rules.per_pupil, rules.surge_max_percent, ticks)

    @property
    def next_tick(self) -> int:
        """The next tick at which something may change; the number of ticks if none."""
        return self._next

    def decide(self, tick: int, current: int) -> None:
        """The decision at a tick, with as many replicas as there are."""
        self._catch_up(tick)
        if self._early is not None:
            self._early.look(tick, self._reading(tick))
        seen = self._observation(tick, current)
        decision = decide(seen)
        self._history = remembered(seen, decision)
        self.desired = seen.baseline if decision.desired is None else decision.desired
        self._done = tick
        self._next = self._first_change(tick + 1)

    def _observation(self, tick: int, current: int) -> Observation:
        rules, second = self._rules, self._ticks.second(tick)
        return Observation(
            now=self._ticks.instant(tick),
            baseline=rules.bounds.minimum,
            scheduled=self._scheduled(tick),
            metrics=()
            if rules.metric is None
            else (LiveMetric(target=rules.metric, reading=self._reading(tick)),),
            tolerance=rules.tolerance,
            behavior=rules.behavior,
            history=self._history,
            ceiling=self._ceiling,
            held=self.desired,
            current=current,
            beside_autoscaler=rules.beside_autoscaler,
            still_to_come=self._schedule.still_to_come_at(second) if rules.metric else 0,
        )

    def _reading(self, tick: int) -> Fraction | Unavailable:
        value = self._ticks.values[tick]
        # NaN is the only value that differs from itself.
        return NOT_RECORDED if value != value else exact(value)  # noqa: PLR0124

    def _scheduled(self, tick: int) -> Recommendation | Unavailable:
        """What the plan's writes ask for at a tick, raised where more pupils came early."""
        second = self._ticks.second(tick)
        planned = Recommendation(
            replicas=self._schedule.replicas_at(second), reason=DecisionReason.SCHEDULED_PEAK, message=""
        )
        if self._early is None:
            return planned
        minute = second // SECONDS_PER_MINUTE
        return raised_by_surge(planned, self._early.history, minute, self._rules.bounds.minimum)

    def _planned(self, tick: int) -> int:
        scheduled = self._scheduled(tick)
        least = self._rules.bounds.minimum
        return least if isinstance(scheduled, Unavailable) else max(least, scheduled.replicas)

    def _followed(self) -> int | None:
        """The count that the load is compared to: the whole of it, or beside an autoscaler the live part."""
        return self._history.live if self._rules.beside_autoscaler else self.desired

    def _first_change(self, start: int) -> int:
        """The first tick from `start` on at which a decision may differ from the present one."""
        self._band = None
        size = len(self._ticks.values)
        if start >= size:
            return size
        if self._early is not None and self._early.watches(self._ticks.second(start)):
            return start
        stop = min(size, self._ticks.at(self._next_event(self._ticks.second(start - 1))))
        followed, planned, metric = self._followed(), self._planned(start - 1), self._rules.metric
        if self._unsettled(planned, followed):
            # What is not known holds the count, whatever it was on its way to.
            return start if metric is None else first_known(self._ticks, start, stop)
        if metric is None or followed is None:
            return stop
        tolerances, maximum = self._tolerances, self._rules.bounds.maximum
        low = NOTHING_BELOW
        if self._rules.beside_autoscaler or planned < followed:
            low = band_edge((1 - tolerances.of_falls) * metric.amount * followed, inside=1)
        high = NOTHING_ABOVE
        if maximum is None or followed < maximum:
            high = band_edge((1 + (tolerances.up or 0)) * metric.amount * followed, inside=-1)
        self._band = Band(low, high, ticks_in(self._rules.behavior.down.window), unknown_holds=True)
        return Scan(self._ticks, self._band, start, self._last_asked(followed)).until(stop)

    def _next_event(self, second: int) -> int:
        """The first second after this one at which the plan, or what it is raised to, may change."""
        planned = self._schedule.next_change(second)
        early = None if self._early is None else self._early.next_change(second)
        return planned if early is None else min(planned, early)

    def _unsettled(self, planned: int, followed: int | None) -> bool:
        """Whether the present count is on its way to another one, whatever the load does."""
        metric, maximum = self._rules.metric, self._rules.bounds.maximum
        if metric is not None and followed is None:
            return True
        if self._rules.beside_autoscaler or metric is None:
            wanted = max(planned, followed or 0) if metric is not None else planned
            return self.desired != (wanted if maximum is None else min(wanted, maximum))
        return False

    def _last_asked(self, followed: int) -> int:
        """The last tick at which what is followed, or more, was asked for."""
        asked = [one.time for one in self._history.highest if one.replicas >= followed]
        if not asked:
            return LONG_AGO
        return int((asked[-1] - self._ticks.instant(0)).total_seconds()) // SYNC_SECONDS

    def _catch_up(self, tick: int) -> None:
        """The history as if there had been a decision at each tick since the last one."""
        skipped = range(max(self._done + 1, tick - self._reach), tick)
        followed = self._followed()
        if not skipped or followed is None or (self._rules.beside_autoscaler and self._rules.metric is None):
            return
        planned = 0 if self._rules.beside_autoscaler else self._planned(self._done)
        counts = [self._asked(one, followed, planned) for one in skipped]
        self._history = with_recommendations(self._history, self._ticks, skipped.start, counts)

    def _asked(self, tick: int, followed: int, planned: int) -> int:
        """What was recommended at a tick that changed nothing: what is not known holds."""
        value, band = self._ticks.values[tick], self._band
        if self._rules.metric is None:
            return max(planned, followed)
        if band is not None and band.holds(value) and not self._tolerances.up:
            return max(planned, followed, self._ticks.needs[tick])
        if band is not None and band.clearly_outside(value):
            return max(planned, self._ticks.needs[tick])
        standing = Standing(in_force=followed, current=followed, ready=None, tolerances=self._tolerances)
        asked = asked_for(LiveMetric(target=self._rules.metric, reading=self._reading(tick)), standing)
        return followed if isinstance(asked, Unavailable) else max(planned, asked)
