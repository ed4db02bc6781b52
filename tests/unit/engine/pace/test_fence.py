"""A process that stood still writes nothing old: everything is read again before anything is written."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from firstbell.engine.pace.fence import LONGEST_GAP_SECONDS, Fence
from tests.fakes import settled
from tests.unit.engine.bodies import AFTER, BEFORE, INSIDE, KEY, RISE, a_calendar, an_autoscaler, an_hpa
from tests.unit.engine.running import Running
from tests.unit.engine.world import DEPLOYMENTS, HPAS

ANOTHERS_FLOOR = 120


def raised_meanwhile(run) -> None:
    """The plan went from 100 to 120, and the operator that took over has written it, marks and all."""
    run.world.respec("schoolautoscalers", peaks=an_autoscaler(replicas=ANOTHERS_FLOOR)["spec"]["peaks"])
    notes = {"firstbell.dev/floor": "120", "firstbell.dev/baseline": "4"}
    notes |= {"firstbell.dev/autoscaler": KEY, "firstbell.dev/instance": "firstbell"}

    def floor(body) -> None:
        body["spec"]["minReplicas"] = ANOTHERS_FLOOR
        body["metadata"]["annotations"] = notes

    run.world.edit(HPAS, floor)
    run.world.respec(DEPLOYMENTS, replicas=ANOTHERS_FLOOR)


@pytest.mark.parametrize("first", [HPAS, DEPLOYMENTS, "schoolautoscalers"])
async def test_woken_it_lowers_nothing_whatever_the_watches_tell_first(first):
    async with Running(INSIDE) as run:
        assert (run.floor, run.replicas) == (100, 100)
        run.deaf = True
        raised_meanwhile(run)
        run.freeze(60)
        told = sorted(run._untold, key=lambda each: each[0] != first)
        for plural, event in told:
            run._handle[plural](event)
            await settled()
            assert (run.floor, run.replicas) == (ANOTHERS_FLOOR, ANOTHERS_FLOOR)
        run.engine.fence.beat()
        await settled()
        assert (run.floor, run.replicas) == (ANOTHERS_FLOOR, ANOTHERS_FLOOR)


async def test_a_tick_that_waited_for_its_answer_when_the_process_was_stopped_decides_nothing_old():
    async with Running(INSIDE) as run:
        run.world.cluster.gate = asyncio.Event()
        run.world.respec(HPAS, minReplicas=7)
        await settled()
        run.deaf = True
        run.world.respec("schoolautoscalers", mode="DryRun")
        run.world.edit(HPAS, without_marks)  # the one that took over has given the floor back
        run.freeze(60)
        requests = len(run.world.cluster.requests)
        run.open()
        await settled()
        asked = run.world.cluster.requests[requests:]
        assert "LIST" in {verb for verb, _ in asked}
        assert (run.floor, run.replicas, [each for each in asked if each[0] == "PATCH"][1:]) == (4, 100, [])


def without_marks(body) -> None:
    body["spec"]["minReplicas"] = 4
    del body["metadata"]["annotations"]


async def test_what_began_before_the_gap_is_not_written_after_everything_was_read_again():
    now = [0.0]
    fence = Fence(lambda: now[0])
    await fence.opened()
    assert fence.lets_through()
    now[0] += LONGEST_GAP_SECONDS + 1
    assert not fence.lets_through()
    fence.open()
    assert not fence.lets_through(), "it looked before the gap"
    await fence.opened()
    assert fence.lets_through()


async def test_what_was_edited_and_deleted_meanwhile_is_read_before_anything_is_written():
    async with Running(BEFORE) as run:
        run.deaf = True
        run.world.put(HPAS, an_hpa("other", target="other"))
        run.world.put("schoolautoscalers", an_autoscaler("other", target="other"))
        run.world.remove("schoolautoscalers")
        run.world.respec("schoolcalendars", "school", suspend=True)
        run.freeze(60)
        await run.until(RISE)
        assert (run.floor, run.minimum("other")) == (4, 4)
        assert set(run.engine.store.autoscalers) == {"ns/other"}
        run.hear()
        await settled()
        assert (run.floor, run.minimum("other")) == (4, 4)


async def test_a_floor_whose_owner_went_meanwhile_is_given_back():
    async with Running(INSIDE) as run:
        run.deaf = True
        run.world.remove("schoolautoscalers")
        run.freeze(60)
        run.engine.fence.beat()
        await settled()
        assert (run.floor, run.world.marks) == (4, {})


async def test_an_event_that_comes_late_does_not_take_back_what_was_read():
    async with Running(INSIDE) as run:
        run.deaf = True
        run.world.respec("schoolautoscalers", peaks=an_autoscaler(replicas=110)["spec"]["peaks"])
        raised_meanwhile(run)
        run.freeze(60)
        run.engine.fence.beat()
        await settled()
        assert run.floor == ANOTHERS_FLOOR
        run.hear()
        await settled()
        assert (run.floor, run.replicas) == (ANOTHERS_FLOOR, ANOTHERS_FLOOR)


async def test_of_one_made_anew_the_deletion_of_the_one_before_changes_nothing():
    async with Running(INSIDE) as run:
        run.deaf = True
        for plural, body in (("schoolautoscalers", an_autoscaler()), ("schoolcalendars", a_calendar())):
            run.world.remove(plural, body["metadata"]["name"])
            run.world.put(plural, body)
        run.freeze(60)
        run.engine.fence.beat()
        await settled()
        writes = run.writes
        for plural, event in run._untold[::-1]:
            if event["type"] == "DELETED":
                run._handle[plural](event)
        await settled()
        assert (run.floor, run.writes) == (100, writes)


async def test_a_bell_in_the_gap_is_made_up_for_at_once():
    async with Running(BEFORE) as run:
        run.freeze(60)
        await run.until(RISE)
        assert (run.floor, run.replicas) == (100, 100)


async def test_nothing_is_written_until_everything_could_be_read():
    async with Running(INSIDE) as run:
        run.world.cluster.fail("Unreachable", verb="LIST", path="schoolcalendars")
        run.deaf = True
        raised_meanwhile(run)
        run.freeze(60)
        run.hear()
        with capture_logs():
            await run.pass_time(minutes=2)
            assert run.floor == ANOTHERS_FLOOR
            requests = run.world.cluster.counted("LIST", "schoolcalendars")
            assert requests <= 20, "it is tried again less and less often"
            run.world.cluster.heal()
            run.world.respec(HPAS, minReplicas=9)
            await run.pass_time(minutes=1)
        assert run.floor == ANOTHERS_FLOOR


async def test_a_machine_that_stands_still_all_the_time_is_not_kept_from_writing():
    async with Running(BEFORE) as run:
        with capture_logs() as logs:
            for _ in range(60):
                run.freeze(LONGEST_GAP_SECONDS + 2)
                run.engine.fence.beat()
                await run.pass_time(seconds=1)
        read_again = [each for each in logs if each["event"] == "everything was read again"]
        assert len(read_again) <= 4
        run.world.respec("schoolautoscalers", minReplicas=9)
        await settled()
        assert run.floor == 9


async def test_a_process_that_was_never_stopped_reads_nothing_twice():
    async with Running("2024-09-09T06:00") as run:
        for _ in range(100):
            run.freeze(LONGEST_GAP_SECONDS - 0.1)
            run.engine.fence.beat()
        await run.until(AFTER)
        assert run.world.cluster.counted("LIST") == 0
