"""A workload as its users meet it: served, waiting, refused, back again."""

from __future__ import annotations

import pytest

from firstbell.lab.day.arrivals import SESSION_SECONDS
from firstbell.lab.day.service import Service


def run(service: Service, seconds: int, *, users=0.0, work=0.0, capacity=10.0):
    return [service.step(users, work, capacity) for _ in range(seconds)]


def test_with_enough_capacity_everything_is_served_at_once():
    seen = run(Service(0), 400, users=100, work=8, capacity=10)
    assert seen[-1].served == pytest.approx(8)
    assert (seen[-1].wait_seconds, seen[-1].waiting, seen[-1].turned_away) == (0, 0, 0)


def test_a_login_brings_its_pages_over_three_minutes():
    service = Service(0)
    first = service.step(90, 9, 100)
    later = run(service, 200, capacity=100)
    assert first.served == pytest.approx(1)
    assert later[10].served == pytest.approx(8 / 180)
    assert first.served + sum(second.served for second in later) == pytest.approx(9)


def test_background_is_served_before_everything_else():
    assert run(Service(3), 5, capacity=10)[-1].served == 3
    assert run(Service(3), 400, users=10, work=20, capacity=10)[-1].served == pytest.approx(10)


def test_a_little_too_much_waits_and_is_made_up_for():
    service = Service(0)
    busy = run(service, 200, users=110, work=11, capacity=10)
    assert 0 < busy[-1].wait_seconds < 10
    assert busy[-1].waiting > 0
    quiet = run(service, 400, capacity=10)
    assert quiet[-1].wait_seconds == 0
    assert sum(second.served for second in busy + quiet) == pytest.approx(200 * 11)
    assert sum(second.turned_away for second in busy + quiet) == 0


def test_far_too_much_is_refused_and_some_give_up():
    seen = run(Service(0), 600, users=300, work=30, capacity=10)
    assert 10 < max(second.wait_seconds for second in seen) < 45
    assert 0 < sum(second.turned_away for second in seen) < 600 * 300


def test_those_who_are_refused_come_again_and_make_it_worse():
    seen = run(Service(0), 600, users=300, work=30, capacity=10)
    assert min(second.offered for second in seen[:30]) < 30 < max(second.offered for second in seen[-60:])


def test_a_shortage_outlasts_its_cause_by_the_retries():
    service = Service(0)
    run(service, 300, users=300, work=30, capacity=10)
    after = run(service, 60, capacity=10)
    assert after[30].wait_seconds > 10
    assert run(service, 600, capacity=10)[-1].waiting == pytest.approx(0)


def test_everybody_is_served_or_turned_away_in_the_end():
    service = Service(0)
    seen = run(service, 120, users=100, work=40, capacity=10) + run(service, 3000, capacity=100)
    away = sum(second.turned_away for second in seen)
    assert seen[-1].waiting == pytest.approx(0, abs=1e-6)
    assert 0 < away < 120 * 100


def test_without_any_capacity_everybody_is_refused():
    seen = run(Service(0), 60, users=10, work=1, capacity=0)
    assert sum(second.served for second in seen) == 0
    assert seen[0].turned_away == pytest.approx(3)
    assert seen[0].wait_seconds > 30


def test_it_is_at_rest_when_the_last_session_has_ended_and_then_every_second_is_alike():
    service, stepped = Service(1.0), Service(1.0)
    for one in (service, stepped):
        one.step(3.0, 0.7, 5.0)
    seconds = 0
    while not service.is_at_rest(5.0):
        seconds += 1
        for one in (service, stepped):
            one.step(0.0, 0.0, 5.0)
    assert seconds == SESSION_SECONDS
    assert not service.is_at_rest(0.9)
    assert {stepped.step(0.0, 0.0, 5.0).served for _ in range(40)} == {service.rest(40)}
    assert service.step(2.0, 0.3, 5.0) == stepped.step(2.0, 0.3, 5.0)


def test_it_is_not_at_rest_while_somebody_will_come_again():
    service = Service(0.0)
    service.step(3.0, 0.7, 0.0)
    assert not service.is_at_rest(5.0)
