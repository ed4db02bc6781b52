"""A SchoolAutoscaler that scaled its workload itself is deleted: who brings the workload down, and when."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from firstbell.engine.acting import left_workloads
from firstbell.engine.acting.left_workloads import LeftWorkloads
from tests.unit.engine.bodies import BEFORE, INSIDE, KEY, a_deployment, an_autoscaler, an_hpa
from tests.unit.engine.running import Running
from tests.unit.engine.world import DEPLOYMENTS, HPAS, World

BOUNDS = {"minReplicas": 4, "maxReplicas": 400}
POLICIES = "schoolautoscalers"
FALL, DOWN = "2024-09-09T09:03:59", "2024-09-09T09:04"
"""The schedule falls at 09:00, and the stabilization window is of four minutes."""


def policy(**spec):
    return an_autoscaler(**(BOUNDS | {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 240}}} | spec))


def scaling(at=INSIDE, **objects):
    return Running(at, **({"hpa": None, "autoscaler": policy()} | objects))


async def test_it_stays_to_the_next_way_down_and_goes_to_the_minimum_then():
    async with scaling() as run:
        with capture_logs() as logs:
            run.world.remove(POLICIES)
            await run.until(FALL)
            assert run.replicas == 100
            await run.until(DOWN)
        assert run.replicas == 4
        told = [(line["event"], line["replicas"]) for line in logs if "workload" in line]
        assert told == [("left at its replicas until the next way down", 100), ("went to its minimum", 4)]


async def test_a_deletion_on_the_way_down_waits_for_no_other_peak():
    async with scaling("2024-09-09T09:01") as run:
        run.world.respec(DEPLOYMENTS, replicas=100)
        await run.pass_time(seconds=1)
        run.world.remove(POLICIES)
        await run.pass_time(minutes=10)
        assert run.replicas == 4


async def test_at_the_minimum_nothing_is_left_to_do():
    async with scaling(BEFORE) as run:
        before = run.writes
        with capture_logs() as logs:
            run.world.remove(POLICIES)
            await run.until("2024-09-09T12:00")
        assert (run.replicas, run.writes, logs) == (4, before, [])


async def test_deleted_while_nobody_runs_it_stays():
    async with scaling() as run:
        pass
    run.world.cluster.on_change = None
    run.world.remove(POLICIES)
    async with run.restarted() as again:
        await again.until("2024-09-09T12:00")
        assert again.replicas == 100


def somebodys_count(run):
    run.world.respec(DEPLOYMENTS, replicas=50)
    return 50


def an_autoscaler_of_somebodys(run):
    run.world.put(HPAS, an_hpa())
    return 100


def another_policy(run):
    run.world.put(POLICIES, policy(name="other", mode="DryRun"))
    return 100


def the_policy_anew(run):
    run.world.put(POLICIES, policy(mode="DryRun"))
    return 100


def the_workload_anew(run):
    run.world.remove(DEPLOYMENTS)
    run.world.put(DEPLOYMENTS, a_deployment(replicas=100))
    return 100


def no_workload(run):
    run.world.remove(DEPLOYMENTS)


@pytest.mark.parametrize(
    "happens",
    [
        somebodys_count,
        an_autoscaler_of_somebodys,
        another_policy,
        the_policy_anew,
        the_workload_anew,
        no_workload,
    ],
)
async def test_what_somebody_does_in_between_is_theirs(happens):
    async with scaling() as run:
        run.world.remove(POLICIES)
        await run.pass_time(minutes=1)
        wanted = happens(run)
        await run.until("2024-09-09T12:00")
        assert wanted is None or run.replicas == wanted


async def test_a_dry_run_and_hands_off_leave_nothing_behind():
    for objects in ({"autoscaler": policy(mode="DryRun")}, {"deployment": a_deployment(replicas=0)}):
        async with scaling(**objects) as run:
            before = run.replicas
            run.world.remove(POLICIES)
            await run.until("2024-09-09T12:00")
            assert run.replicas == before


async def test_a_write_that_fails_for_now_is_tried_again():
    async with scaling() as run:
        run.world.remove(POLICIES)
        run.world.cluster.fail("Unreachable", verb="PATCH", path="/scale", times=2)
        await run.until(DOWN)
        assert run.replicas == 100
        await run.pass_time(minutes=2)
        assert run.replicas == 4


async def test_a_write_that_is_refused_is_told_and_given_up():
    async with scaling() as run:
        run.world.remove(POLICIES)
        run.world.cluster.fail("Forbidden", verb="PATCH", path="/scale")
        with capture_logs() as logs:
            await run.until("2024-09-09T12:00")
        assert ("stays at its replicas", "made to fail") in [
            (line["event"], line.get("why")) for line in logs
        ]


async def test_of_too_many_the_oldest_is_given_up(monkeypatch):
    monkeypatch.setattr(left_workloads, "KEPT", 2)
    world = World(INSIDE, hpa=None, autoscaler=policy())
    await world.tick()
    left = LeftWorkloads(cluster=world.cluster, telemetry=world.telemetry, store=world.store)
    with capture_logs() as logs:
        for key in ("ns/a", "ns/b", KEY):
            left.leave(key, world.memory, world.clock.now())
    assert list(left._left) == ["ns/b", KEY]
    assert [line["why"] for line in logs if "why" in line] == ["too many others were left after it"]
