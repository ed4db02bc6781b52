"""The backtest's replay as a plain loop: a decision and a pass at every tick, nothing passed over."""

from __future__ import annotations

from fractions import Fraction
from math import isnan
from typing import TYPE_CHECKING

from firstbell.core.decide import Ceiling, Observation, Recommendation, decide, remembered
from firstbell.core.history import History
from firstbell.core.reactive import LiveMetric
from firstbell.core.reasons import DecisionReason
from firstbell.core.scheduled import raised_by_surge
from firstbell.core.surge_correction import SurgeHistory, expectation, followed
from firstbell.lab.day.external_metric import external_replicas
from firstbell.lab.record.deciding import NOT_RECORDED, Rules

if TYPE_CHECKING:
    from firstbell.lab.day.hpa import HorizontalPodAutoscaler
    from firstbell.lab.record.schedule import Schedule
    from firstbell.lab.record.ticks import Ticks


def reading(ticks: Ticks, tick: int):
    value = ticks.values[tick]
    return NOT_RECORDED if isnan(value) else Fraction(repr(value))


class PlainDecider:
    def __init__(self, rules: Rules, schedule: Schedule, held: int) -> None:
        self.rules, self.schedule, self.held, self.history = rules, schedule, held, History()
        self.surge = SurgeHistory()

    def scheduled(self, ticks: Ticks, tick: int):
        rules, second = self.rules, ticks.second(tick)
        planned = Recommendation(
            replicas=self.schedule.replicas_at(second), reason=DecisionReason.SCHEDULED_PEAK, message=""
        )
        if rules.metric is None or rules.per_pupil is None or rules.surge_max_percent is None:
            return planned
        minute = second // 60
        expected = expectation(self.schedule.plan_at(second), minute)
        readings = [(rules.per_pupil, reading(ticks, tick))]
        self.surge = followed(self.surge, expected, readings, rules.surge_max_percent, ticks.instant(tick))
        return raised_by_surge(planned, self.surge, minute, rules.bounds.minimum)

    def decide(self, ticks: Ticks, tick: int, current: int) -> int:
        rules, second = self.rules, ticks.second(tick)
        seen = Observation(
            now=ticks.instant(tick),
            baseline=rules.bounds.minimum,
            scheduled=self.scheduled(ticks, tick),
            metrics=(LiveMetric(target=rules.metric, reading=reading(ticks, tick)),) if rules.metric else (),
            tolerance=rules.tolerance,
            behavior=rules.behavior,
            history=self.history,
            ceiling=Ceiling(replicas=rules.bounds.maximum) if rules.bounds.maximum is not None else None,
            held=self.held,
            current=current,
            beside_autoscaler=rules.beside_autoscaler,
            still_to_come=self.schedule.still_to_come_at(second) if rules.metric else 0,
        )
        decision = decide(seen)
        self.history = remembered(seen, decision)
        self.held = decision.desired
        return self.held


def hpa_pass(hpa: HorizontalPodAutoscaler, per_replica: Fraction, ticks: Ticks, tick: int, count: int) -> int:
    value = reading(ticks, tick)

    def wanted():
        if not isinstance(value, Fraction):
            return value
        return external_replicas(count, value, per_replica, hpa.spec.tolerances)

    return hpa.follow(ticks.instant(tick), count, wanted)


def plain_hpa(hpa, per_replica, ticks, first) -> list[int]:
    counts, count = [], first
    for tick in range(len(ticks.values)):
        count = hpa_pass(hpa, per_replica, ticks, tick, count)
        counts.append(count)
    return counts


def plain_scale(rules, schedule, ticks, first) -> list[int]:
    decider, count, counts = PlainDecider(rules, schedule, first), first, []
    for tick in range(len(ticks.values)):
        count = decider.decide(ticks, tick, count)
        counts.append(count)
    return counts


def plain_floor(rules, schedule, hpa, per_replica, ticks, first) -> list[int]:  # noqa: PLR0917
    decider, count, counts = PlainDecider(rules, schedule, rules.bounds.minimum), first, []
    for tick in range(len(ticks.values)):
        floor = decider.decide(ticks, tick, count)
        hpa.minimum = floor
        count = hpa_pass(hpa, per_replica, ticks, tick, max(count, floor))
        counts.append(count)
    return counts
