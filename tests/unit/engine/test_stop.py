"""An order to stop: once it is seen nothing is written by any path, and all that is due after it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from firstbell.engine.pace.stop import Stop
from tests.fakes import instant, settled
from tests.unit.engine.bodies import (
    AFTER,
    BEFORE,
    BELL,
    FALL,
    INSIDE,
    PEAK,
    RISE,
    a_deployment,
    a_scaled_object,
    an_autoscaler,
    an_exception,
    an_override,
)
from tests.unit.engine.running import Running
from tests.unit.engine.world import DEPLOYMENTS, HPAS, SCALED, World

WHY = "the load balancer is being replaced"
LATER = "2024-09-09T12:00"
SCALED_DIRECTLY = {"hpa": None, "autoscaler": an_autoscaler(minReplicas=4, maxReplicas=400)}


def told(run: Running, kind: str) -> tuple[str, str]:
    return run.world.condition(kind)


async def test_a_rise_that_is_due_while_we_are_stopped_is_not_written_and_told_with_who_and_why():
    async with Running(BEFORE) as run:
        run.order_to_stop(reason=WHY, by="alice")
        await run.until(BELL)
        assert (run.floor, run.replicas, run.writes, run.world.marks) == (4, 4, 0, {})
        assert told(run, "Ready") == told(run, "AbleToScale") == ("False", "Stopped")
        assert f"{WHY} (by alice" in run.world.told_condition("Ready")["message"]
        decision = run.world.status["decision"]
        assert (decision["reason"], decision["scheduledReplicas"]) == ("Stopped", PEAK)
        assert "desiredReplicas" not in run.world.status
        assert run.telemetry.is_stopped is True


async def test_who_goes_on_in_the_middle_of_the_window_raises_what_is_due_at_once():
    async with Running(BEFORE) as run:
        run.order_to_stop(reason=WHY)
        await run.until(INSIDE)
        run.resume()
        await settled()
        assert (run.floor, run.replicas) == (PEAK, PEAK)
        assert told(run, "Ready") == ("True", "Serving")
        assert run.telemetry.is_stopped is False


async def test_a_floor_that_is_held_stays_through_its_fall_and_comes_down_when_we_go_on():
    async with Running(INSIDE) as run:
        run.order_to_stop(reason=WHY)
        await run.until(AFTER)
        assert (run.floor, run.world.status["actuator"]["floor"]) == (PEAK, PEAK)
        assert run.world.marks["baseline"] == "4"
        run.resume()
        await settled()
        assert (run.floor, run.world.marks) == (4, {})


async def test_a_count_that_is_set_directly_stays_and_falls_by_its_behavior_when_we_go_on():
    async with Running(INSIDE, **SCALED_DIRECTLY) as run:
        assert run.replicas == PEAK
        run.order_to_stop()
        await run.until(LATER)
        assert run.replicas == PEAK
        run.resume()
        await run.pass_time(minutes=4)
        assert run.replicas == PEAK
        await run.pass_time(minutes=2)
        assert run.replicas == 4


async def test_a_person_who_scales_while_we_are_stopped_is_left_alone():
    async with Running(INSIDE, **SCALED_DIRECTLY) as run:
        run.order_to_stop(reason=WHY)
        await settled()
        run.world.respec(DEPLOYMENTS, replicas=7)
        await run.pass_time(minutes=2)
        assert run.replicas == 7
        run.resume()
        await settled()
        assert run.replicas == PEAK


async def test_neither_a_deletion_nor_an_edit_of_the_target_releases_a_floor_before_we_go_on():
    async with Running(INSIDE) as run:
        run.order_to_stop(reason=WHY)
        await settled()
        run.world.remove("schoolautoscalers")
        await run.until(AFTER)
        assert (run.floor, run.world.marks["floor"]) == (PEAK, str(PEAK))
        run.resume()
        await settled()
        assert (run.floor, run.world.marks) == (4, {})


async def test_an_orphan_that_a_start_finds_is_released_only_when_we_go_on():
    async with Running(INSIDE) as run:
        assert run.floor == PEAK
    run.world.cluster.on_change = None
    run.world.remove("schoolautoscalers")
    again = run.restarted()
    again.order_to_stop(reason=WHY)
    async with again:
        await again.pass_time(minutes=5)
        assert again.floor == PEAK
        again.resume()
        await settled()
        assert again.floor == 4


async def test_a_workload_that_was_left_comes_down_after_we_go_on():
    async with Running(INSIDE, **SCALED_DIRECTLY) as run:
        run.world.remove("schoolautoscalers")
        await settled()
        run.order_to_stop(reason=WHY)
        await run.until(LATER)
        assert run.replicas == PEAK
        run.resume()
        await settled()
        assert run.replicas == 4


async def test_a_workload_that_is_left_while_we_are_stopped_comes_down_after_it():
    async with Running(INSIDE, **SCALED_DIRECTLY) as run:
        run.order_to_stop(reason=WHY)
        await settled()
        run.world.remove("schoolautoscalers")
        await run.until(LATER)
        assert run.replicas == PEAK
        run.resume()
        await settled()
        assert run.replicas == 4


async def test_dry_run_gives_floors_back_and_a_stop_does_not():
    async with Running(INSIDE) as run:
        run.order_to_stop(reason=WHY)
        await settled()
        run.world.respec("schoolautoscalers", mode="DryRun")
        await run.pass_time(minutes=1)
        assert run.floor == PEAK
        run.resume()
        await settled()
        assert run.floor == 4


async def test_a_persons_zero_over_a_baseline_of_0_does_not_release_the_floor_while_we_are_stopped():
    async with Running(INSIDE, hpa=None) as run:
        run.world.put(SCALED, a_scaled_object(minimum=0))
        await settled()
        run.order_to_stop(reason=WHY)
        await settled()
        before = run.writes
        run.world.respec(DEPLOYMENTS, replicas=0)
        await run.pass_time(minutes=1)
        assert run.writes == before


async def test_a_hand_back_is_kept_back_and_made_when_we_go_on():
    def stop() -> None:
        run.order_to_stop(reason=WHY)

    async with Running(BEFORE) as run:
        run.world.cluster.before_write = stop
        await run.until(AFTER)
        assert (run.floor, run.replicas) == (PEAK, 4)
        assert run.world.cluster.counted("PATCH", HPAS) == 1
        run.resume()
        await run.pass_time(minutes=1)
        entries = run.world.get(HPAS)["metadata"]["managedFields"]
        assert not [one for one in entries if one["manager"] == "firstbell" and "f:spec" in one["fieldsV1"]]


async def test_a_restart_while_we_are_stopped_writes_nothing_from_its_first_look_on():
    async with Running(BEFORE) as run:
        run.order_to_stop(reason=WHY)
        await settled()
    run.world.clock.set(run.world.clock.now() + timedelta(minutes=25))
    run.world.cluster.requests.clear()
    async with run.restarted() as again:
        await again.pass_time(minutes=1)
        assert (again.floor, again.writes) == (4, 0)
        assert told(again, "Ready") == ("False", "Stopped")
        again.resume()
        await settled()
        assert again.floor == PEAK


async def test_an_order_ends_by_itself_at_its_end():
    async with Running(BEFORE) as run:
        run.order_to_stop(reason=WHY, until="2024-09-09T10:25:00+02:00")
        await run.until("2024-09-09T08:24:59")
        assert run.floor == 4
        await run.until("2024-09-09T08:25:01")
        assert run.floor == PEAK


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"reason": ""},
        {"reason": "x", "until": "soon"},
        {"until": "2024-09-09T08:00:00"},
        {"until": "9999-12-31T23:59:59-12:00"},
    ],
)
async def test_whatever_stands_in_the_order_it_stops(data: dict[str, str]):
    async with Running(BEFORE) as run:
        run.order_to_stop(**data)
        await run.until(BELL)
        assert (run.floor, told(run, "Ready")) == (4, ("False", "Stopped"))


async def test_an_order_that_came_while_the_process_stood_still_is_read_before_anything_is_written():
    async with Running(BEFORE) as run:
        run.deaf = True
        run.order_to_stop(reason=WHY)
        run.freeze(60)
        await run.until(BELL)
        assert (run.floor, run.writes) == (4, 0)


async def test_it_is_told_once_in_an_event_and_in_the_log_and_costs_nothing_afterwards():
    with capture_logs() as logs:
        async with Running(BEFORE) as run:
            run.order_to_stop(reason=WHY)
            await settled()
            run.world.cluster.requests.clear()
            await run.pass_time(minutes=15)
            assert run.world.cluster.counted("PATCH") <= 1
            run.resume()
            await settled()
    assert run.events.reasons.count("Stopped") == 1
    assert [line["event"] for line in logs if line["event"] in {"stopped", "resumed"}] == ["stopped"]
    assert any("resumed" in line["event"] for line in logs)


async def test_a_challenger_is_answered_by_who_is_stopped_so_that_nobody_takes_over():
    async with Running(INSIDE, **SCALED_DIRECTLY) as run:
        run.order_to_stop(reason=WHY)
        await settled()
        run.world.edit(
            "schoolautoscalers", lambda body: body["status"]["actuator"].update(challenger="another")
        )
        await settled()
        assert "challenger" not in run.world.status["actuator"]
        assert run.writes == 1


def test_nobody_is_stopped_by_what_could_not_be_read_yet():
    assert Stop(World(RISE).clock).in_force() is None


async def test_another_order_in_its_place_is_told_anew():
    async with Running(BEFORE, deployment=a_deployment(replicas=4)) as run:
        run.order_to_stop(reason=WHY)
        await settled()
        run.order_to_stop(reason="and now the database")
        await run.until(FALL)
        assert "and now the database" in run.world.told_condition("Ready")["message"]


@pytest.mark.parametrize(
    ("plural", "body"),
    [
        ("calendarexceptions", an_exception(ttlSecondsAfterFinished=60)),
        ("scalingoverrides", an_override(floorReplicas=50, until="08:05", ttlSecondsAfterFinished=60)),
    ],
)
async def test_what_has_had_its_time_is_deleted_only_when_we_go_on(plural: str, body: dict[str, Any]):
    async with Running(BEFORE) as run:
        run.order_to_stop(reason=WHY)
        run.world.put(plural, body)
        await run.until("2024-09-09T14:00")
        await run.world.clock.leap(instant("2024-09-12T12:00"), timedelta(minutes=10))
        assert any(key[1] == plural for key in run.world.cluster.objects)
        assert run.world.cluster.counted("DELETE") == 0
        run.resume()
        await run.pass_time(minutes=5)
        assert not any(key[1] == plural for key in run.world.cluster.objects)


async def test_an_override_that_ends_while_we_are_stopped_leaves_its_floor_until_we_go_on():
    async with Running(BEFORE) as run:
        run.world.put("scalingoverrides", an_override(floorReplicas=50, until="08:15"))
        await settled()
        assert run.floor == 50
        run.order_to_stop(reason=WHY)
        await run.until("2024-09-09T08:18")
        assert (run.floor, told(run, "Ready")) == (50, ("False", "Stopped"))
        run.resume()
        await settled()
        assert run.floor == 4


async def test_an_override_says_that_nothing_comes_of_it_while_we_are_stopped():
    async with Running(BEFORE) as run:
        run.order_to_stop(reason=WHY)
        run.world.put("scalingoverrides", an_override(floorReplicas=50))
        await settled()
        status = run.world.get("scalingoverrides", "order")["status"]
        assert WHY in status["autoscalers"][0]["message"]
        effective = next(one for one in status["conditions"] if one["type"] == "Effective")
        assert (effective["status"], effective["reason"]) == ("False", "NothingToScale")
        run.resume()
        await settled()
        status = run.world.get("scalingoverrides", "order")["status"]
        assert status["autoscalers"][0]["message"] == "raised to 50, 4 are planned"


@pytest.mark.parametrize("held", [False, True], ids=["stopped", "held"])
async def test_what_was_written_before_an_order_is_measured_on_to_its_bell(held: bool):  # noqa: FBT001
    async with Running(BEFORE) as run:
        await run.until(RISE)
        run.world.edit(DEPLOYMENTS, _half_ready)
        await settled()
        assert told(run, "ReadyForBell") == ("Unknown", "OnTrack")
        if held:
            run.world.put("scalingoverrides", an_override(hold=True))
        else:
            run.order_to_stop(reason=WHY)
        await settled()
        assert told(run, "AbleToScale")[0] == "False"
        assert told(run, "ReadyForBell") == ("Unknown", "OnTrack")
        assert run.world.status["bell"]["writtenReplicas"] == PEAK


def _half_ready(body: dict[str, Any]) -> None:
    generation = body["metadata"]["generation"]
    body["status"] |= {"readyReplicas": PEAK // 2, "observedGeneration": generation, "replicas": PEAK}
    body["status"] |= {"updatedReplicas": PEAK}


async def test_a_stop_is_told_before_a_hold_and_the_hold_goes_on_after_it():
    async with Running(BEFORE) as run:
        run.world.put("scalingoverrides", an_override(hold=True))
        run.order_to_stop(reason=WHY)
        await run.until(INSIDE)
        assert run.world.status["decision"]["reason"] == "Stopped"
        run.resume()
        await run.pass_time(minutes=1)
        assert (run.floor, run.world.status["decision"]["reason"]) == (4, "HeldByOverride")


async def test_a_clock_that_is_set_forward_ends_no_order_before_it_is_sure():
    async with Running("2024-09-09T08:10") as run:
        run.order_to_stop(reason=WHY, until="2024-09-09T08:25:00Z")
        await settled()
        run.world.clock.jump(timedelta(minutes=17))
        run.world.respec(DEPLOYMENTS, replicas=5)
        await settled()
        await run.pass_time(minutes=1)
        assert (run.floor, told(run, "Ready")) == (4, ("False", "Stopped"))
        await run.pass_time(minutes=5)
        assert run.floor == PEAK


async def test_an_end_that_is_over_by_the_clock_alone_is_none_while_the_servers_says_otherwise():
    async with Running(BEFORE) as run:
        run.server_is_ahead(-timedelta(hours=2))
        run.order_to_stop(reason=WHY, until="2024-09-09T08:10:00Z")
        await run.until(INSIDE)
        assert run.floor == 4
