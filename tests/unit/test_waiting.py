"""How tests on a control plane wait: by deadlines that a slow machine stretches, and by clocks that hurry."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tests.cluster import waiting
from tests.cluster.operator_process import HurryingClock, Sun
from tests.cluster.waiting import until

START = datetime(2026, 3, 4, 8, tzinfo=UTC)


class Machine:
    """The time of a machine on which each pause takes so many seconds longer than it should."""

    def __init__(self, monkeypatch, late: float) -> None:
        self.now, self._late, self.looks = 0.0, late, 0
        monkeypatch.setattr(waiting, "time", self)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds + self._late

    def look(self) -> bool:
        self.looks += 1
        return False


@pytest.mark.parametrize(("late", "least", "most"), [(0.0, 5.0, 5.3), (0.4, 9.0, 11.0), (3.0, 20.0, 23.5)])
def test_a_deadline_is_kept_where_looks_are_quick_and_stretched_where_the_machine_is_slow(
    monkeypatch, late, least, most
):
    machine = Machine(monkeypatch, late)
    with pytest.raises(AssertionError, match="not within 5 s: it comes; last seen: False"):
        until(machine.look, "it comes", seconds=5)
    assert least <= machine.now <= most
    assert machine.looks >= 7


def test_a_sun_that_hurries_comes_to_an_instant_at_once_and_goes_on_at_its_speed():
    sun = Sun.rising(START, 1, hurry=10_000)
    sun.wait_for(START + timedelta(hours=2))
    assert timedelta(hours=2) <= sun.now() - START < timedelta(hours=2, seconds=30)
    before = sun.now()
    sun.wait_for(START)  # is over
    assert before <= sun.now() < before + timedelta(seconds=30)


async def test_who_sleeps_by_a_clock_that_begins_to_hurry_wakes_when_it_should():
    clock = HurryingClock(START, 1, hurry=10_000)
    asleep = asyncio.create_task(clock.sleep(3600))
    await asyncio.sleep(0)
    assert not asleep.done()
    clock.hurry_to(START + timedelta(hours=1))
    await asleep
    assert clock.now() >= START + timedelta(hours=1)
    assert clock.monotonic() == pytest.approx((clock.now() - START).total_seconds(), abs=1)
