"""Clocks: the machine's, and one that runs fast and never jumps."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from firstbell.clock import FastClock, SystemClock, today
from tests.fakes import ManualClock, instant, settled

START = instant("2020-04-20T05:40")


def test_the_machines_clock_is_aware_and_in_utc():
    clock = SystemClock()
    first = clock.now()
    assert first.tzinfo is UTC
    assert first <= clock.now()


async def test_the_machines_clock_sleeps_by_the_wall_and_not_at_all_for_the_past():
    begun = time.monotonic()
    await SystemClock().sleep(-5)
    await SystemClock().sleep(0.01)
    assert 0.009 <= time.monotonic() - begun < 1


def test_a_fast_clock_starts_where_it_is_told():
    assert timedelta(0) <= FastClock(START, 1).now() - START < timedelta(seconds=1)


async def test_a_fast_clock_runs_so_many_times_as_fast():
    clock = FastClock(START, 1000)
    begun = time.monotonic()
    await clock.sleep(20)
    passed = clock.now() - START
    wall = time.monotonic() - begun
    assert timedelta(seconds=20) <= passed <= timedelta(seconds=1000 * wall)
    await clock.sleep(-1)


def test_today_is_that_of_the_zone():
    east, west = today(ZoneInfo("Pacific/Kiritimati")), today(ZoneInfo("Pacific/Niue"))
    assert east - west in {timedelta(days=1), timedelta(days=2)}


async def test_the_clock_of_these_tests_wakes_sleepers_in_order():
    clock, woken = ManualClock(START), []

    async def sleeper(name, seconds):
        await clock.sleep(seconds)
        woken.append((name, (clock.now() - START).total_seconds()))

    tasks = [asyncio.ensure_future(sleeper(*who)) for who in (("b", 2), ("a", 1), ("late", 99))]
    await settled()
    await clock.advance(timedelta(seconds=10))
    assert (woken, clock.now()) == ([("a", 1), ("b", 2)], START + timedelta(seconds=10))
    tasks[-1].cancel()
