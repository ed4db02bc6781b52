"""The engine as a whole, on a clock that is moved by hand, fed by the handlers that Kopf calls."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from firstbell.engine.engine import TICK_WORKERS
from tests.fakes import instant, settled
from tests.unit.engine.bodies import (
    AFTER,
    BEFORE,
    BELL,
    INSIDE,
    KEY,
    RISE,
    a_deployment,
    an_autoscaler,
    an_hpa,
)
from tests.unit.engine.running import Running
from tests.unit.engine.world import DEPLOYMENTS, HPAS

EARLY = "2024-09-09T06:00"
A_MINUTE = timedelta(minutes=1)
"""Hours at rest are played in steps of it: each look that an engine takes, it takes there, too, and fewer."""


async def test_a_day_goes_by_itself_and_nothing_is_written_but_what_changes():
    async with Running(EARLY) as run:
        await run.until(BEFORE)
        assert (run.floor, run.writes) == (4, 0)
        await run.until("2024-09-09T08:19:58")
        assert run.floor == 4
        await run.until(RISE)
        assert (run.floor, run.replicas) == (100, 100)
        await run.until("2024-09-09T08:59:59")
        assert (run.floor, run.writes) == (100, 3)
        await run.until(AFTER)
        assert (run.floor, run.replicas, run.writes) == (4, 100, 5)


async def test_an_idle_engine_sends_nothing_all_weekend():
    async with Running("2024-09-06T20:00") as run:
        run.world.cluster.requests.clear()
        await run.until("2024-09-07T00:10")
        await run.world.clock.leap(instant("2024-09-08T18:00"), A_MINUTE)
        await run.until("2024-09-08T19:00")
        sent = [path.rpartition("namespaces/")[2] for _, path in run.world.cluster.requests]
        assert set(sent) <= {"ns/schoolcalendars/school/status"}, "a new day is written on the calendar"
        assert len(sent) <= 2


async def test_on_a_school_day_the_statuses_written_are_few():
    async with Running(EARLY) as run:
        run.world.cluster.requests.clear()
        await run.until("2024-09-09T12:00")
        await run.world.clock.leap(instant("2024-09-10T06:00"), A_MINUTE)
        assert run.world.cluster.counted("PATCH", "schoolautoscalers/web/status") <= 8
        assert run.world.cluster.counted("PATCH", "schoolcalendars/school/status") <= 3
        assert run.world.cluster.counted("GET") == run.world.cluster.counted("LIST") == 0


async def test_an_event_is_acted_on_at_once():
    async with Running(INSIDE) as run:
        run.world.respec(HPAS, minReplicas=9)
        await settled()
        assert (run.floor, run.world.marks["baseline"]) == (100, "9")
        run.world.respec(DEPLOYMENTS, replicas=9)
        await settled()
        assert run.replicas == 100


async def test_our_own_writes_wake_nobody():
    async with Running(INSIDE) as run:
        ticks = run.telemetry.ticks
        await settled()
        assert run.telemetry.ticks == ticks <= 3


async def test_an_edit_of_a_calendar_reaches_everybody_who_uses_it():
    async with Running(INSIDE) as run:
        for number in range(20):
            run.world.put(HPAS, an_hpa(f"w{number}", target=f"w{number}"))
            run.world.put(DEPLOYMENTS, a_deployment(f"w{number}"))
            run.world.put("schoolautoscalers", an_autoscaler(f"w{number}", target=f"w{number}"))
        await settled()
        assert {run.minimum(f"w{number}") for number in range(20)} == {100}
        run.world.respec("schoolcalendars", "school", suspend=True)
        await run.until("2024-09-09T08:31")
        assert {run.minimum(f"w{number}") for number in range(20)} == {4}


async def test_of_many_at_one_bell_none_is_late_and_the_writing_starts_less_than_a_minute_early():
    async with Running(BEFORE) as run:
        for number in range(100):
            run.world.put(HPAS, an_hpa(f"w{number}", target=f"w{number}"))
            run.world.put("schoolautoscalers", an_autoscaler(f"w{number}", target=f"w{number}"))
        await run.until("2024-09-09T08:19:00")
        assert {run.minimum(f"w{number}") for number in range(100)} == {4}
        await run.until("2024-09-09T08:19:58.500000")
        early = [run.minimum(f"w{number}") for number in range(100)].count(100)
        assert 40 < early < 100
        await run.until(RISE)
        assert {run.minimum(f"w{number}") for number in range(100)} == {100}


async def test_of_those_that_rise_at_one_bell_the_most_important_are_written_first():
    async with Running(BEFORE) as run:
        priorities = {f"w{number:02}": number % 5 * 25 for number in range(40)}
        for name, priority in priorities.items():
            run.world.put(HPAS, an_hpa(name, target=name))
            run.world.put("schoolautoscalers", an_autoscaler(name, target=name, priority=priority))
        await settled()
        run.world.cluster.requests.clear()
        await run.until(RISE)
        written = [path.rpartition("/")[2] for _, path in run.world.cluster.requests if HPAS in path]
        in_order = [priorities[name] for name in dict.fromkeys(written) if name in priorities]
        assert in_order == sorted(priorities.values(), reverse=True)


async def test_an_edit_that_concerns_many_is_followed_for_the_most_important_first():
    async with Running(INSIDE) as run:
        priorities = {f"w{number:02}": number % 5 * 25 for number in range(40)}
        for name, priority in priorities.items():
            run.world.put(HPAS, an_hpa(name, target=name))
            run.world.put("schoolautoscalers", an_autoscaler(name, target=name, priority=priority))
        run.world.respec("schoolcalendars", "school", suspend=True)
        await run.until("2024-09-09T08:31")
        run.world.cluster.requests.clear()
        run.world.respec("schoolcalendars", "school", suspend=False)
        await run.until("2024-09-09T08:32")
        written = [path.rpartition("/")[2] for _, path in run.world.cluster.requests if HPAS in path]
        in_order = [priorities[name] for name in dict.fromkeys(written) if name in priorities]
        assert in_order == sorted(priorities.values(), reverse=True)


async def test_the_loop_turns_between_ticks_that_have_nothing_to_write():
    turns = 0

    async def turning():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with Running(EARLY) as run:
        for number in range(200):
            run.world.put("schoolautoscalers", an_autoscaler(f"w{number:03}", target=f"w{number:03}"))
        await settled()
        task, ticks = asyncio.create_task(turning()), run.telemetry.ticks
        turns = 0
        run.engine.wake(run.engine.store.autoscalers)
        await run.engine.drained()
        task.cancel()
        ticked = run.telemetry.ticks - ticks
        assert ticked >= 200
        assert turns >= ticked // TICK_WORKERS, "no more ticks in a row than there are workers"


async def test_one_worker_per_key_and_a_wake_while_ticking_ticks_again():
    async with Running(INSIDE, gated=True) as run:
        await settled()
        assert run.world.cluster.counted("PATCH", HPAS) == 1, "the first tick waits for its answer"
        for _ in range(5):
            run.engine.wake({KEY})
        await settled()
        assert run.world.cluster.counted("PATCH", HPAS) == 1, "nobody else ticks it meanwhile"
        ticks = run.telemetry.ticks
        run.open()
        await settled()
        assert run.telemetry.ticks == ticks + 2


async def test_reports_wait_for_scaling_writes():
    async with Running(INSIDE, gated=True) as run:
        await settled()
        assert run.world.cluster.counted("PATCH", "/status") == 0
        run.open()
        await settled()
        paths = [path for _, path in run.world.cluster.requests]
        first_status = next(index for index, path in enumerate(paths) if path.endswith("/status"))
        assert any(path.endswith("/scale") for path in paths[:first_status])


async def test_figures_do_not_wait_for_scaling_writes():
    async with Running(INSIDE, gated=True) as run:
        run.world.put(HPAS, an_hpa("dry", target="dry"))
        run.world.put(DEPLOYMENTS, a_deployment("dry"))
        run.world.put("schoolautoscalers", an_autoscaler("dry", target="dry", mode="DryRun"))
        await settled()
        assert run.telemetry.standing == {"ns/dry": (4, 4, 100)}, "the other one waits for its answer"


async def test_drained_means_that_no_tick_waits_or_runs():
    async with Running(INSIDE, gated=True) as run:
        await settled()
        drained = asyncio.ensure_future(run.engine.drained())
        await settled()
        assert not drained.done()
        run.open()
        await settled()
        assert drained.done()


async def test_deleting_the_object_releases_its_floor():
    async with Running(INSIDE) as run:
        run.world.remove("schoolautoscalers")
        await settled()
        assert (run.floor, run.world.marks, run.replicas) == (4, {}, 100)
        assert (run.engine._memories, run.telemetry.standing) == ({}, {})


async def test_deleting_the_object_while_it_is_ticked_releases_its_floor_too():
    async with Running(INSIDE, gated=True) as run:
        await settled()
        run.world.remove("schoolautoscalers")
        run.open()
        await settled()
        assert (run.floor, run.engine._memories) == (4, {})


async def test_a_release_that_fails_is_tried_again():
    async with Running(INSIDE) as run:
        run.world.cluster.fail("Throttled", path=HPAS)
        run.world.remove("schoolautoscalers")
        await settled()
        assert run.floor == 100
        run.world.cluster.heal()
        await run.pass_time(seconds=40)
        assert run.floor == 4


async def test_orphans_are_released_at_the_start_also_when_the_first_try_fails():
    marks = {"floor": "100", "baseline": "4", "autoscaler": "ns/gone", "instance": "firstbell"}
    notes = {f"firstbell.dev/{name}": value for name, value in marks.items()}
    run = Running(INSIDE, hpa=an_hpa(minimum=100, annotations=notes), autoscaler=None)
    run.world.cluster.fail("Unreachable", path=HPAS)
    async with run:
        assert run.floor == 100
        run.world.cluster.heal()
        await run.pass_time(seconds=40)
        assert run.floor == 4


async def test_deleted_and_made_again_the_floor_stays():
    async with Running(INSIDE) as run:
        run.world.remove("schoolautoscalers")
        run.world.put("schoolautoscalers", an_autoscaler())
        await settled()
        assert (run.floor, run.world.marks["baseline"]) == (100, "4")


async def test_failing_writes_are_tried_again_less_and_less_often_and_told_once():
    with capture_logs() as logs:
        async with Running(INSIDE) as run:
            run.world.cluster.fail("Throttled", path="/scale")
            run.world.respec(DEPLOYMENTS, replicas=4)
            await run.pass_time(minutes=5)
            assert 8 <= run.world.cluster.counted("PATCH", "/scale") <= 20
            run.world.cluster.heal()
            await run.pass_time(seconds=40)
            assert run.replicas == 100
    warnings = [entry for entry in logs if entry["log_level"] == "warning"]
    assert [entry["event"] for entry in warnings] == ["write failed, tried again", "told"]
    assert warnings[1]["reason"] == "ReplicasSetByHand"


async def test_a_fault_on_one_object_does_not_keep_another_from_its_bell():
    def broken(path, _body) -> None:
        if path.name == "web":
            raise RuntimeError("a fault of ours")

    async with Running(EARLY) as run:
        run.world.put(HPAS, an_hpa("api", target="api"))
        run.world.put("schoolautoscalers", an_autoscaler("api", target="api"))
        run.world.cluster.admission = broken
        with capture_logs() as logs:
            await run.until(RISE)
        assert (run.minimum("api"), run.floor) == (100, 4)
        assert {"tick failed", "report failed"} >= {
            entry["event"] for entry in logs if entry["log_level"] == "error"
        }
        run.world.cluster.admission = None
        await run.pass_time(seconds=40)
        assert run.floor == 100


async def test_a_report_that_fails_does_not_keep_the_floor_down():
    async with Running(EARLY) as run:
        run.engine._memories[KEY].told.reported = b"no status at all"
        with capture_logs() as logs:
            await run.until(RISE)
        assert run.floor == 100
        assert "report failed" in [entry["event"] for entry in logs]


async def test_one_line_per_decision_that_changes_something():
    with capture_logs() as logs:
        async with Running(EARLY) as run:
            await run.until("2024-09-09T12:00")
    told = [(entry["before"], entry["desired"]) for entry in logs if entry["event"] == "decided"]
    assert told == [(None, 4), (4, 100), (100, 4)]


async def test_the_beat_is_that_of_the_loop():
    async with Running(EARLY) as run:
        await run.pass_time(minutes=1)
        assert run.engine.seconds_since_beat() < 30


async def test_every_object_is_looked_at_again_within_a_while():
    """A missed event is made up for by the slow resync."""
    async with Running("2024-09-07T10:00") as run:
        ticks = run.telemetry.ticks
        await run.pass_time(minutes=60)
        assert 1 <= run.telemetry.ticks - ticks <= 3


@pytest.mark.parametrize("at", [EARLY, RISE, INSIDE, BELL, AFTER])
async def test_an_engine_that_starts_at_any_time_is_right_at_once(at):
    async with Running(at) as run:
        assert run.floor == (100 if instant(RISE) <= instant(at) < instant(AFTER) - timedelta(hours=1) else 4)


async def test_the_engine_is_its_own_copy():
    async with Running(EARLY) as run:
        assert run.engine.__copy__() is run.engine


async def test_a_fall_that_is_limited_in_rate_goes_on_by_itself():
    down = {"stabilizationWindowSeconds": 0, "policies": [{"type": "Pods", "value": 30, "periodSeconds": 20}]}
    autoscaler = an_autoscaler(minReplicas=4, maxReplicas=400, behavior={"scaleDown": down})
    async with Running("2024-09-09T08:59", hpa=None, autoscaler=autoscaler) as running:
        stood = []
        for seconds in (0, 1, 20, 40, 60, 80):
            await running.until(f"2024-09-09T09:0{seconds // 60}:{seconds % 60:02}.5")
            stood.append(running.replicas)
        assert stood == [70, 70, 40, 10, 4, 4]


async def test_a_fall_that_is_stabilized_comes_when_its_window_has_passed():
    autoscaler = an_autoscaler(minReplicas=4, maxReplicas=400)
    async with Running("2024-09-09T08:59:30", hpa=None, autoscaler=autoscaler) as running:
        await running.until("2024-09-09T09:04:29.5")
        assert running.replicas == 100
        await running.until("2024-09-09T09:05:01")
        assert running.replicas == 4


async def test_how_late_a_wake_up_is_followed_is_told_of_what_was_asked_for_and_not_of_a_start():
    async with Running(BEFORE) as run:
        assert run.telemetry.late == []
        await run.until(INSIDE)
        assert run.telemetry.late
        assert all(0 <= seconds < 1 for seconds in run.telemetry.late)
