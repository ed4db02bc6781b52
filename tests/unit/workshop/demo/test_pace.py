"""How fast the clock of the demo runs, from how long a try took."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstbell_workshop.cli.demo.preview import planned
from firstbell_workshop.demo.morning import MORNINGS
from firstbell_workshop.demo.pace import SPEEDS, Rise, Trial, fits, fitting_speed, slower_than
from firstbell_workshop.demo.trial import rises_before

MORNING = MORNINGS["smartschool-monday"]


@pytest.fixture(scope="module")
def rises() -> list[Rise]:
    return rises_before(planned(MORNING)[0], MORNING)


def trial(first: float, seconds: float, *, ready: int = 80, lag: float = 0.0) -> Trial:
    return Trial(asked=80, ready=ready, first_seconds=first, seconds=seconds, lag_seconds=lag)


def minutes(before: float, pods: int) -> Rise:
    return Rise(before_bell=timedelta(minutes=before), pods=pods)


def test_the_rises_are_all_that_is_raised_before_the_bell(rises):
    assert [rise.pods for rise in rises] == [2, 16, 36, 69, 71, 61, 41, 7]
    assert [rise.before_bell / timedelta(minutes=1) for rise in rises] == [45, 40, 35, 30, 25, 20, 15, 10]


@pytest.mark.parametrize(
    ("tried", "want"),
    [
        pytest.param(trial(0.3, 1.0), 120, id="a quiet machine"),
        pytest.param(trial(0.6, 4.0), 60, id="a slow one"),
        pytest.param(trial(2.0, 12.0), 20, id="a busy one"),
        pytest.param(trial(5.0, 40.0, ready=60), 10, id="a very busy one"),
        pytest.param(trial(40.0, 40.0, ready=0), 10, id="one that made none"),
        pytest.param(trial(0.3, 1.0, lag=0.005), 120, id="a quiet one, with the lag of any"),
        pytest.param(trial(0.3, 1.0, lag=0.5), 90, id="one that wakes the operator late"),
        pytest.param(trial(0.3, 1.0, lag=2.0), 20, id="one that starves it"),
        pytest.param(trial(0.3, 1.0, lag=30.0), 10, id="one that lets it sleep"),
    ],
)
def test_the_founding_morning_at_the_speed_that_a_machine_can_do(rises, tried, want):
    assert fitting_speed(tried, rises) == want


@pytest.mark.parametrize("lag", [0.1, 0.5, 1.0, 2.0, 5.0])
def test_a_lag_is_a_tenth_of_the_time_before_the_bell_at_most(rises, lag):
    tried = trial(0.0, 0.001, lag=lag)
    speed = fitting_speed(tried, rises)

    assert lag * speed <= min(rise.before_bell for rise in rises).total_seconds() / 10


def test_a_machine_that_made_none_fits_no_speed(rises):
    assert not fits(trial(40.0, 40.0, ready=0), rises, 1)


@pytest.mark.parametrize("speed", SPEEDS)
def test_what_fits_at_one_speed_fits_at_every_slower_one(rises, speed):
    for seconds in range(1, 60):
        tried = trial(seconds / 4, float(seconds))
        if fits(tried, rises, speed):
            assert all(fits(tried, rises, slower) for slower in SPEEDS if slower < speed)


def test_a_rise_waits_for_the_one_before():
    """80 pods in 10 s: with the safety 20 s each, and only the first could be made in the last 20 s."""
    tried = trial(0.0, 10.0)

    assert fits(tried, [minutes(1, 80)], 3)
    assert not fits(tried, [minutes(1, 80), minutes(0.9, 80)], 3)
    assert fits(tried, [minutes(2, 80), minutes(1, 80)], 3)


def test_no_rises_fit_any_machine():
    assert fitting_speed(trial(40.0, 40.0, ready=0), []) == SPEEDS[0]


@pytest.mark.parametrize(("speed", "want"), [(600, 120), (120, 60), (100, 45), (10, 5), (2, 1), (1, 1)])
def test_where_a_speed_was_too_fast_half_of_it_is_tried(speed, want):
    assert slower_than(speed) == want
