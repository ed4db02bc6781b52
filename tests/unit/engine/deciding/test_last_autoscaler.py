"""An autoscaler that vanishes: waited for, floored when it is back, stood in for after a minute."""

from __future__ import annotations

from datetime import timedelta

from firstbell.engine.memory.last_autoscaler import RETURNS_WITHIN
from tests.unit.engine.bodies import AFTER, BEFORE, INSIDE, RISE, an_autoscaler, an_hpa
from tests.unit.engine.running import Running
from tests.unit.engine.world import DEPLOYMENTS, HPAS, World

BOUNDS = {"minReplicas": 1, "maxReplicas": 400}
A_MINUTE = {"seconds": RETURNS_WITHIN.total_seconds()}


def bounded(**spec):
    return an_autoscaler(**BOUNDS, **spec)


async def vanished(at=INSIDE, **spec):
    """A world whose HPA, with a baseline of 4, has just been deleted."""
    world = World(at, autoscaler=bounded(**spec))
    await world.tick()
    world.remove(HPAS)
    await world.tick()
    return world


async def test_for_a_minute_nothing_is_written_and_it_is_told():
    world = await vanished()
    world.respec(DEPLOYMENTS, replicas=50)
    for _ in range(2):
        await world.tick()
        assert (world.replicas, world.condition("AbleToScale")) == (50, ("False", "AutoscalerVanished"))
        world.clock.set(world.clock.now() + RETURNS_WITHIN - timedelta(seconds=1))
    message = world.told_condition("AbleToScale")["message"]
    assert message.startswith("HorizontalPodAutoscaler web does not scale this workload any more: ")
    assert "It is waited for until 08:26:00 UTC," in message


async def test_after_a_minute_the_workload_is_scaled_directly():
    async with Running(INSIDE, autoscaler=bounded()) as run:
        run.world.remove(HPAS)
        run.world.respec(DEPLOYMENTS, replicas=50)
        await run.pass_time(seconds=59)
        assert run.replicas == 50
        await run.pass_time(seconds=2)
        assert run.replicas == 100


async def test_back_within_the_minute_it_is_floored_at_once_with_its_own_baseline():
    async with Running(INSIDE, autoscaler=bounded()) as run:
        run.world.remove(HPAS)
        await run.pass_time(seconds=30)
        run.world.put(HPAS, an_hpa(minimum=7))
        await run.pass_time(seconds=1)
        assert (run.floor, run.world.marks["baseline"]) == (100, "7")


async def test_back_after_the_minute_it_is_floored_too_and_may_vanish_again():
    async with Running(INSIDE, autoscaler=bounded()) as run:
        for baseline in (7, 8):
            run.world.remove(HPAS)
            await run.pass_time(seconds=90)
            run.world.put(HPAS, an_hpa(minimum=baseline))
            await run.pass_time(seconds=1)
            assert (run.floor, run.world.marks["baseline"]) == (100, str(baseline))


async def test_without_it_the_workload_never_goes_below_the_baseline_that_it_had():
    world = await vanished()
    world.clock.set(world.clock.now() + RETURNS_WITHIN)
    await world.tick()
    await world.tick(AFTER)
    await world.tick("2024-09-09T11:00")
    assert (world.replicas, world.status["actuator"]["baselineMinReplicas"]) == (4, 4)


async def test_a_policy_without_bounds_is_told_what_it_will_need():
    world = World(INSIDE)
    await world.tick()
    world.remove(HPAS)
    await world.tick()
    assert (
        "spec.minReplicas and spec.maxReplicas are needed" in world.told_condition("AbleToScale")["message"]
    )
    world.clock.set(world.clock.now() + RETURNS_WITHIN)
    await world.tick()
    assert world.condition("AbleToScale") == ("False", "BoundsMissing")
    assert world.replicas == 100


async def test_one_that_was_never_there_is_not_waited_for():
    world = World(INSIDE, hpa=None, autoscaler=bounded())
    await world.tick()
    assert world.replicas == 100


async def test_another_target_or_actuation_is_a_decision_of_its_own():
    world = await vanished()
    world.respec("schoolautoscalers", actuation="Scale")
    world.respec(DEPLOYMENTS, replicas=50)
    await world.tick()
    assert world.replicas == 100


async def test_what_live_metrics_gave_is_held_for_a_stabilization_window_and_not_cut_at_once():
    world = World(BEFORE, autoscaler=bounded())
    await world.tick()
    world.respec(DEPLOYMENTS, replicas=30)
    await world.tick("2024-09-09T08:01")
    world.respec("schoolautoscalers", actuation="Scale")
    await world.tick()
    assert world.replicas == 30
    await world.tick("2024-09-09T08:05:59")
    assert world.replicas == 30
    await world.tick("2024-09-09T08:06")
    assert world.replicas == 1
    await world.tick(RISE)
    assert world.replicas == 100


async def test_one_that_vanished_while_no_process_ran_is_waited_for_and_its_baseline_kept():
    world = World(INSIDE, autoscaler=bounded())
    await world.tick()
    world.remove(HPAS)
    world.restart()
    await world.tick()
    assert world.condition("AbleToScale") == ("False", "AutoscalerVanished")
    world.clock.set(world.clock.now() + RETURNS_WITHIN)
    await world.tick()
    world.restart()
    await world.tick(AFTER)
    await world.tick("2024-09-09T11:00")
    assert (world.replicas, world.status["actuator"]["baselineMinReplicas"]) == (4, 4)


async def test_a_restart_does_not_begin_the_minute_anew():
    world = await vanished()
    world.respec(DEPLOYMENTS, replicas=50)
    world.clock.set(world.clock.now() + RETURNS_WITHIN - timedelta(seconds=1))
    world.restart()
    await world.tick()
    assert (world.replicas, world.status["lastAutoscaler"]["name"]) == (50, "web")
    world.clock.set(world.clock.now() + timedelta(seconds=1))
    await world.tick()
    assert world.replicas == 100


async def test_once_there_is_an_autoscaler_again_the_status_forgets_the_one_before():
    world = await vanished()
    assert world.status["lastAutoscaler"]["baselineMinReplicas"] == 4
    world.put(HPAS, an_hpa(minimum=7))
    await world.tick()
    assert "lastAutoscaler" not in world.status


async def test_after_an_edit_that_nobody_has_looked_at_nothing_is_recalled():
    world = World(INSIDE, autoscaler=bounded())
    await world.tick()
    world.remove(HPAS)
    world.respec("schoolautoscalers", maxReplicas=399)
    world.restart()
    world.respec(DEPLOYMENTS, replicas=50)
    await world.tick()
    assert world.replicas == 100
