"""How long the operator waits before everything begins anew, and what it holds."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from structlog.testing import capture_logs

from firstbell.app import tenure_of, wait_before_anew
from firstbell.engine.pace.tenure import LeaseTimes
from firstbell.settings import Settings


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


def test_outside_of_a_pod_no_lease_is_taken_and_that_is_said_unless_it_is_told_where():
    kubeconfig = Path("nowhere")
    with capture_logs() as told:
        outside = tenure_of(Settings(kubeconfig=kubeconfig))
    assert outside.holds(0)
    assert outside.times is None
    assert [one["cause"] for one in told] == ["--lease-namespace gives it one"]
    with capture_logs() as told:
        leased = tenure_of(
            Settings(kubeconfig=kubeconfig, lease_namespace="operators", lease_seconds=6, shards=2)
        )
        assert not told
    assert (leased.times, leased.shards, leased.held()) == (LeaseTimes(duration=6), 2, {})
    with capture_logs() as told:
        assert tenure_of(Settings(lease=False, lease_namespace="operators")).times is None
    assert [one["cause"] for one in told] == ["--no-lease"]
