"""firstbell's side of a backtest: the operator's own pilot, tick after tick, over recorded load.

Here it is only worked out at which ticks it has to look: at every write of the plan, and wherever the load
may ask for another count than the present one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.core import Ceiling, Pilot, Sight, Unavailable
from firstbell.core.instants import EPOCH
from firstbell.core.reasons import AbsenceReason
from firstbell.core.scaling import LiveMetric, MetricTarget, Standing, Tolerances, asked_for, next_turns
from firstbell.lab.record.early_arrivals import Ramps, counted
from firstbell.lab.record.need import exact
from firstbell.lab.record.schedule import NEVER
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

    from firstbell.core import Bounds, Override, Rules
    from firstbell.core.capacity import EarlyArrivals
    from firstbell.lab.record.schedule import Schedule

NOT_RECORDED = Unavailable(
    reason=AbsenceReason.NOT_RECORDED, message="the recording does not tell the load at that time"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Flight:
    """What is flown over a recording. `metric` is the recorded one; None: the plan alone decides.

    `per_pupil` is what one pupil adds to it: where the rules say so, early arrivals raise a peak by it.
    """

    rules: Rules
    bounds: Bounds
    overrides: tuple[Override, ...]
    metric: MetricTarget | None = None
    per_pupil: Fraction | None = None
    beside_autoscaler: bool = False

    @property
    def follows_arrivals(self) -> bool:
        """Whether early arrivals may raise a peak."""
        counts = self.metric is not None and self.per_pupil is not None
        return counts and self.rules.surge_max_percent is not None

    def sight(self, schedule: Schedule, ticks: Ticks, tick: int, *, floor: int, current: int) -> Sight:
        """Return what is seen at a tick; of pods only how many are asked for: Ready ones are not recorded."""
        metric, least, most, now = self.metric, self.bounds.minimum, self.bounds.maximum, ticks.instant(tick)
        reading = reading_of(ticks, tick)
        arrivals: EarlyArrivals | None = None
        if self.per_pupil is not None and self.follows_arrivals:
            arrivals = counted(self.per_pupil, reading, now)
        return Sight(
            now=now,
            acted_for=now,
            plan=schedule.plan_at(ticks.second(tick)),
            baseline=least,
            ceiling=None if most is None else Ceiling(replicas=most),
            beside_autoscaler=self.beside_autoscaler,
            floor=floor if floor > least else None,
            current=current,
            ready=None,
            metrics=() if metric is None else (LiveMetric(target=metric, reading=reading),),
            arrivals=arrivals,
            holds=(),
            overrides=self.overrides,
            disabled_by="",
            stopped="",
        )


def reading_of(ticks: Ticks, tick: int) -> Fraction | Unavailable:
    """Return the load at a tick, exactly."""
    value = ticks.values[tick]
    # NaN is the only value that differs from itself.
    return NOT_RECORDED if value != value else exact(value)  # noqa: PLR0124


class Decider:
    """Decisions over time. `desired` is in force after the last tick: the floor, or the replicas."""

    def __init__(self, flight: Flight, ticks: Ticks, schedule: Schedule, held: int) -> None:
        self._flight, self._ticks, self._schedule = flight, ticks, schedule
        self.desired = held
        self._pilot = Pilot()
        self._planned = flight.bounds.minimum
        self._done = -1
        self._held = False
        behavior = flight.rules.behavior
        self._reach = max(ticks_in(behavior.down.window), ticks_in(behavior.up.window))
        self._tolerances = Tolerances(flight.rules.tolerance, behavior.up.tolerance, behavior.down.tolerance)
        self._next = 0
        self._band: Band | None = None
        self._ramps = Ramps(schedule) if flight.follows_arrivals else None

    @property
    def next_tick(self) -> int:
        """The next tick at which something may change; the number of ticks if none."""
        return self._next

    def decide(self, tick: int, current: int) -> None:
        """Make the decision at a tick, with as many replicas as there are."""
        self._catch_up(tick)
        sight = self._flight.sight(self._schedule, self._ticks, tick, floor=self.desired, current=current)
        look = self._pilot.look(self._flight.rules, sight)
        self._pilot, decision = look.carried_out(), look.decision
        self._held = decision.desired is None  # an order to write nothing: what stands, stands
        self.desired = self.desired if decision.desired is None else decision.desired
        self._planned = max(
            sight.baseline, decision.scheduled or 0, *(hold.replicas for hold in look.observed.holds)
        )
        self._done = tick
        self._next = self._first_change(tick + 1)

    def _followed(self) -> int | None:
        """Return the count that the load is compared to.

        The whole of it, or beside an autoscaler the live part.
        """
        return self._pilot.history.live if self._flight.beside_autoscaler else self.desired

    def _first_change(self, start: int) -> int:
        """Return the first tick from `start` on at which a decision may differ from the present one."""
        self._band = None
        size = len(self._ticks.values)
        if start >= size:
            return size
        if self._ramps is not None and self._ramps.under_way_at(self._ticks.second(start)):
            return start
        stop = min(size, self._ticks.at(self._next_event(self._ticks.second(start - 1))))
        if self._held:
            return stop
        followed, planned, metric = self._followed(), self._planned, self._flight.metric
        if self._unsettled(planned, followed):
            # What is not known holds the count, whatever it was on its way to.
            return start if metric is None else first_known(self._ticks, start, stop)
        if metric is None or followed is None:
            return stop
        tolerances, maximum = self._tolerances, self._flight.bounds.maximum
        low = NOTHING_BELOW
        if self._flight.beside_autoscaler or planned < followed:
            low = band_edge((1 - tolerances.of_falls) * metric.amount * followed, inside=1)
        high = NOTHING_ABOVE
        if maximum is None or followed < maximum:
            high = band_edge((1 + (tolerances.up or 0)) * metric.amount * followed, inside=-1)
        self._band = Band(low, high, ticks_in(self._flight.rules.behavior.down.window), unknown_holds=True)
        return Scan(self._ticks, self._band, start, self._last_asked(followed)).until(stop)

    def _next_event(self, second: int) -> int:
        """Return the first second after this one at which the plan, or what it is raised to, may change."""
        planned = min(self._schedule.next_change(second), self._next_turn(second))
        if self._ramps is None:
            return planned
        return min(planned, self._ramps.next_change(second, self._pilot.surge, NEVER))

    def _next_turn(self, second: int) -> int:
        """Return the first second after this one at which an order begins or ends."""
        now = EPOCH + timedelta(seconds=second)
        turns = [turn for turn, _ in next_turns(self._flight.overrides, now, now)]
        return min((-((EPOCH - turn) // timedelta(seconds=1)) for turn in turns), default=NEVER)

    def _unsettled(self, planned: int, followed: int | None) -> bool:
        """Tell whether the present count is on its way to another one, whatever the load does."""
        metric, maximum = self._flight.metric, self._flight.bounds.maximum
        if metric is not None and followed is None:
            return True
        if self._flight.beside_autoscaler or metric is None:
            wanted = max(planned, followed or 0) if metric is not None else planned
            return self.desired != (wanted if maximum is None else min(wanted, maximum))
        return False

    def _last_asked(self, followed: int) -> int:
        """Return the last tick at which what is followed, or more, was asked for."""
        asked = [one.time for one in self._pilot.history.highest if one.replicas >= followed]
        if not asked:
            return LONG_AGO
        return int((asked[-1] - self._ticks.instant(0)).total_seconds()) // SYNC_SECONDS

    def _catch_up(self, tick: int) -> None:
        """Bring the history to where it were if there had been a decision at each tick since the last one."""
        if self._held:
            return  # nothing was recommended meanwhile
        if tick > self._done + 1:
            # At ticks that are left out nobody is expected, or all of them would be looked at.
            self._pilot = self._pilot.expecting_nobody(self._ticks.instant(tick - 1))
        skipped = range(max(self._done + 1, tick - self._reach), tick)
        followed = self._followed()
        if (
            not skipped
            or followed is None
            or (self._flight.beside_autoscaler and self._flight.metric is None)
        ):
            return
        planned = 0 if self._flight.beside_autoscaler else self._planned
        counts = [self._asked(one, followed, planned) for one in skipped]
        history = with_recommendations(self._pilot.history, self._ticks, skipped.start, counts)
        self._pilot = self._pilot.caught_up(history)

    def _asked(self, tick: int, followed: int, planned: int) -> int:
        """Return what was recommended at a tick that changed nothing: what is not known holds."""
        value, band = self._ticks.values[tick], self._band
        if self._flight.metric is None:
            return max(planned, followed)
        if band is not None and band.holds(value) and not self._tolerances.up:
            return max(planned, followed, self._ticks.needs[tick])
        if band is not None and band.clearly_outside(value):
            return max(planned, self._ticks.needs[tick])
        standing = Standing(in_force=followed, current=followed, ready=None, tolerances=self._tolerances)
        asked = asked_for(
            LiveMetric(target=self._flight.metric, reading=reading_of(self._ticks, tick)), standing
        )
        return followed if isinstance(asked, Unavailable) else max(planned, asked)
