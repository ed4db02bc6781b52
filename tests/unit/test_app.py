"""How long the operator waits before everything begins anew."""

from __future__ import annotations

from datetime import timedelta

from firstbell.app import wait_before_anew


def waits(*minutes_run: float) -> list[float]:
    found, last = [], 0.0
    for minutes in minutes_run:
        last = wait_before_anew(last, timedelta(minutes=minutes))
        found.append(last)
    return found


def test_what_ends_soon_again_is_waited_for_longer_each_time_up_to_a_bound():
    assert waits(0, 0, 0, 0, 0, 0, 0) == [1, 2, 4, 8, 16, 32, 32]


def test_after_a_run_of_a_minute_it_begins_after_a_second_again():
    assert waits(0, 0, 0, 1, 0, 60) == [1, 2, 4, 1, 2, 1]
