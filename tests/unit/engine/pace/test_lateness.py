"""How late a wake-up is followed counts from when it was due, by a clock that nobody can set."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstbell.engine.pace.lateness import Lateness


class Steady:
    seconds = 100.0


@pytest.fixture
def steady():
    return Steady()


@pytest.fixture
def lateness(steady):
    return Lateness(lambda: steady.seconds)


def test_the_wait_before_it_was_noticed_counts_as_well(lateness, steady):
    lateness.came_due("a", timedelta(seconds=2))
    steady.seconds += 3
    assert lateness.followed("a") == 5


def test_of_several_wake_ups_before_a_look_the_first_counts_and_each_once(lateness, steady):
    lateness.came_due("a", timedelta(0))
    steady.seconds += 4
    lateness.came_due("a", timedelta(0))
    assert lateness.followed("a") == 4
    assert lateness.followed("a") is None


def test_what_nobody_asked_for_has_no_delay_and_none_is_negative(lateness):
    assert lateness.followed("a") is None
    lateness.came_due("a", timedelta(seconds=-1))
    assert lateness.followed("a") == 0


def test_what_is_forgotten_was_not_followed(lateness):
    lateness.came_due("a", timedelta(0))
    lateness.forget("a")
    assert lateness.followed("a") is None
