"""Somebody sets the clock: no bell passes, nothing is lowered for it, and what was to last so long does."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from tests.fakes import settled
from tests.unit.engine.bodies import AFTER, BEFORE, INSIDE, RISE, a_metric, an_autoscaler
from tests.unit.engine.running import Running
from tests.unit.engine.world import DEPLOYMENTS, HPAS

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


async def jumped(run, by: timedelta) -> None:
    """Somebody sets the clock, and the next beat, within a second, notices."""
    run.world.clock.jump(by)
    run.engine.look_at_clock()
    await settled()


@pytest.mark.parametrize(
    "by", [2 * HOUR, 9 * HOUR, DAY, 30 * DAY, 400 * DAY, -HOUR, -DAY, -3 * DAY, -400 * DAY]
)
async def test_in_the_window_a_lone_jump_lowers_nothing(by):
    async with Running(BEFORE) as run:
        await run.until(INSIDE)  # long enough after the start for what a restart holds
        await jumped(run, by)
        for _ in range(28):
            await run.pass_time(seconds=10)
            assert (run.floor, run.replicas) == (100, 100)


@pytest.mark.parametrize("by", [DAY, 2 * HOUR, -2 * HOUR, -DAY, 30 * DAY, 31 * DAY, 400 * DAY])
async def test_a_bell_that_falls_into_a_jump_of_45_seconds_is_not_missed(by):
    async with Running(BEFORE) as run:
        await run.until("2024-09-09T08:19:40")
        await jumped(run, by)
        await run.pass_time(seconds=21)
        assert (run.floor, run.replicas) == (100, 100)
        await run.pass_time(seconds=24)
        await jumped(run, -by)
        assert (run.floor, run.replicas) == (100, 100)
        await run.until(AFTER)
        assert run.floor == 4


async def test_after_a_jump_there_and_back_the_next_bell_comes_as_if_nothing_had_been():
    async with Running("2024-09-09T06:00") as run:
        await jumped(run, DAY)
        await run.pass_time(seconds=45)
        await jumped(run, -DAY)
        await run.until("2024-09-09T08:19:58")
        assert run.floor == 4
        await run.until(RISE)
        assert run.floor == 100


async def test_what_the_new_time_asks_for_is_there_at_once():
    async with Running("2024-09-09T05:25") as run:
        await jumped(run, 3 * HOUR)
        assert (run.floor, run.replicas) == (100, 100)


async def test_a_time_that_has_stood_for_five_minutes_counts():
    async with Running(BEFORE) as run:
        await run.until(INSIDE)
        await jumped(run, 5 * HOUR)
        assert run.world.condition("ClockInSync") == ("False", "ClockSet")
        await run.pass_time(minutes=4, seconds=50)
        assert run.floor == 100
        await run.pass_time(seconds=30)
        assert run.floor == 4
        assert run.world.condition("ClockInSync") == ("Unknown", "NotCompared")


async def test_a_time_with_which_the_api_server_agrees_counts_at_once():
    async with Running(BEFORE) as run:
        await run.until(INSIDE)
        run.server_is_ahead(5 * HOUR)
        await jumped(run, 5 * HOUR)
        assert run.floor == 4
        assert run.world.condition("ClockInSync") == ("True", "InSync")


async def test_a_time_with_which_the_api_server_does_not_agree_lowers_nothing_for_as_long_as_that():
    async with Running(BEFORE) as run:
        await run.until(INSIDE)
        run.server_is_ahead(timedelta(0))
        await jumped(run, 5 * HOUR)
        await run.pass_time(minutes=20)
        assert run.floor == 100
        assert run.world.condition("ClockInSync") == ("False", "ClockOff")
        await run.pass_time(minutes=30)
        assert run.floor == 4, "by the API server's clock the window is over, too"


async def test_a_clock_that_is_wrong_from_the_start_misses_no_bell_and_says_so():
    async with Running("2024-09-09T05:00") as run:
        run.server_is_ahead(2 * HOUR)
        run.engine.look_at_clock()
        await settled()
        told = run.world.told_condition("ClockInSync")
        assert (told["status"], told["reason"]) == ("False", "ClockOff")
        assert "2:00:00 behind the API server's" in told["message"]
        assert "ClockOff" in run.events.reasons
        assert run.telemetry.off == 7200
        await run.until("2024-09-09T06:19:58")
        assert run.floor == 4
        await run.until("2024-09-09T06:20")
        assert (run.floor, run.replicas) == (100, 100)
        await run.until("2024-09-09T07:30")
        assert run.floor == 4
        await run.until(RISE)
        assert run.floor == 100, "by our own clock it is time now"


async def test_the_same_offset_is_told_once():
    async with Running("2024-09-09T05:00") as run:
        run.server_is_ahead(2 * HOUR)
        run.engine.look_at_clock()
        await settled()
        before = run.world.cluster.counted("PATCH", "/status")
        for second in range(100):
            run.server_is_ahead(2 * HOUR + timedelta(seconds=second % 3))
            run.engine.look_at_clock()
            await settled()
        assert run.world.cluster.counted("PATCH", "/status") == before


async def test_half_a_minute_is_in_sync():
    async with Running(BEFORE) as run:
        run.server_is_ahead(timedelta(seconds=29))
        run.engine.look_at_clock()
        await settled()
        assert run.world.condition("ClockInSync") == ("True", "InSync")


async def test_a_slow_correction_is_no_jump():
    async with Running(BEFORE) as run:
        await run.until(INSIDE)
        with capture_logs() as logs:
            for _ in range(600):
                run.world.clock.jump(timedelta(milliseconds=10))
                await run.pass_time(seconds=1)
                run.engine.look_at_clock()
        assert [each for each in logs if "clock" in each["event"]] == []


@pytest.mark.parametrize("by", [DAY, -DAY, 2 * HOUR, -2 * HOUR])
async def test_foreign_writes_are_answered_within_a_minute_after_any_jump(by):
    """A contest's times, and the checks after a rise, go on by the time that passes."""
    async with Running(BEFORE) as run:
        await run.until(INSIDE)
        for _ in range(3):
            run.world.respec(HPAS, minReplicas=4)
            await run.pass_time(seconds=1)
        await jumped(run, by)
        run.world.respec(HPAS, minReplicas=4)
        run.world.respec(DEPLOYMENTS, replicas=4)
        await run.pass_time(seconds=40)
        assert (run.floor, run.replicas) == (100, 100)


@pytest.mark.parametrize("by", [DAY, -DAY, 400 * DAY, -400 * DAY])
async def test_live_metrics_go_on_to_be_asked(by):
    autoscaler = an_autoscaler(metrics=[a_metric()])
    async with Running(BEFORE, autoscaler=autoscaler, answers={"pupils_online": 350 * 20}) as run:
        await run.pass_time(minutes=6)
        await jumped(run, by)
        asked = len(run.metrics.asked)
        await run.pass_time(minutes=1)
        assert 3 <= len(run.metrics.asked) - asked <= 7
        run.metrics.answers["pupils_online"] = 350 * 30
        await run.pass_time(seconds=20)
        assert run.floor == 30


@pytest.mark.parametrize("by", [DAY, -DAY])
async def test_what_falls_a_window_after_a_deletion_does_not_fall_for_a_jump(by):
    async with Running(BEFORE, hpa=None, autoscaler=an_autoscaler(minReplicas=4, maxReplicas=200)) as run:
        await run.until(INSIDE)
        run.world.remove("schoolautoscalers")
        await settled()
        await jumped(run, by)
        await run.pass_time(minutes=39)
        assert run.replicas == 100
        await run.pass_time(minutes=3)
        assert run.replicas == 4


async def test_a_jump_while_a_write_is_under_way_leaves_no_time_of_the_other_clock_behind():
    async with Running(BEFORE) as run:
        await run.until(INSIDE)
        await jumped(run, DAY)
        run.world.cluster.gate = asyncio.Event()
        run.world.respec(HPAS, minReplicas=9)
        await settled()
        run.world.clock.jump(-DAY)
        run.engine.look_at_clock()
        run.open()
        await settled()
        assert (run.floor, run.world.marks["baseline"]) == (100, "9")
        await run.until(AFTER)
        assert run.floor == 9


async def test_clocks_that_jump_all_the_time_do_not_have_everything_read_all_the_time():
    async with Running(INSIDE) as run:
        for turn in range(60):
            await jumped(run, DAY if turn % 2 else -DAY)
            await run.pass_time(seconds=1)
        assert run.floor == 100
        assert run.world.cluster.counted("LIST", "schoolcalendars") <= 6
