"""Orders with an end: when they count, what they ask for, and who wins where there are several."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from firstbell.core.absence import Unavailable
from firstbell.core.decision import Ceiling, Recommendation
from firstbell.core.overrides import Override, floors_in_force, hold_in_force, next_turns
from firstbell.core.pilot import Pilot
from firstbell.core.reasons import DecisionReason, LimitReason
from firstbell.core.rules import DEFAULT_RULES
from tests.unit.core.test_pilot import NO_PLAN, NOW, WINDOW, a_sight, asking

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def an_order(name: str = "order", start=NOW, end=NOW + HOUR, **what) -> Override:
    return Override(name=name, start=start, end=end, reason="mock exams", **what)


def planned(replicas: int) -> Recommendation:
    return Recommendation(replicas=replicas, reason=DecisionReason.SCHEDULED_PEAK, message="first-lesson")


def decided(*orders: Override, pilot: Pilot | None = None, **changes):
    return (pilot or Pilot()).look(DEFAULT_RULES, a_sight(overrides=orders, **changes)).decision


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (NOW - timedelta(microseconds=1), False),
        (NOW, True),
        (NOW + HOUR - timedelta(microseconds=1), True),
        (NOW + HOUR, False),
    ],
)
def test_an_order_counts_from_its_start_to_just_before_its_end(at, counts):
    order = an_order(floor=60)

    assert order.is_in_force(at) is counts
    assert decided(order, now=at).desired == (60 if counts else 4)


def test_a_rise_may_come_early_and_an_end_never_does():
    order = an_order(floor=60)
    before = {"now": NOW - MINUTE, "acted_for": NOW}
    at_the_end = {"now": NOW + HOUR - MINUTE, "acted_for": NOW + HOUR}

    assert decided(order, **before).desired == 60
    assert decided(order, **at_the_end).desired == 60


@pytest.mark.parametrize(
    ("replicas", "percent", "want"),
    [(3, 150, 5), (4, 150, 6), (100, 100, 100), (1, 101, 2), (7, 10_000, 700), (29, 107, 32), (0, 150, 0)],
)
def test_a_share_of_the_plan_is_exact_and_rounded_up(replicas, percent, want):
    assert an_order(percent=percent).replicas(planned(replicas)) == want


def test_a_share_of_a_plan_that_is_not_known_asks_for_nothing_and_a_floor_for_as_many_as_before():
    assert an_order(percent=200).replicas(NO_PLAN) is None
    assert an_order(floor=7).replicas(NO_PLAN) == 7


def test_the_largest_of_several_floors_counts_and_is_told():
    decision = decided(an_order("a", floor=30), an_order("b", floor=60), an_order("c", percent=200))

    assert (decision.desired, decision.reason) == (60, DecisionReason.SCALING_OVERRIDE)
    assert decision.message == (
        "ScalingOverride b asks for 60 replicas until 2025-02-04T04:00:00Z (mock exams)"
    )
    assert decision.scheduled == 4


def test_a_hold_wins_over_all():
    decision = decided(an_order("a", floor=60), an_order("b", hold=True), disabled_by="a person")

    assert (decision.desired, decision.reason) == (None, DecisionReason.HELD_BY_OVERRIDE)
    assert decision.message.startswith("ScalingOverride b holds it: nothing is written until")


def test_of_several_holds_the_one_that_lasts_longest_is_told():
    longer = an_order("a", hold=True, end=NOW + 2 * HOUR)

    assert hold_in_force([an_order("b", hold=True), longer], NOW, NOW) == longer


def test_what_is_meant_for_an_instant_within_a_hold_is_not_written_before_it():
    hold, before = an_order(hold=True), {"now": NOW - MINUTE, "acted_for": NOW}

    assert decided(hold, **before).reason is DecisionReason.HELD_BY_OVERRIDE
    assert decided(hold, now=NOW - MINUTE).desired == 4


def test_a_maximum_caps_it_and_says_so():
    decision = decided(an_order(floor=60), ceiling=Ceiling(replicas=50))

    assert decision.desired == 50
    assert [(limit.reason, limit.before, limit.after) for limit in decision.limits] == [
        (LimitReason.SCALING_OVERRIDE, 4, 60),
        (LimitReason.TOO_MANY_REPLICAS, 60, 50),
    ]


def test_a_rise_by_order_waits_for_no_window_and_live_metrics_go_on_above_it():
    assert decided(an_order(floor=60)).desired == 60
    busier = decided(an_order(floor=6), metrics=asking(8))
    assert (busier.desired, busier.reason) == (8, DecisionReason.LIVE_METRIC)


@pytest.mark.parametrize("what", [{"floor": 60}, {"percent": 1500}])
def test_beside_an_autoscaler_the_floor_falls_at_the_end_and_alone_the_count_after_its_window(what):
    order, end = an_order(**what), NOW + HOUR
    beside = Pilot().look(DEFAULT_RULES, a_sight(overrides=(order,), beside_autoscaler=True)).carried_out()
    alone = Pilot().look(DEFAULT_RULES, a_sight(overrides=(order,))).carried_out()
    there = {"current": 60, "now": end}

    assert (beside.desired, alone.desired) == (60, 60)
    assert decided(order, pilot=beside, beside_autoscaler=True, floor=60, **there).desired == 4
    slow = alone.look(DEFAULT_RULES, a_sight(overrides=(order,), now=end - MINUTE, current=60)).carried_out()
    assert decided(order, pilot=slow, **there).limits[-1].reason is LimitReason.SCALE_DOWN_STABILIZED
    assert decided(order, pilot=slow, current=60, now=end - MINUTE + WINDOW).desired == 4


def test_after_a_hold_the_count_that_others_set_goes_the_normal_way_down():
    hold = an_order(hold=True)
    before = Pilot().look(DEFAULT_RULES, a_sight(now=NOW - MINUTE)).carried_out()
    held = before.look(DEFAULT_RULES, a_sight(overrides=(hold,), current=40)).carried_out()
    end = NOW + HOUR
    freed = held.look(DEFAULT_RULES, a_sight(overrides=(hold,), current=40, now=end))
    later = freed.carried_out().look(DEFAULT_RULES, a_sight(current=40, now=end + WINDOW))

    assert (freed.decision.desired, later.decision.desired) == (40, 4)


def test_a_broken_calendar_holds_what_stands_and_an_order_still_raises():
    assert decided(an_order(floor=60), plan=NO_PLAN, current=50).desired == 60
    assert decided(an_order(floor=30), plan=NO_PLAN, current=50).desired == 50
    assert decided(an_order(percent=300), plan=NO_PLAN, current=50).desired == 50


def test_live_metrics_alone_are_no_hindrance_to_an_order():
    rules = replace(DEFAULT_RULES, reactive_only=True)
    sight = a_sight(overrides=(an_order(floor=60),), plan=NO_PLAN, metrics=asking(8))

    assert Pilot().look(rules, sight).decision.desired == 60


def test_a_process_that_starts_after_the_end_goes_the_normal_way_down():
    order, end = an_order(floor=60), NOW + HOUR
    started = Pilot.starting(DEFAULT_RULES, end + MINUTE)
    there = {"beside_autoscaler": True, "floor": 60, "current": 60}

    first = decided(order, pilot=started, now=end + MINUTE, **there)
    assert (first.desired, first.limits[-1].reason) == (60, LimitReason.HELD_AFTER_RESTART)
    assert decided(order, pilot=started, now=end + MINUTE + WINDOW, **there).desired == 4


def test_a_look_is_asked_for_at_each_start_and_each_end():
    orders = [
        an_order("a", floor=9),
        an_order("b", hold=True, start=NOW + MINUTE),
        an_order("c", percent=120),
    ]

    assert next_turns(orders, NOW - MINUTE, NOW - MINUTE) == ((NOW, True), (NOW + HOUR, False))
    assert next_turns(orders, NOW, NOW) == ((NOW + MINUTE, False), (NOW + HOUR, False))
    assert next_turns(orders, NOW + HOUR, NOW + HOUR) == ()


def test_a_reason_that_hides_something_is_shown():
    order = replace(an_order(floor=5), reason="exam\u202e\nok" + "x" * 500)

    assert "\\u202e" in order.sentence
    assert "\n" not in order.sentence
    assert len(order.sentence) < 400


def test_an_order_that_ends_before_it_starts_never_counts():
    order = an_order(floor=60, end=NOW - HOUR)

    assert not any(order.is_in_force(NOW + step * MINUTE) for step in range(-120, 120))
    assert floors_in_force([order], NOW, NOW, planned(4)) == ()


def test_unknown_plans_have_a_reason():
    assert isinstance(NO_PLAN, Unavailable)
