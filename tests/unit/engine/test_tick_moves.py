"""What is not to be held any more is let go: DryRun, another target, another actuation, an older rival."""

from __future__ import annotations

import pytest

from tests.unit.engine.bodies import AFTER, BEFORE, FALL, INSIDE, a_deployment, an_autoscaler, an_hpa
from tests.unit.engine.world import DEPLOYMENTS, HPAS, World

BOUNDS = {"minReplicas": 4, "maxReplicas": 400}


def rival(created="2024-08-01T00:00:00Z", **spec):
    body = an_autoscaler("rival", **spec)
    body["metadata"]["creationTimestamp"] = created
    return body


@pytest.mark.parametrize("hpa", [an_hpa(), None], ids=["floor", "scale"])
async def test_dry_run_from_birth_writes_nothing_and_says_everything(hpa):
    world = World(hpa=hpa, autoscaler=an_autoscaler(mode="DryRun", **BOUNDS))
    for at in (BEFORE, INSIDE, FALL, AFTER):
        await world.tick(at)
        assert world.writes == 0
        if at == INSIDE:
            assert world.status["desiredReplicas"] == 100
            assert world.status["lastActions"][0]["to"] == 100
    assert world.condition("Ready") == ("True", "DryRun")
    assert world.replicas == 4


async def test_switched_to_dry_run_in_the_window_the_floor_is_released():
    world = World(INSIDE)
    await world.tick()
    world.respec("schoolautoscalers", mode="DryRun")
    await world.tick()
    assert (world.floor, world.marks, world.status["desiredReplicas"]) == (4, {}, 100)
    assert "floor" not in world.status["actuator"]
    assert world.condition("ReturnedToBaseline")[1] != "FloorRaised"


async def test_switched_back_from_dry_run_the_floor_is_raised_again():
    world = World(INSIDE, autoscaler=an_autoscaler(mode="DryRun"))
    await world.tick()
    world.respec("schoolautoscalers", mode="Enforce")
    await world.tick()
    assert (world.floor, world.replicas) == (100, 100)


async def test_another_target_gets_the_floor_and_the_former_one_is_released():
    world = World(INSIDE)
    await world.tick()
    world.put(DEPLOYMENTS, a_deployment("api"))
    world.put(HPAS, an_hpa("api", minimum=2, target="api"))
    world.respec("schoolautoscalers", **an_autoscaler(target="api")["spec"])
    await world.tick()
    assert (world.floor, world.marks) == (4, {})
    assert world.get(HPAS, "api")["spec"]["minReplicas"] == 100
    assert world.replicas == 100, "beside a live autoscaler replicas are never lowered"


async def test_a_release_that_fails_does_not_keep_the_new_target_down():
    world = World(INSIDE)
    await world.tick()
    world.put(HPAS, an_hpa("api", minimum=2, target="api"))
    world.respec("schoolautoscalers", **an_autoscaler(target="api")["spec"])
    world.cluster.fail("Throttled", path=f"{HPAS}/web")
    outcome = await world.tick()
    assert outcome.failure is not None
    assert world.get(HPAS, "api")["spec"]["minReplicas"] == 100
    world.cluster.heal()
    await world.tick()
    assert world.floor == 4


async def test_an_hpa_that_turns_to_another_workload_is_released():
    world = World(INSIDE, autoscaler=an_autoscaler(**BOUNDS))
    await world.tick()
    world.respec(HPAS, scaleTargetRef={"apiVersion": "apps/v1", "kind": "Deployment", "name": "other"})
    await world.tick()
    assert (world.floor, world.marks) == (4, {})


async def test_changed_to_scale_the_floor_is_released_and_the_workload_scaled():
    world = World(INSIDE)
    await world.tick()
    world.respec("schoolautoscalers", actuation="Scale", **BOUNDS)
    await world.tick()
    assert (world.floor, world.marks, world.replicas) == (4, {}, 100)


async def test_the_floor_of_another_installation_is_told_and_left_alone():
    world = World(INSIDE)
    await world.tick()
    world.instance = "blue"
    world.restart()
    for at in (INSIDE, AFTER):
        await world.tick(at)
        assert (world.floor, world.condition("AbleToScale")) == (100, ("False", "AnotherInstance"))


class TestTwoAutoscalersOnOneWorkload:
    async def test_there_is_no_new_floor(self):
        world = World(INSIDE)
        world.put(HPAS, an_hpa("second"))
        await world.tick()
        assert (world.writes, world.condition("AbleToScale")) == (0, ("False", "AmbiguousAutoscaler"))

    async def test_what_is_held_stays_to_the_end_of_the_window(self):
        world = World(INSIDE)
        await world.tick()
        world.put(HPAS, an_hpa("second"))
        await world.tick("2024-09-09T08:59")
        assert world.floor == 100
        await world.tick(FALL)
        assert (world.floor, world.marks) == (4, {})

    async def test_switched_to_a_dry_run_it_is_let_go_though_nobody_knows_which_is_the_one(self):
        world = World(INSIDE)
        await world.tick()
        world.put(HPAS, an_hpa("second"))
        world.respec("schoolautoscalers", mode="DryRun")
        await world.tick()
        assert (world.floor, world.marks) == (4, {})

    async def test_that_is_so_after_a_restart_too(self):
        world = World(INSIDE)
        await world.tick()
        world.put(HPAS, an_hpa("second"))
        world.restart()
        await world.tick("2024-09-09T08:59")
        assert world.floor == 100
        await world.tick(AFTER)
        assert world.floor == 4

    async def test_when_one_of_them_goes_the_other_is_floored(self):
        world = World(INSIDE)
        world.put(HPAS, an_hpa("second"))
        await world.tick()
        world.remove(HPAS, "second")
        await world.tick()
        assert world.floor == 100


async def test_the_younger_of_two_hands_its_floor_over_to_the_older():
    world = World(INSIDE)
    await world.tick()
    world.put("schoolautoscalers", rival(replicas=60))
    await world.tick()
    assert "ns/rival" in world.woken, "the older is woken to raise it again"
    assert world.condition("Ready") == ("False", "TargetConflict")
    await world.tick(key="ns/rival")
    assert (world.floor, world.marks["autoscaler"], world.marks["baseline"]) == (60, "ns/rival", "4")
    await world.tick()
    assert world.floor == 60


async def test_the_older_of_two_may_come_first_and_takes_the_floor_over():
    world = World(INSIDE)
    await world.tick()
    world.put("schoolautoscalers", rival())
    await world.tick(key="ns/rival")
    assert (world.floor, world.marks["autoscaler"], world.marks["baseline"]) == (100, "ns/rival", "4")
    await world.tick()
    assert (world.floor, world.marks["autoscaler"]) == (100, "ns/rival")


async def test_when_the_older_goes_the_younger_goes_on_with_its_floor():
    world = World(INSIDE)
    world.put("schoolautoscalers", rival())
    await world.tick(key="ns/rival")
    world.remove("schoolautoscalers", "rival")
    await world.tick()
    assert (world.floor, world.marks["autoscaler"], world.marks["baseline"]) == (100, "ns/web", "4")
    await world.tick(AFTER)
    assert world.floor == 4
