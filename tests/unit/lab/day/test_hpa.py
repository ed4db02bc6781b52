"""The HPA's pass: bounds, metric, behavior."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstbell.core.behavior import DEFAULT_BEHAVIOR, Behavior, ScalingRules
from firstbell.core.bells import EPOCH
from firstbell.lab.day.hpa import HorizontalPodAutoscaler, HpaSpec
from firstbell.lab.day.resource_metric import PodReadings

SPEC = HpaSpec(minimum=4, maximum=50)


def percent(ready: int, mean: float) -> PodReadings:
    return PodReadings(ready, round(1000 * mean))


def passes(hpa: HorizontalPodAutoscaler, current: int, *means: float, every: int = 15) -> list[int]:
    """The replicas after each pass, all of them Ready at once."""
    found = []
    for number, mean in enumerate(means):
        at = EPOCH + timedelta(seconds=every * number)
        current = hpa.sync(at, current, percent(current, mean))
        found.append(current)
    return found


def test_below_the_minimum_it_goes_there_at_once_and_without_a_metric():
    hpa = HorizontalPodAutoscaler(SPEC)
    hpa.minimum = 40
    assert hpa.sync(EPOCH, 4, PodReadings(0, 0, unready=4)) == 40


def test_above_the_maximum_it_goes_there_at_once():
    assert HorizontalPodAutoscaler(SPEC).sync(EPOCH, 70, percent(70, 90)) == 50


def test_without_a_usable_sample_it_changes_nothing():
    assert HorizontalPodAutoscaler(SPEC).sync(EPOCH, 9, PodReadings(0, 0, unready=9)) == 9


def test_a_workload_that_somebody_set_to_0_is_left_alone():
    assert HorizontalPodAutoscaler(SPEC).sync(EPOCH, 0, PodReadings(0, 0)) == 0


def test_a_saturated_workload_is_followed_by_two_thirds_a_pass():
    """No pod shows more than its whole request: of a target of 60 % that is 1.67 times."""
    assert passes(HorizontalPodAutoscaler(SPEC), 6, 100, 100, 100) == [10, 17, 29]


def test_without_behavior_a_rise_is_limited_to_double_or_4():
    low = HpaSpec(minimum=1, maximum=500)
    assert passes(HorizontalPodAutoscaler(low), 1, 600, 600, 600) == [4, 8, 16]


def test_with_behavior_its_default_adds_100_percent_or_4_pods():
    low = HpaSpec(minimum=1, maximum=500, behavior=DEFAULT_BEHAVIOR)
    assert passes(HorizontalPodAutoscaler(low), 1, 600, 600, 600) == [5, 10, 20]


def test_without_behavior_a_higher_recommendation_of_five_minutes_counts_for_rises_too():
    """Ten are asked for and eight allowed; then eight would do, and it goes to ten all the same."""
    assert passes(HorizontalPodAutoscaler(SPEC), 4, 150, 61) == [8, 10]
    behaved = HpaSpec(minimum=4, maximum=50, behavior=DEFAULT_BEHAVIOR)
    assert passes(HorizontalPodAutoscaler(behaved), 4, 150, 61) == [8, 8]


def test_a_fall_waits_for_five_minutes_of_agreement():
    hpa = HorizontalPodAutoscaler(SPEC)
    found = passes(hpa, 20, 60, *[20] * 21)
    assert found[:20] == [20] * 20
    assert found[20] == 7


def test_when_a_floor_goes_the_count_falls_in_the_next_pass():
    """Bounds are no recommendations: to the highest one of five minutes, and not after five minutes."""
    hpa = HorizontalPodAutoscaler(SPEC)
    hpa.minimum = 30
    assert passes(hpa, 30, *[20] * 40)[-1] == 30
    hpa.minimum = 4
    assert hpa.sync(EPOCH + timedelta(seconds=600), 30, percent(30, 20)) == 10


def test_behavior_is_the_hpas_own():
    slow = HpaSpec(minimum=1, maximum=50, behavior=Behavior(down=ScalingRules(window=timedelta(0))))
    assert passes(HorizontalPodAutoscaler(slow), 20, 60, 30) == [20, 10]


def test_it_never_goes_below_a_floor_and_on_above_it():
    hpa = HorizontalPodAutoscaler(SPEC)
    hpa.minimum = 30
    found = passes(hpa, 30, *[10] * 60)
    assert found == [30] * 60
    assert hpa.sync(EPOCH + timedelta(hours=1), 30, percent(30, 90)) == 45


@pytest.mark.parametrize("mean", [0, 55, 100])
def test_bounds_always_win(mean):
    found = passes(HorizontalPodAutoscaler(SPEC), 10, *[mean] * 60)
    assert all(4 <= replicas <= 50 for replicas in found)
