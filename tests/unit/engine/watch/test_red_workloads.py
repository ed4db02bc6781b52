"""The pods of red workloads are asked why, and those of no other; what they say stands in the status."""

from __future__ import annotations

import asyncio

import pytest

from firstbell.engine.watch.red_workloads import AGAIN_SECONDS, REFUSED_SECONDS, RedWorkloads, follow_red
from tests.fakes import settled
from tests.unit.engine.bodies import BEFORE, INSIDE, NS, RISE
from tests.unit.engine.running import Running
from tests.unit.engine.world import DEPLOYMENTS, World


@pytest.fixture
async def world():
    """Raised, and nothing has become Ready when the grace is over."""
    found = World()
    await found.tick(BEFORE)
    await found.tick(RISE)
    found.edit(
        DEPLOYMENTS,
        lambda body: body["status"].update(
            readyReplicas=0,
            observedGeneration=body["metadata"]["generation"],
            replicas=100,
            updatedReplicas=100,
            selector="app=web",
        ),
    )
    deployment = found.get(DEPLOYMENTS)["metadata"]["uid"]
    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": deployment}
    found.cluster.put("apps", "replicasets", an_object("web-1", owner))
    return found


def an_object(name, owner, **more):
    metadata = {"name": name, "namespace": NS, "uid": f"uid-{name}", "labels": {"app": "web"}}
    return {"metadata": metadata | {"ownerReferences": [owner]}, **more}


def has_pods(world, count, message="no node"):
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-1", "uid": "uid-web-1"}
    told = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    for number in range(count):
        pod = an_object(f"web-1-{number}", owner, status={"conditions": [told]})
        world.cluster.put("", "pods", pod)


async def test_while_a_workload_is_well_or_may_still_be_its_pods_are_not_asked(world):
    red = RedWorkloads(store=world.store, cluster=world.cluster)
    await world.tick("2024-09-09T08:21")
    assert world.condition("ReadyForBell")[0] == "Unknown"
    assert red.due(0) == []


async def test_of_a_red_one_the_status_tells_what_its_pods_say(world):
    has_pods(world, 100, "0/3 nodes are available: 3 Insufficient cpu.")
    red = RedWorkloads(store=world.store, cluster=world.cluster)
    await world.tick(INSIDE)
    assert red.due(0) == ["ns/web"]
    assert await red.look("ns/web", 0)
    await world.tick("2024-09-09T08:25:01")
    assert world.condition("ReadyForBell") == ("False", "AtRisk")
    assert world.told_condition("ReadyForBell")["message"].endswith(
        "100 Unschedulable (0/3 nodes are available: 3 Insufficient cpu)"
    )
    assert world.status["bell"]["reasons"] == [
        {
            "reason": "Unschedulable",
            "replicas": 100,
            "message": "0/3 nodes are available: 3 Insufficient cpu.",
        }
    ]
    assert world.events.reasons.count("AtRisk") == 1
    assert world.events.reasons.count("PodsNotReady") == 1


async def test_it_is_asked_again_only_after_a_while_and_not_once_it_is_well(world):
    has_pods(world, 2)
    red = RedWorkloads(store=world.store, cluster=world.cluster)
    await world.tick(INSIDE)
    await red.look("ns/web", 0)
    assert red.due(AGAIN_SECONDS - 1) == []
    assert red.due(AGAIN_SECONDS) == ["ns/web"]
    assert not await red.look("ns/web", AGAIN_SECONDS)
    world.edit(DEPLOYMENTS, lambda body: body["status"].update(readyReplicas=100))
    await world.tick("2024-09-09T08:26")
    assert red.due(100) == []
    assert world.store.shortfalls.of("ns/web") is None
    assert "reasons" not in world.status["bell"]


async def test_one_that_is_deleted_is_asked_no_more(world):
    has_pods(world, 2)
    red = RedWorkloads(store=world.store, cluster=world.cluster)
    await world.tick(INSIDE)
    await red.look("ns/web", 0)
    await world.tick("2024-09-09T08:25:01")
    assert world.telemetry.not_ready_for["ns/web"]
    world.remove("schoolautoscalers")
    assert red.due(100) == []


async def test_without_a_plan_none_is_asked_any_more(world):
    await world.tick(INSIDE)
    assert world.store.shortfalls.asked == ("ns/web",)
    world.restart()
    world.remove("schoolcalendars", "school")
    world.store.shortfalls.ask("ns/web", wanted=True)
    await world.tick("2024-09-09T08:25:05")
    assert world.condition("ReadyForBell")[0] == "Unknown"
    assert world.store.shortfalls.asked == ()
    assert world.telemetry.not_ready_for["ns/web"] == {}


async def test_without_the_right_that_is_told_and_asked_for_seldom(world):
    red = RedWorkloads(store=world.store, cluster=world.cluster)
    world.cluster.fail("Forbidden", path="/pods")
    await world.tick(INSIDE)
    assert await red.look("ns/web", 0)
    await world.tick("2024-09-09T08:25:15")
    assert world.told_condition("ReadyForBell")["message"].endswith(
        "value readiness.podReasons of the chart."
    )
    assert red.due(REFUSED_SECONDS - 1) == []
    assert red.due(REFUSED_SECONDS) == ["ns/web"]


async def test_turned_off_nothing_is_asked_and_that_is_told(world):
    red = RedWorkloads(store=world.store, cluster=world.cluster, enabled=False)
    await world.tick(INSIDE)
    assert await red.look("ns/web", 0)
    await world.tick("2024-09-09T08:25:15")
    assert world.condition("ReadyForBell")[0] == "False"
    assert "--no-pod-reasons" in world.told_condition("ReadyForBell")["message"]
    assert world.cluster.counted("LIST", "/pods") == 0


async def test_an_answer_that_did_not_come_takes_nothing_back(world):
    has_pods(world, 2)
    red = RedWorkloads(store=world.store, cluster=world.cluster)
    await world.tick(INSIDE)
    await red.look("ns/web", 0)
    known = world.store.shortfalls.of("ns/web")
    world.cluster.fail("Unreachable", path="/pods")
    assert not await red.look("ns/web", 20)
    assert world.store.shortfalls.of("ns/web") == known


async def test_those_that_wait_longest_are_asked_first(world):
    red = RedWorkloads(store=world.store, cluster=world.cluster)
    for key in ("ns/a", "ns/b", "ns/c"):
        world.store.shortfalls.ask(key, wanted=True)
    await red.look("ns/c", 0)
    await red.look("ns/a", 1)
    assert red.due(60) == ["ns/b", "ns/c", "ns/a"]


async def test_nobody_is_asked_while_a_write_waits():
    """Gated: the first tick's requests are not answered before `open`."""
    async with Running(INSIDE, gated=True) as running:
        store = running.engine.store
        store.shortfalls.ask("ns/web", wanted=True)
        red = RedWorkloads(store=store, cluster=running.world.cluster)
        running.world.edit(DEPLOYMENTS, lambda body: body["status"].update(selector="app=web"))
        asking = asyncio.create_task(follow_red(running.engine, red, running.world.clock.sleep))
        await settled()
        assert running.world.cluster.counted("LIST", "/pods") == 0
        running.open()
        await running.pass_time(seconds=2)
        store.shortfalls.ask("ns/web", wanted=True)
        await running.pass_time(seconds=2)
        assert running.floor == 100
        assert running.world.cluster.counted("LIST", "/pods") == 1
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
