"""One tick where there is no autoscaler: the workload itself goes up at once and down after its window."""

from __future__ import annotations

import pytest

from tests.unit.engine.bodies import BEFORE, FALL, INSIDE, RISE, a_deployment, an_autoscaler, an_hpa
from tests.unit.engine.world import DEPLOYMENTS, HPAS, World

BOUNDS = {"minReplicas": 4, "maxReplicas": 400}


def scaled(at=BEFORE, **spec):
    return World(at, hpa=None, autoscaler=an_autoscaler(**(BOUNDS | spec)))


async def day(world, *times):
    """The replicas after a tick at each time."""
    stood = []
    for time in times:
        await world.tick(f"2024-09-09T{time}")
        stood.append(world.replicas)
    return stood


async def test_up_at_once_and_down_one_stabilization_window_after_the_schedule():
    world = scaled()
    got = await day(world, "08:00", "08:19", "08:20", "08:59", "09:00", "09:03", "09:03:59", "09:04", "09:06")
    assert got == [4, 4, 100, 100, 100, 100, 100, 4, 4]


async def test_a_window_of_0_seconds_goes_down_at_once():
    world = scaled(behavior={"scaleDown": {"stabilizationWindowSeconds": 0}})
    assert await day(world, "08:00", "08:20", "09:00") == [4, 100, 4]


async def test_while_a_fall_is_held_back_the_decision_says_so():
    world = scaled()
    await day(world, "08:00", "08:20", "08:59", "09:00")
    assert world.status["decision"]["limits"] == [
        {"reason": "ScaleDownStabilized", "before": 4, "after": 100}
    ]
    assert world.status["desiredReplicas"] == 100


async def test_only_the_scale_of_the_workload_is_written():
    world = scaled(RISE)
    await world.tick()
    paths = {path for verb, path in world.cluster.requests if not path.endswith("/status")}
    assert paths == {"/apis/apps/v1/namespaces/ns/deployments/web/scale"}


async def test_a_foreign_count_is_brought_back_up_and_down():
    world = scaled()
    await world.tick()
    for foreign in (2, 50):
        world.respec(DEPLOYMENTS, replicas=foreign)
        await world.tick()
        assert world.replicas == 4


async def test_a_person_who_sets_0_is_obeyed():
    world = scaled(RISE)
    await world.tick()
    world.respec(DEPLOYMENTS, replicas=0)
    await world.tick()
    assert (world.replicas, world.condition("AbleToScale")) == (0, ("False", "ScalingDisabled"))


async def test_a_person_who_sets_0_between_reading_and_writing_is_obeyed():
    world = scaled(RISE)
    world.cluster.on_change = None
    world.cluster.before_write = lambda: world.respec(DEPLOYMENTS, replicas=0)
    await world.tick()
    assert world.replicas == 0


async def test_the_maximum_of_the_spec_clamps_and_is_named():
    world = scaled(INSIDE, maxReplicas=50)
    await world.tick()
    assert (world.replicas, world.condition("ScalingLimited")) == (50, ("True", "TooManyReplicas"))


async def test_the_first_tick_in_a_window_scales_at_once():
    world = scaled(INSIDE)
    await world.tick()
    assert world.replicas == 100


async def test_a_restart_holds_what_is_there_for_one_stabilization_window_and_no_longer():
    world = World(
        "2024-09-09T10:00",
        hpa=None,
        autoscaler=an_autoscaler(**BOUNDS),
        deployment=a_deployment(replicas=100),
    )
    assert await day(world, "10:00", "10:02", "10:04:59") == [100, 100, 100]
    assert world.status["decision"]["limits"] == [{"reason": "HeldAfterRestart", "before": 4, "after": 100}]
    assert await day(world, "10:05") == [4]


async def test_a_restart_in_the_window_lowers_nothing():
    world = scaled(RISE)
    await world.tick()
    world.restart()
    await world.tick("2024-09-09T08:40")
    assert (world.replicas, world.cluster.counted("PATCH", "/scale")) == (100, 1)


async def test_a_missing_target_is_scaled_when_it_is_created():
    world = World(INSIDE, hpa=None, deployment=None, autoscaler=an_autoscaler(**BOUNDS))
    await world.tick()
    assert world.condition("AbleToScale") == ("False", "TargetNotFound")
    world.put(DEPLOYMENTS, a_deployment(replicas=1))
    await world.tick()
    assert world.replicas == 100


@pytest.mark.parametrize("name", ["web", "late"])
async def test_an_hpa_that_appears_is_floored_and_the_workload_left_to_it(name):
    world = scaled(INSIDE)
    await world.tick()
    world.put(HPAS, an_hpa(name))
    await world.tick()
    assert world.get(HPAS, name)["spec"]["minReplicas"] == 100
    await world.tick(FALL)
    assert (world.get(HPAS, name)["spec"]["minReplicas"], world.replicas) == (4, 100)


async def test_scale_beside_an_hpa_that_is_to_be_left_alone():
    world = World(INSIDE, autoscaler=an_autoscaler(actuation="Scale", **BOUNDS))
    await world.tick()
    assert (world.floor, world.replicas, world.marks) == (4, 100, {})
