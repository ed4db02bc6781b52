"""What a simulated day and a backtest are asked to try is what their pilot is flown with, whole."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from firstbell.core import Bounds, Override, Pilot, Rules
from firstbell.core.instants import instant_of
from firstbell.core.scaling import Behavior, ScalingRules
from firstbell.lab.day.compare import Conditions, Variant, compare
from tests.builders import utc
from tests.unit.lab.day.test_compare import DAY, a_remote_school
from tests.unit.lab.record.replays import METRIC, a_recording, a_school, levels, tried

RULES = Rules(
    tolerance=Fraction(1, 5),
    behavior=Behavior(up=ScalingRules(window=timedelta(seconds=30)), down=ScalingRules(window=timedelta(90))),
    surge_max_percent=None,
    reactive_only=True,
)
ORDERS = (
    Override(
        name="exams",
        start=instant_of(utc("2024-09-01T00:00")),
        end=instant_of(utc("2026-09-01T00:00")),
        floor=7,
        reason="exams",
    ),
)


@pytest.fixture
def flown(monkeypatch) -> list[tuple[Rules, object]]:
    """What pilots are handed, each time that one looks."""
    handed, look = [], Pilot.look

    def seen(self, rules, sight):
        handed.append((rules, sight))
        return look(self, rules, sight)

    monkeypatch.setattr(Pilot, "look", seen)
    return handed


def of_all(flown, *names: str) -> list[object]:
    """What every sight says of these alike."""
    (alike,) = {tuple(getattr(sight, name) for name in names) for _, sight in flown}
    return list(alike)


def bounds_of(flown) -> Bounds:
    baseline, ceiling = of_all(flown, "baseline", "ceiling")
    return Bounds(minimum=baseline, maximum=ceiling.replicas)


@pytest.mark.parametrize("beside", [True, False])
def test_a_simulated_day_is_flown_with_its_rules_bounds_and_orders(flown, beside):
    school = a_remote_school(minimum=5, maximum=180)
    conditions = Conditions(rules=RULES, overrides=ORDERS, beside_autoscaler=beside)

    played = compare(school, DAY, conditions, (Variant.FIRSTBELL,))

    assert {id(rules) for rules, _ in flown} == {id(RULES)}
    assert bounds_of(flown) == school.bounds
    assert of_all(flown, "overrides", "beside_autoscaler") == [ORDERS, beside]
    assert {id(sight.plan.workload.policy) for _, sight in flown} == {id(played.plan.workload.policy)}


@pytest.mark.parametrize("beside", [True, False])
def test_a_record_is_flown_with_the_rules_bounds_metric_and_orders_of_its_trial(flown, beside):
    school = a_school(minimum=2, maximum=40)
    recording = a_recording(
        "2025-02-04T00:00", "2025-02-05T00:00", levels(("00:00", 1), ("07:25", 6))("00:00")
    )

    tried(school, recording, rules=RULES, overrides=ORDERS, beside_autoscaler=beside)

    assert {id(rules) for rules, _ in flown} == {id(RULES)}
    assert bounds_of(flown) == school.bounds
    assert of_all(flown, "overrides", "beside_autoscaler") == [ORDERS, beside]
    assert {metric.target for _, sight in flown for metric in sight.metrics} == {METRIC}
    assert {id(sight.plan.workload.policy) for _, sight in flown} == {id(school.policy)}
