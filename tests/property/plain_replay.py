"""The backtest's replay as a plain loop: a look and a pass at every tick, nothing passed over."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import isnan
from typing import TYPE_CHECKING

from firstbell.core.decision import Ceiling
from firstbell.core.pilot import Pilot
from firstbell.core.reactive import LiveMetric
from firstbell.core.sight import EarlyArrivals, Sight
from firstbell.lab.day.external_metric import external_replicas
from firstbell.lab.record.deciding import NOT_RECORDED, Flight

if TYPE_CHECKING:
    from firstbell.lab.day.hpa import HorizontalPodAutoscaler
    from firstbell.lab.record.schedule import Schedule
    from firstbell.lab.record.ticks import Ticks


@cache
def exactly(text: str) -> Fraction:
    return Fraction(text)


def reading(ticks: Ticks, tick: int):
    value = ticks.values[tick]
    return NOT_RECORDED if isnan(value) else exactly(repr(value))


class PlainDecider:
    def __init__(self, flight: Flight, schedule: Schedule, held: int) -> None:
        self.flight, self.schedule, self.held, self.pilot = flight, schedule, held, Pilot()

    def decide(self, ticks: Ticks, tick: int, current: int) -> int:
        flight, now, load = self.flight, ticks.instant(tick), reading(ticks, tick)
        counts = flight.metric is not None and flight.per_pupil is not None
        sight = Sight(
            now=now,
            acted_for=now,
            plan=self.schedule.plan_at(ticks.second(tick)),
            baseline=flight.bounds.minimum,
            ceiling=Ceiling(replicas=flight.bounds.maximum) if flight.bounds.maximum is not None else None,
            beside_autoscaler=flight.beside_autoscaler,
            floor=self.held if self.held > flight.bounds.minimum else None,
            current=current,
            ready=None,
            metrics=(LiveMetric(target=flight.metric, reading=load),) if flight.metric else (),
            arrivals=EarlyArrivals(readings=((flight.per_pupil, load),), at=now) if counts else None,
            holds=(),
            overrides=flight.overrides,
            stopped="",
            disabled_by="",
        )
        look = self.pilot.look(flight.rules, sight)
        self.pilot = look.carried_out()
        self.held = self.held if look.decision.desired is None else look.decision.desired
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


def plain_scale(flight, schedule, ticks, first) -> list[int]:
    decider, count, counts = PlainDecider(flight, schedule, first), first, []
    for tick in range(len(ticks.values)):
        count = decider.decide(ticks, tick, count)
        counts.append(count)
    return counts


def plain_floor(flight, schedule, hpa, per_replica, ticks, first) -> list[int]:  # noqa: PLR0917
    decider, count, counts = PlainDecider(flight, schedule, flight.bounds.minimum), first, []
    for tick in range(len(ticks.values)):
        floor = decider.decide(ticks, tick, count)
        hpa.minimum = floor
        count = hpa_pass(hpa, per_replica, ticks, tick, max(count, floor))
        counts.append(count)
    return counts
