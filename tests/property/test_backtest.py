"""A backtest passes over most of the time, and comes to what it would come to if it did not."""

from __future__ import annotations

from array import array
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from math import nan
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from firstbell.core.behavior import Behavior, RatePolicy, RateType, ScalingRules, SelectPolicy
from firstbell.core.bells import EPOCH
from firstbell.core.overrides import Override
from firstbell.core.policy import Bounds, PeakAnchor
from firstbell.core.reactive import MetricTarget, TargetType
from firstbell.core.rules import DEFAULT_RULES
from firstbell.lab.day.hpa import HorizontalPodAutoscaler, HpaSpec
from firstbell.lab.record.deciding import Flight
from firstbell.lab.record.hpa_following import HpaFollower
from firstbell.lab.record.known_plans import plans_known_then
from firstbell.lab.record.need import needs_of
from firstbell.lab.record.replay import first_count, replay_floor, replay_hpa, replay_scale
from firstbell.lab.record.schedule import Schedule
from firstbell.lab.record.ticks import Ticks
from tests.builders import a_calendar, a_cohort, a_peak, a_policy, a_shape, a_workload, utc
from tests.property.plain_replay import plain_floor, plain_hpa, plain_scale

START = utc("2025-02-04T06:30")
PER_REPLICA = Fraction(1, 10)
TARGET = MetricTarget(name="load", type=TargetType.AVERAGE_VALUE, amount=PER_REPLICA)
SCHOOL = a_workload(
    a_policy(
        a_peak(shape=a_shape(10, 20, 15, 10)),
        a_peak(PeakAnchor.PERIOD_START, load_percent=45, shape=a_shape(5, 5, 10, 10)),
        hold_gap_minutes=5,
    ),
    a_calendar(cohorts=(a_cohort(120_000), a_cohort(40_000, -10))),
    minimum=2,
)

policies = st.builds(
    RatePolicy,
    type=st.sampled_from(RateType),
    value=st.integers(1, 150),
    period=st.sampled_from([15, 20, 60, 600]).map(lambda seconds: timedelta(seconds=seconds)),
)
scaling_rules = st.builds(
    ScalingRules,
    window=st.sampled_from([0, 15, 20, 60, 300, 900]).map(lambda seconds: timedelta(seconds=seconds)),
    policies=st.lists(policies, max_size=2).map(tuple),
    select=st.sampled_from([SelectPolicy.MAX, SelectPolicy.MAX, SelectPolicy.MIN, SelectPolicy.DISABLED]),
    tolerance=st.none() | st.sampled_from([Fraction(0), Fraction(1, 20), Fraction(3, 10)]),
)
behaviors = st.one_of(st.just(Behavior()), st.builds(Behavior, up=scaling_rules, down=scaling_rules))

# With 160,000 pupils at most 1.6 is expected: loads go to 3.
surges = st.sampled_from([{}, {"per_pupil": Fraction(1, 100_000), "surge_max_percent": 300}])


lengths = st.integers(0, 6 * 3600)
overrides = st.builds(
    lambda what, since, length: Override(
        name="order",
        start=EPOCH + timedelta(seconds=START * 60 + since),
        end=EPOCH + timedelta(seconds=START * 60 + since + length),
        **what,
    ),
    st.sampled_from([{"floor": 5}, {"floor": 30}, {"percent": 150}, {"percent": 400}, {"hold": True}]),
    lengths,
    lengths | st.integers(1, 900),
)
orders = st.lists(overrides, max_size=3).map(tuple)


# Made once: to make and to check a strategy costs more than to draw from it.
seeds, parts = st.integers(0, 2**32), st.integers(1, 10)
levels, lengths_of_parts = st.integers(0, 30), st.integers(1, 3) | st.integers(1, 120)
strengths, storms = st.sampled_from([0, 0, 1, 3]), st.integers(0, 60)
one_in_seven, one_in_three = st.integers(0, 6), st.integers(0, 2)
first_quarters, minima, maxima = st.integers(0, 3), st.integers(0, 4), st.sampled_from([8, 16, 60])


@st.composite
def loads(draw) -> array:
    """A few hours of load in tenths: levels, ramps, noise of any strength, and gaps."""
    noise = Random(draw(seeds))
    values: list[float] = []
    level = draw(levels)
    for _ in range(draw(parts)):
        to, length = draw(levels), draw(lengths_of_parts)
        strength = draw(strengths)
        if draw(one_in_seven) == 0:
            values += [nan] * length
            continue
        for step in range(length):
            value = level + (to - level) * step / length + noise.uniform(-strength, strength)
            # In hundredths: just the edges of tolerance and of whole replicas are met often.
            values.append(max(0, round(value * 10)) / 100)
        level = to
        if draw(one_in_three) == 0:
            # One tick of much more, as a retry storm is.
            values.append(draw(storms) / 10)
    return array("d", values)


LOADS = loads()


@st.composite
def cases(draw):
    values = draw(LOADS)
    ticks = Ticks(START * 60 + 15 * draw(first_quarters), values, needs_of(values, PER_REPLICA))
    minutes = 1 + (ticks.second(len(ticks.values)) // 60) - START
    bounds = Bounds(minimum=draw(minima), maximum=draw(maxima))
    workload = a_workload(
        SCHOOL.policy, SCHOOL.calendars[0].calendar, minimum=bounds.minimum, maximum=bounds.maximum
    )
    schedule = Schedule(plans_known_then(workload, START, START + minutes))
    return ticks, bounds, schedule, draw(behaviors)


def counts_of(track, ticks) -> list[int]:
    counts, index = [], 0
    for tick in range(len(ticks.values)):
        while index + 1 < len(track.seconds) and track.seconds[index + 1] <= ticks.second(tick):
            index += 1
        counts.append(track.counts[index])
    return counts


def a_flight(bounds, behavior, *, live, surge_max_percent=None, **more) -> Flight:
    rules = replace(DEFAULT_RULES, behavior=behavior, surge_max_percent=surge_max_percent)
    return Flight(rules=rules, bounds=bounds, metric=TARGET if live else None, **more)


def an_hpa(bounds, behavior):
    return HorizontalPodAutoscaler(HpaSpec(minimum=bounds.minimum, maximum=bounds.maximum, behavior=behavior))


@settings(max_examples=80, deadline=None)
@given(cases(), st.none() | behaviors)
def test_an_hpa_alone_is_that_of_a_pass_every_15_seconds(case, behavior):
    ticks, bounds, _, _ = case
    first = first_count(ticks, PER_REPLICA, bounds)
    found = replay_hpa(HpaFollower(an_hpa(bounds, behavior), PER_REPLICA, ticks, first))
    assert counts_of(found, ticks) == plain_hpa(an_hpa(bounds, behavior), PER_REPLICA, ticks, first)


def test_an_hpa_without_a_behavior_goes_on_rising_after_a_spike():
    values = array("d", [0.4] * 3 + [3.0] + [0.2] * 30)
    ticks = Ticks(START * 60, values, needs_of(values, PER_REPLICA))
    bounds = Bounds(minimum=1, maximum=60)
    found = counts_of(replay_hpa(HpaFollower(an_hpa(bounds, None), PER_REPLICA, ticks, 4)), ticks)
    assert found[2:7] == [4, 8, 16, 30, 30]
    assert found == plain_hpa(an_hpa(bounds, None), PER_REPLICA, ticks, 4)


@settings(max_examples=80, deadline=None)
@given(cases(), st.booleans(), surges, orders)
def test_replicas_are_those_of_a_decision_every_15_seconds(case, live, surge, given_orders):
    ticks, bounds, schedule, behavior = case
    flight = a_flight(bounds, behavior, live=live, overrides=given_orders, **surge)
    first = first_count(ticks, PER_REPLICA, bounds)
    found = replay_scale(flight, schedule, ticks, first)
    assert counts_of(found, ticks) == plain_scale(flight, schedule, ticks, first)


@settings(max_examples=80, deadline=None)
@given(cases(), st.booleans(), st.none() | behaviors, surges, orders)
def test_an_hpa_under_a_floor_is_that_of_a_decision_and_a_pass_every_15_seconds(
    case, live, hpas, surge, given_orders
):
    ticks, bounds, schedule, behavior = case
    flight = a_flight(bounds, behavior, live=live, beside_autoscaler=True, overrides=given_orders, **surge)
    first = first_count(ticks, PER_REPLICA, bounds)
    follower = HpaFollower(an_hpa(bounds, hpas), PER_REPLICA, ticks, first)
    found = replay_floor(flight, schedule, follower)
    want = plain_floor(flight, schedule, an_hpa(bounds, hpas), PER_REPLICA, ticks, first)
    assert counts_of(found, ticks) == want
