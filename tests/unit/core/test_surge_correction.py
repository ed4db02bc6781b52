"""Arrivals before the bell against the plan: what is concluded, when, and what never is.

Tuesday 12 November 2024, first bell 07:30Z, 60,000 pupils; the ramp begins at 07:00Z and the load ends at
08:30Z.
"""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from firstbell.core.absence import Unavailable
from firstbell.core.arrivals import BELL
from firstbell.core.bells import instant_of
from firstbell.core.policy import PeakAnchor
from firstbell.core.surge_correction import SurgeHistory, corrected, expectation, followed
from tests.builders import (
    a_calendar,
    a_cohort,
    a_factor,
    a_peak,
    a_policy,
    a_workload,
    plan_days,
    utc,
)

TUESDAY = "2024-11-12"
BEGUN, BELL_TIME, OVER = utc(f"{TUESDAY}T07:00"), utc(f"{TUESDAY}T07:30"), utc(f"{TUESDAY}T08:30")
ONE = Fraction(1)
LOST = Unavailable(reason="Timeout", message="no answer")


def a_plan(*peaks, factors=(), cohorts=()):
    policy = a_policy(*(peaks or (a_peak(),)), day_factors=factors)
    return plan_days(a_workload(policy, a_calendar(cohorts=cohorts or (a_cohort(),))), TUESDAY)


def morning(ratio, *, first=BEGUN, last=OVER, plan=None, max_percent=300, history=None, seconds=15):
    """Looks every 15 seconds at a morning that is `ratio(minute)` times the plan; the history each time.

    `ratio` gives None for a reading that is missing.
    """
    plan = plan or a_plan()
    history = history or SurgeHistory()
    for step in range((last - first) * 60 // seconds):
        now = instant_of(first) + timedelta(seconds=seconds * step)
        minute = first + seconds * step // 60
        expected, times = expectation(plan, minute), ratio(minute)
        value = LOST if times is None else Fraction(times * expected.arrived if expected else 0)
        history = followed(history, expected, [(ONE, value)], max_percent, now)
        yield minute, history


def raised(ratio, **more) -> list[tuple[int, int]]:
    """(minutes after the bell, percent) whenever the percentage changes."""
    found, before = [], 100
    for minute, history in morning(ratio, **more):
        percent = history.percent_at(minute)
        if percent != before:
            found.append((minute - BELL_TIME, percent))
        before = percent
    return found


def test_half_as_many_again_are_told_twenty_minutes_before_the_bell():
    assert raised(lambda _: 1.5)[0] == (-23, 150)


def test_a_morning_as_planned_raises_nothing():
    assert raised(lambda _: 1.0) == []
    assert raised(lambda _: 1.09) == []


def test_a_smaller_morning_lowers_nothing():
    assert raised(lambda _: 0.3) == []


def test_what_was_raised_stays_to_the_end_of_the_peak():
    assert raised(lambda minute: 2.0 if minute < BELL_TIME - 15 else 0.5, last=OVER + 5) == [
        (-23, 200),
        (OVER - BELL_TIME, 100),
    ]


def test_the_cap_is_the_cap():
    assert raised(lambda _: 9.0, max_percent=180) == [(-23, 180)]


def test_one_odd_reading_raises_nothing():
    assert raised(lambda minute: 5.0 if minute == BELL_TIME - 10 else 1.0) == []


def test_it_rises_again_as_more_come():
    percents = [percent for _, percent in raised(lambda minute: 1.2 if minute < BELL_TIME - 10 else 1.6)]
    assert percents == [120, 160]


def test_nothing_is_concluded_from_the_first_few():
    few = next(minute for minute in range(-30, 0) if BELL.arrived(minute) >= 0.1)
    assert raised(lambda _: 3.0)[0][0] >= few + 2


def test_nothing_is_concluded_from_what_was_not_read_and_nothing_taken_back():
    assert raised(lambda _: None) == []
    assert raised(lambda minute: 1.5 if minute < BELL_TIME - 15 else None) == [(-23, 150)]


def test_of_several_metrics_the_one_that_asks_for_most_counts():
    plan, history = a_plan(), SurgeHistory()
    for minute in range(BELL_TIME - 20, BELL_TIME - 10):
        expected = expectation(plan, minute)
        readings = [
            (ONE, Fraction(expected.arrived)),
            (Fraction(2), Fraction(expected.arrived * 4)),
            (ONE, LOST),
        ]
        history = followed(history, expected, readings, 300, instant_of(minute))
    assert history.percent == 200


def test_what_is_expected_follows_factors_load_and_cohorts():
    cohorts = (a_cohort(40_000, 0), a_cohort(20_000, 15))
    plan = a_plan(a_peak(load_percent=50), factors=(a_factor(300),), cohorts=cohorts)
    expected = expectation(plan, BELL_TIME)
    assert expected.all_pupils == pytest.approx(60_000 * 1.5)
    assert expected.arrived == pytest.approx(1.5 * (40_000 * BELL.arrived(0) + 20_000 * BELL.arrived(-15)))
    assert expected.until == OVER + 15


@pytest.mark.parametrize(
    "minute",
    [
        pytest.param(BEGUN - 1, id="before the ramp"),
        pytest.param(BELL_TIME + 1, id="after the bell the live metric itself tells"),
    ],
)
def test_nothing_is_expected_outside_of_the_ramp(minute):
    assert expectation(a_plan(), minute) is None


@pytest.mark.parametrize("anchor", [each for each in PeakAnchor if each is not PeakAnchor.FIRST_PERIOD_START])
def test_only_first_bells_are_told_by_arrivals(anchor):
    plan = a_plan(a_peak(anchor))
    assert all(expectation(plan, minute) is None for minute in range(plan.start, plan.end))


def test_one_morning_does_not_raise_the_next():
    *_, (_, history) = morning(lambda _: 2.0)
    day = 24 * 60
    assert history.percent_at(BELL_TIME) == 200
    assert history.percent_at(BELL_TIME + day) == 100
    later = followed(history, None, [], 300, instant_of(BELL_TIME + day))
    assert later.percent == 100


def test_readings_that_are_kept_are_few():
    assert max(len(history.ratios) for _, history in morning(lambda _: 1.0)) <= 10


@pytest.mark.parametrize(
    ("replicas", "percent", "want"), [(10, 100, 10), (10, 150, 15), (3, 110, 4), (0, 200, 0)]
)
def test_a_count_is_raised_and_rounded_up(replicas, percent, want):
    assert corrected(replicas, percent) == want
