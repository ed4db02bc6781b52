"""The floor of a KEDA ScaledObject: raised in it, waited for in its HPA, and given back like any other."""

from __future__ import annotations

import pytest

from firstbell.engine.floor.orphans import release_orphans
from firstbell.engine.memory.last_autoscaler import RETURNS_WITHIN
from tests.unit.engine.bodies import (
    AFTER,
    FALL,
    INSIDE,
    NS,
    PEAK,
    RISE,
    a_deployment,
    a_scaled_object,
    an_autoscaler,
    an_hpa,
    kedas_hpa,
)
from tests.unit.engine.world import HPAS, SCALED, World

KEDAS_HPA = "keda-hpa-web"


def world_of(at=INSIDE, *, follower=True, minimum=4, replicas=4, **metadata):
    world = World(at, hpa=None, deployment=a_deployment(replicas=replicas))
    world.put(SCALED, a_scaled_object(minimum=minimum, **metadata))
    if follower:
        world.put(HPAS, kedas_hpa(minimum=minimum or 1))
    return world


def copied(world):
    """What KEDA does a second later."""
    spec = world.get(SCALED)["spec"]
    world.respec(HPAS, KEDAS_HPA, minReplicas=spec["minReplicaCount"] or 1)


def floor(world):
    return world.get(SCALED)["spec"].get("minReplicaCount")


def marks(world):
    notes = world.get(SCALED)["metadata"].get("annotations") or {}
    return {name.removeprefix("firstbell.dev/"): value for name, value in notes.items()}


async def test_the_floor_is_the_scaled_objects_and_its_hpa_is_not_written():
    world = world_of()
    await world.tick()
    assert (floor(world), world.get(HPAS, KEDAS_HPA)["spec"]["minReplicas"]) == (PEAK, 4)
    assert marks(world) == {
        "floor": "100",
        "baseline": "4",
        "autoscaler": "ns/web",
        "instance": "firstbell",
    }
    assert {"kind": "ScaledObject", "name": "web", "floor": PEAK, "baselineMinReplicas": 4}.items() <= (
        world.status["actuator"].items()
    )


async def test_the_count_waits_until_the_hpa_shows_the_floor():
    world = world_of()
    await world.tick()
    assert world.replicas == 4
    await world.tick()
    assert world.replicas == 4
    copied(world)
    await world.tick()
    assert world.replicas == PEAK


async def test_without_an_hpa_yet_nothing_would_undo_the_count():
    world = world_of(follower=False)
    await world.tick()
    assert (floor(world), world.replicas) == (PEAK, PEAK)


async def test_after_the_window_baseline_marks_and_ownership_are_gone():
    world = world_of(RISE)
    await world.tick()
    copied(world)
    await world.tick(FALL)
    assert (floor(world), marks(world)) == (4, {})
    assert "firstbell" not in {entry["manager"] for entry in world.get(SCALED)["metadata"]["managedFields"]}
    copied(world)
    before = world.writes
    await world.tick(AFTER)
    assert (world.writes, world.condition("AbleToScale")) == (before, ("True", "ReadyForNewScale"))


@pytest.mark.parametrize("minimum", [0, None])
async def test_a_minimum_of_zero_is_scale_to_zero(minimum):
    world = world_of(minimum=minimum, replicas=0)
    await world.tick()
    copied(world)
    await world.tick()
    assert (floor(world), world.replicas, marks(world)["baseline"]) == (PEAK, PEAK, "0")
    await world.tick(AFTER)
    assert (floor(world), marks(world)) == (0, {})


async def test_zero_by_hand_above_a_baseline_is_hands_off():
    world = world_of(replicas=0)
    await world.tick()
    assert (floor(world), world.condition("AbleToScale")) == (4, ("False", "ScalingDisabled"))


async def test_a_minimum_that_somebody_adds_just_then_is_the_baseline():
    world = world_of(minimum=None)
    world.cluster.before_write = lambda: world.respec(SCALED, minReplicaCount=7)
    await world.tick()
    assert (floor(world), marks(world)["baseline"]) == (PEAK, "7")


async def test_a_foreign_minimum_is_the_new_baseline_and_raised_again():
    world = world_of()
    await world.tick()
    world.respec(SCALED, minReplicaCount=6)
    await world.tick()
    assert (floor(world), marks(world)["baseline"]) == (PEAK, "6")


async def test_marks_that_are_lost_come_back_from_the_status():
    world = world_of()
    await world.tick()
    world.edit(SCALED, lambda body: body["metadata"].pop("annotations"))
    world.restart()
    await world.tick()
    assert (floor(world), marks(world)["baseline"]) == (PEAK, "4")


async def test_a_paused_one_is_reported_and_not_touched():
    world = world_of(annotations={"autoscaling.keda.sh/paused": "true"})
    await world.tick()
    assert (world.writes, world.replicas) == (0, 4)
    assert world.condition("AbleToScale") == ("False", "AutoscalerPaused")
    assert world.condition("Ready") == ("False", "AutoscalerPaused")


async def test_paused_in_the_window_its_floor_still_ends_with_the_window():
    world = world_of()
    await world.tick()
    pause = {"autoscaling.keda.sh/paused": "true"}
    world.edit(SCALED, lambda body: body["metadata"]["annotations"].update(pause))
    before = world.writes
    await world.tick()
    assert (floor(world), world.writes) == (PEAK, before)
    await world.tick(AFTER)
    assert (floor(world), world.get(SCALED)["metadata"]["annotations"]) == (4, pause)


async def test_the_maximum_is_named_as_keda_names_it():
    world = World(INSIDE, hpa=None)
    world.put(SCALED, a_scaled_object(maximum=None))
    world.respec("schoolautoscalers", peaks=an_autoscaler(replicas=120)["spec"]["peaks"])
    await world.tick()
    assert floor(world) == 100
    message = world.told_condition("ScalingLimited")["message"]
    assert message.endswith("120 replicas, maxReplicaCount of ScaledObject web allows 100")


async def test_switched_to_scaling_the_workload_itself_the_floor_goes_back():
    world = world_of()
    await world.tick()
    world.respec("schoolautoscalers", actuation="Scale", minReplicas=2, maxReplicas=200)
    await world.tick()
    assert (floor(world), marks(world)) == (4, {})


async def test_an_hpa_that_keda_takes_over_in_the_window_hands_the_floor_on():
    world = World(INSIDE)
    await world.tick()
    assert world.floor == PEAK
    world.put(SCALED, a_scaled_object())
    owner = kedas_hpa()["metadata"]["ownerReferences"]
    world.edit(HPAS, lambda body: body["metadata"].update(ownerReferences=owner))
    await world.tick()
    assert (floor(world), world.floor, world.marks) == (PEAK, 4, {})


async def test_an_orphaned_floor_is_released_at_the_start():
    world = world_of()
    await world.tick()
    world.remove("schoolautoscalers")
    world.put(HPAS, an_hpa())
    world.restart()
    assert (
        await release_orphans(
            world.cluster, world.telemetry, world.store.floors, world.store.autoscalers, "firstbell"
        )
        == set()
    )
    assert (floor(world), marks(world)) == (4, {})


async def test_deleted_in_the_window_with_its_hpa_the_workload_needs_bounds():
    world = world_of()
    await world.tick()
    world.remove(SCALED)
    await world.tick()
    assert world.condition("AbleToScale") == ("False", "ScaledObjectNotFound")
    world.cluster.remove("autoscaling", HPAS, NS, KEDAS_HPA)
    await world.tick()
    assert world.condition("AbleToScale") == ("False", "AutoscalerVanished")
    world.clock.set(world.clock.now() + RETURNS_WITHIN)
    await world.tick()
    assert world.condition("AbleToScale") == ("False", "BoundsMissing")


async def test_a_count_that_waits_for_the_hpa_is_not_one_that_somebody_undid():
    world = world_of()
    for _ in range(4):
        await world.tick()
    copied(world)
    await world.tick()
    assert (world.replicas, world.memory.written.contest.latest) == (PEAK, None)
    world.respec("deployments", replicas=5)
    await world.tick()
    assert (world.replicas, world.memory.written.contest.latest.value) == (PEAK, 5)


async def test_the_one_replica_that_kedas_hpa_keeps_is_the_way_back_from_a_baseline_of_zero():
    world = world_of(minimum=0, replicas=0)
    await world.tick()
    copied(world)
    await world.tick()
    await world.tick(AFTER)
    assert world.condition("ReturnedToBaseline") == ("Unknown", "ComingDown")
    copied(world)
    world.respec("deployments", replicas=1)
    await world.tick()
    assert world.condition("ReturnedToBaseline") == ("True", "AtBaseline")
