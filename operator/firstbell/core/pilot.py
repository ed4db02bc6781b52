"""What flies a workload: from what is wanted, what is seen and what is remembered to a decision.

The operator, `explain`, `simulate` and `backtest` call `Pilot.look` and nothing else, so that what is shown
is what runs. Whoever adds something to a decision adds it to `Rules` or to `Sight`, whose fields have no
defaults: the type checker then names every place that has to see it, and `Observation` is built here alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firstbell.core.absence import Unavailable
from firstbell.core.bells import minute_of
from firstbell.core.decide import Observation, decide, remembered
from firstbell.core.history import History
from firstbell.core.overrides import floors_in_force, hold_in_force
from firstbell.core.scheduled import raised_by_surge, scheduled_by
from firstbell.core.surge_correction import SurgeHistory, expectation, followed, nothing_expected

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from firstbell.core.decision import Decision
    from firstbell.core.rules import Rules
    from firstbell.core.sight import Sight


_NO_HISTORY = History()


@dataclass(frozen=True, kw_only=True, slots=True)
class Pilot:
    """What has to be remembered of one workload from look to look; the next look is right without it.

    `desired` is what was last carried out, None before the first; `by_floor`: as the floor of an autoscaler.
    `surge` is what early arrivals have raised, None while they raise nothing. Until `hold_until` nothing is
    lowered: what a process that has just started does not know (None: it did not start just now).
    `ordered_off`: an order kept everything from being written at the last look.
    """

    history: History = _NO_HISTORY
    desired: int | None = None
    by_floor: bool = False
    surge: SurgeHistory | None = None
    hold_until: datetime | None = None
    ordered_off: bool = False

    @classmethod
    def starting(cls, rules: Rules, now: datetime, surge: SurgeHistory | None = None) -> Pilot:
        """Return the pilot of a process that sees the workload for the first time; `surge` as reported."""
        return cls(surge=surge, hold_until=now + rules.behavior.down.window)

    def look(self, rules: Rules, sight: Sight) -> Look:
        """Decide on what is seen. Nothing of it is taken for done before `Look.carried_out`."""
        pilot = self._seeing(rules, sight)
        observed = _observed(pilot, rules, sight)
        return Look(decision=decide(observed), pilot=pilot, observed=observed)

    def _seeing(self, rules: Rules, sight: Sight) -> Pilot:
        """Return what is remembered as soon as something is seen, whatever becomes of the decision."""
        history, by_floor, surge = self.history, self.by_floor, _surge(rules, sight, self.surge)
        held = hold_in_force(sight.overrides, sight.now, sight.acted_for) is not None
        ordered_off = held or bool(sight.stopped)
        freed = self.ordered_off and not ordered_off
        if not sight.beside_autoscaler and (by_floor or freed):
            by_floor = False
            # The count that an autoscaler gave, or that stood while an order kept us off, is no less than a
            # recommendation: else the first decision would take down at once what was asked for there.
            if sight.current is not None:
                history = History.seeded(sight.now, sight.current)
        unchanged = history is self.history and by_floor is self.by_floor and surge is self.surge
        if unchanged and ordered_off is self.ordered_off:
            return self
        return Pilot(
            history=history,
            desired=self.desired,
            by_floor=by_floor,
            surge=surge,
            hold_until=self.hold_until,
            ordered_off=ordered_off,
        )

    def moved(self, by: timedelta) -> Pilot:
        """Return the same by a clock that was set by so much: how long ago it was stays as it is."""
        return replace(
            self,
            history=self.history.shifted(by),
            surge=None if self.surge is None else self.surge.moved(by),
            hold_until=None if self.hold_until is None else self.hold_until + by,
        )

    def caught_up(self, history: History) -> Pilot:
        """Make up for looks that changed nothing and were left out: `history` as they would have left it."""
        return Pilot(
            history=history,
            desired=self.desired,
            by_floor=self.by_floor,
            surge=self.surge,
            hold_until=self.hold_until,
            ordered_off=self.ordered_off,
        )

    def expecting_nobody(self, now: datetime) -> Pilot:
        """Make up for looks that were left out, the last at `now`, while no arrivals were expected."""
        return self if self.surge is None else replace(self, surge=nothing_expected(self.surge, now))


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What one look came to: the decision, what it was made from, and what is to be remembered of looking."""

    decision: Decision
    pilot: Pilot
    observed: Observation

    def carried_out(self, decision: Decision | None = None) -> Pilot:
        """Return what is remembered once the decision, or another that others made of it, was carried out."""
        done = self.decision if decision is None else decision
        if done.desired is None:
            return self.pilot
        return Pilot(
            history=remembered(self.observed, done),
            desired=done.desired,
            by_floor=self.observed.beside_autoscaler,
            surge=self.pilot.surge,
            hold_until=self.pilot.hold_until,
            ordered_off=self.pilot.ordered_off,
        )


def _observed(pilot: Pilot, rules: Rules, sight: Sight) -> Observation:
    """Put together what a decision depends on, from what is remembered, wanted and seen."""
    minute = minute_of(sight.now)
    ahead = minute if sight.acted_for == sight.now else minute_of(sight.acted_for)
    plan, held = sight.plan, sight.floor
    if not sight.beside_autoscaler:
        held = sight.current if pilot.desired is None else pilot.desired
    scheduled, holds, ordered_off = scheduled_by(plan, minute, ahead), sight.holds, None
    if sight.overrides:
        holds = (*holds, *floors_in_force(sight.overrides, sight.now, sight.acted_for, scheduled))
        ordered_off = hold_in_force(sight.overrides, sight.now, sight.acted_for)
    coming = 0
    if sight.metrics and not isinstance(plan, Unavailable):
        coming = plan.still_to_come_at(minute)
    return Observation(
        now=sight.now,
        baseline=sight.baseline,
        scheduled=raised_by_surge(scheduled, pilot.surge, minute, sight.baseline),
        holds=holds,
        metrics=sight.metrics,
        tolerance=rules.tolerance,
        behavior=rules.behavior,
        history=pilot.history,
        ceiling=sight.ceiling,
        held=held,
        hold_until=pilot.hold_until,
        current=sight.current,
        ready=sight.ready,
        beside_autoscaler=sight.beside_autoscaler,
        still_to_come=coming,
        reactive_only=rules.reactive_only,
        stopped=sight.stopped,
        ordered_off="" if ordered_off is None else ordered_off.sentence,
        disabled=bool(sight.disabled_by),
        disabled_by=sight.disabled_by,
    )


def _surge(rules: Rules, sight: Sight, before: SurgeHistory | None) -> SurgeHistory | None:
    """Follow what early arrivals raise by the readings that have come since the last look; None: off.

    A reading is looked at once, when it has come: a metric that is not read any more is no evidence that the
    morning is as it was.
    """
    if rules.surge_max_percent is None:
        return None
    surge = SurgeHistory() if before is None else before
    arrivals, plan = sight.arrivals, sight.plan
    if arrivals is None or isinstance(plan, Unavailable):
        return surge
    minute = minute_of(arrivals.at)
    if (surge.ratios and arrivals.at <= surge.ratios[-1][0]) or not plan.start <= minute < plan.end:
        return surge
    return followed(surge, expectation(plan, minute), arrivals.readings, rules.surge_max_percent, arrivals.at)
