"""What one decision says: the largest counts, limits have reasons, and ignorance never lowers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from firstbell.core.absence import Unavailable
from firstbell.core.behavior import Behavior, ScalingRules
from firstbell.core.decide import Observation, decide
from firstbell.core.decision import Ceiling, Recommendation
from firstbell.core.history import SETTLED, History
from firstbell.core.limits import Limit
from firstbell.core.reactive import LiveMetric, MetricTarget, TargetType
from firstbell.core.reasons import DecisionReason, LimitReason

NOW = datetime(2020, 4, 20, 6, 20, tzinfo=UTC)
UNKNOWN = Unavailable(reason="CalendarNotFound", message="the calendar is gone")


def scheduled(replicas: int) -> Recommendation:
    return Recommendation(replicas=replicas, reason=DecisionReason.SCHEDULED_PEAK, message="first-lesson")


def metric(reading) -> LiveMetric:
    target = MetricTarget(name="requests", type=TargetType.AVERAGE_VALUE, amount=Fraction(1))
    return LiveMetric(target=target, reading=Fraction(reading) if isinstance(reading, int) else reading)


def recommended(replicas: int) -> History:
    return History.seeded(NOW - timedelta(seconds=10), replicas)


def seen(**changes) -> Observation:
    """What a decision is made from, in a workload whose past bears on nothing and that may rise at once."""
    fields = {
        "now": NOW,
        "baseline": 4,
        "scheduled": scheduled(10),
        "ceiling": Ceiling(replicas=400),
        "history": SETTLED,
        "behavior": Behavior(up=ScalingRules(window=timedelta(0))),
    }
    return Observation(**{**fields, **changes})


PROPOSALS = {
    "the schedule where it is the largest": (seen(), 10, DecisionReason.SCHEDULED_PEAK),
    "the baseline where nothing is scheduled": (seen(scheduled=scheduled(2)), 4, DecisionReason.BASELINE),
    "a live metric above the schedule": (seen(metrics=(metric(12),)), 12, DecisionReason.LIVE_METRIC),
    "the schedule above a live metric": (seen(metrics=(metric(9),)), 10, DecisionReason.SCHEDULED_PEAK),
    "the largest of several metrics": (
        seen(metrics=(metric(11), metric(15), metric(9))),
        15,
        DecisionReason.LIVE_METRIC,
    ),
}


@pytest.mark.parametrize(("observation", "want", "reason"), PROPOSALS.values(), ids=PROPOSALS.keys())
def test_the_largest_recommendation_decides(observation, want, reason):
    decision = decide(observation)

    assert (want, reason, ()) == (decision.desired, decision.reason, decision.limits)


HELD = {
    "no plan": (seen(scheduled=UNKNOWN, held=200), LimitReason.HELD_WITHOUT_PLAN),
    "a metric missing": (seen(metrics=(metric(UNKNOWN),), held=200), LimitReason.HELD_WITHOUT_METRICS),
    "just restarted": (
        seen(held=200, hold_until=NOW + timedelta(seconds=1)),
        LimitReason.HELD_AFTER_RESTART,
    ),
    "inside the stabilization window": (
        seen(held=200, history=recommended(200)),
        LimitReason.SCALE_DOWN_STABILIZED,
    ),
}


@pytest.mark.parametrize(("observation", "reason"), HELD.values(), ids=HELD.keys())
def test_what_is_there_is_held(observation, reason):
    decision = decide(observation)

    assert (200, (Limit(reason=reason, before=decision.limits[0].before, after=200),)) == (
        decision.desired,
        decision.limits,
    )


def test_what_is_held_without_a_plan_says_why_the_plan_is_missing():
    decision = decide(seen(scheduled=UNKNOWN, held=200))

    assert (DecisionReason.HELD_LAST_PLAN, UNKNOWN.message, None) == (
        decision.reason,
        decision.message,
        decision.scheduled,
    )


NOT_HELD = {
    "a higher schedule rises after a restart": seen(
        scheduled=scheduled(300), held=200, hold_until=NOW + timedelta(hours=1)
    ),
    "the hold after a restart ends at its instant": seen(scheduled=scheduled(300), held=400, hold_until=NOW),
    "another metric rises while one is missing": seen(metrics=(metric(UNKNOWN), metric(300)), held=200),
    "the schedule rises while a metric is missing": seen(
        scheduled=scheduled(300), metrics=(metric(UNKNOWN),), held=200
    ),
    "a lower past recommendation does not hold": seen(scheduled=scheduled(300), history=recommended(200)),
}


@pytest.mark.parametrize("observation", NOT_HELD.values(), ids=NOT_HELD.keys())
def test_holding_never_stands_in_the_way(observation):
    assert decide(observation).desired == 300
    assert decide(observation).limits == ()


def test_without_a_plan_and_nothing_held_the_baseline_stands():
    decision = decide(seen(scheduled=UNKNOWN))

    assert (decision.desired, decision.reason) == (4, DecisionReason.BASELINE)


def test_a_maximum_always_wins_and_says_whose_it_is():
    ceiling = Ceiling(replicas=100, reason=LimitReason.AUTOSCALER_MAX_REPLICAS)

    decision = decide(seen(scheduled=scheduled(307), ceiling=ceiling))

    limit = Limit(reason=LimitReason.AUTOSCALER_MAX_REPLICAS, before=307, after=100)
    assert (100, (limit,), 307) == (decision.desired, decision.limits, decision.scheduled)


def test_without_a_ceiling_nothing_is_cut():
    assert decide(seen(scheduled=scheduled(5000), ceiling=None)).desired == 5000


def test_every_limit_on_the_way_is_told_in_order():
    decision = decide(seen(scheduled=UNKNOWN, held=500))

    assert [limit.reason for limit in decision.limits] == [
        LimitReason.HELD_WITHOUT_PLAN,
        LimitReason.TOO_MANY_REPLICAS,
    ]
    assert decision.desired == 400


def test_a_workload_that_a_person_set_to_0_is_left_alone():
    decision = decide(seen(disabled=True, metrics=(metric(7),)))

    assert (
        decision.desired,
        decision.reason,
        decision.scheduled,
        decision.reactive,
    ) == (None, DecisionReason.HANDS_OFF, 10, 7)


def test_hands_off_without_a_plan_tells_no_schedule():
    assert decide(seen(disabled=True, scheduled=UNKNOWN)).scheduled is None
