"""What a pilot remembers from look to look, and that the next look is right without it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from firstbell.core.absence import Unavailable
from firstbell.core.decision import Ceiling
from firstbell.core.pilot import Pilot
from firstbell.core.reactive import LiveMetric, MetricTarget, TargetType
from firstbell.core.reasons import DecisionReason, LimitReason
from firstbell.core.rules import DEFAULT_RULES
from firstbell.core.sight import EarlyArrivals, Sight
from firstbell.core.surge_correction import SurgeHistory
from tests.builders import a_peak, a_policy, a_workload, plan_days

NOW = datetime(2025, 2, 4, 3, 0, tzinfo=UTC)
NO_PLAN = Unavailable(reason="CalendarNotFound", message="there is no calendar")
REQUESTS = MetricTarget(name="requests", type=TargetType.AVERAGE_VALUE, amount=Fraction(1))
NIGHT = plan_days(a_workload(a_policy(a_peak()), minimum=4), "2025-02-03", 3)
WINDOW = DEFAULT_RULES.behavior.down.window


def a_sight(**changes) -> Sight:
    """A night at the baseline of 4, without an autoscaler and with metrics that ask for nothing."""
    fields = {
        "now": NOW,
        "plan": NIGHT,
        "baseline": 4,
        "ceiling": Ceiling(replicas=400),
        "beside_autoscaler": False,
        "floor": None,
        "current": 4,
        "ready": 4,
        "metrics": (),
        "arrivals": None,
        "holds": (),
        "overrides": (),
        "disabled_by": "",
        "stopped": "",
    }
    fields |= changes
    return Sight(**{"acted_for": fields["now"]} | fields)


def asking(replicas: int) -> tuple[LiveMetric, ...]:
    return (LiveMetric(target=REQUESTS, reading=Fraction(replicas)),)


def flown(pilot: Pilot, **changes) -> Pilot:
    return pilot.look(DEFAULT_RULES, a_sight(**changes)).carried_out()


def test_a_new_pilot_decides_what_one_does_that_has_flown_all_night():
    old = Pilot()
    for minutes in range(0, 60, 5):
        old = flown(old, now=NOW - timedelta(minutes=60 - minutes))

    both = [pilot.look(DEFAULT_RULES, a_sight()).decision for pilot in (old, Pilot())]

    assert both[0] == both[1]
    assert (both[0].desired, both[0].reason) == (4, DecisionReason.BASELINE)


def test_what_is_not_carried_out_is_not_remembered():
    pilot = flown(Pilot(), metrics=asking(8))
    look = pilot.look(DEFAULT_RULES, a_sight(now=NOW + timedelta(minutes=1), metrics=asking(30), current=8))

    assert (look.decision.desired, look.pilot.desired) == (16, 8)
    assert look.pilot.history == pilot.history


def test_what_others_made_of_a_decision_is_what_counts():
    look = Pilot().look(DEFAULT_RULES, a_sight(metrics=asking(30)))

    assert look.carried_out(replace(look.decision, desired=25)).desired == 25


def test_under_a_persons_0_nothing_is_carried_out():
    look = flown(Pilot(), metrics=asking(20)).look(DEFAULT_RULES, a_sight(current=0, disabled_by="somebody"))

    assert (look.decision.desired, look.decision.message) == (None, "somebody")
    assert look.carried_out() == look.pilot


def test_without_an_autoscaler_a_new_pilot_holds_the_count_that_it_finds():
    decision = Pilot().look(DEFAULT_RULES, a_sight(plan=NO_PLAN, current=50)).decision

    assert (decision.desired, decision.reason) == (50, DecisionReason.HELD_LAST_PLAN)


def test_beside_an_autoscaler_it_holds_the_floor_that_stands_there():
    beside = a_sight(plan=NO_PLAN, current=50, beside_autoscaler=True, floor=30)

    assert Pilot().look(DEFAULT_RULES, beside).decision.desired == 30


def test_a_process_that_has_just_started_lowers_nothing_for_a_window():
    pilot, sight = Pilot.starting(DEFAULT_RULES, NOW), a_sight(beside_autoscaler=True, floor=30)
    held = pilot.look(DEFAULT_RULES, sight).decision
    later = replace(sight, now=NOW + WINDOW, acted_for=NOW + WINDOW)

    assert (held.desired, held.limits[-1].reason) == (30, LimitReason.HELD_AFTER_RESTART)
    assert pilot.look(DEFAULT_RULES, later).decision.desired == 4


def test_when_the_autoscaler_goes_its_count_is_no_less_than_a_recommendation():
    beside = flown(Pilot(), beside_autoscaler=True, current=60)
    alone = beside.look(DEFAULT_RULES, a_sight(current=60))
    again = alone.pilot.look(DEFAULT_RULES, a_sight(now=NOW + timedelta(seconds=15), current=60))

    assert (beside.by_floor, alone.pilot.by_floor) == (True, False)
    assert [one.replicas for one in again.observed.history.highest] == [60]


def test_a_reading_that_was_looked_at_says_nothing_a_second_time():
    rules = replace(DEFAULT_RULES, surge_max_percent=200)
    history = SurgeHistory(ratios=((NOW, 150.0),))
    arrivals = EarlyArrivals(readings=((Fraction(1), Fraction(9)),), at=NOW)
    look = Pilot(surge=history).look(rules, a_sight(arrivals=arrivals))

    assert look.pilot.surge is history


def test_where_early_arrivals_raise_nothing_they_are_forgotten():
    assert Pilot(surge=SurgeHistory()).look(DEFAULT_RULES, a_sight()).pilot.surge is None


def test_a_clock_that_is_set_takes_all_its_times_along():
    pilot = Pilot.starting(DEFAULT_RULES, NOW, SurgeHistory(ratios=((NOW, 150.0),)))
    pilot = pilot.look(
        replace(DEFAULT_RULES, surge_max_percent=200), a_sight(metrics=asking(9))
    ).carried_out()
    by = timedelta(hours=5)
    moved = pilot.moved(by)

    assert moved.hold_until == NOW + WINDOW + by
    assert [one.time for one in moved.history.highest] == [one.time + by for one in pilot.history.highest]
    assert moved.surge is not None
    assert moved.surge.ratios == ((NOW + by, 150.0),)
