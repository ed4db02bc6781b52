"""After the window: the autoscaler brings the count down, or it is told that it does not."""

from __future__ import annotations

import pytest

from tests.unit.engine.bodies import INSIDE, an_hpa
from tests.unit.engine.world import DEPLOYMENTS, World

COMING_DOWN, HELD = ("Unknown", "ComingDown"), ("False", "HeldByAutoscaler")
RELEASED = "2024-09-09T09:00"


async def released(**behavior):
    """The floor is back at 4, and the count still at 100."""
    hpa = an_hpa()
    hpa["spec"] |= behavior
    world = World(hpa=hpa)
    await world.tick(INSIDE)
    await world.tick(RELEASED)
    assert (world.floor, world.replicas) == (4, 100)
    return world


async def test_within_two_windows_the_workload_is_on_its_way():
    world = await released()
    await world.tick("2024-09-09T09:09:59")
    assert world.condition("ReturnedToBaseline") == COMING_DOWN


async def test_a_count_that_has_not_fallen_for_two_windows_is_held():
    world = await released()
    outcome = await world.tick("2024-09-09T09:10")
    assert world.condition("ReturnedToBaseline") == HELD
    message = world.told_condition("ReturnedToBaseline")["message"]
    assert "HorizontalPodAutoscaler web holds 100 replicas by its own metrics" in message
    assert "kubectl scale --replicas=4 -n ns deployment/web" in message
    assert outcome.failure is None


async def test_the_engine_looks_again_when_two_windows_have_passed():
    world = await released()
    assert world.memory.way_back.held_from.strftime("%H:%M") == "09:10"


async def test_each_step_down_begins_the_wait_anew():
    world = await released()
    world.respec(DEPLOYMENTS, replicas=60)
    await world.tick("2024-09-09T09:06")
    await world.tick("2024-09-09T09:15")
    assert world.condition("ReturnedToBaseline") == COMING_DOWN
    await world.tick("2024-09-09T09:16")
    assert world.condition("ReturnedToBaseline") == HELD


async def test_the_window_is_that_of_the_autoscaler():
    world = await released(behavior={"scaleDown": {"stabilizationWindowSeconds": 60}})
    await world.tick("2024-09-09T09:02")
    assert world.condition("ReturnedToBaseline") == HELD


async def test_at_the_baseline_it_has_returned():
    world = await released()
    await world.tick("2024-09-09T09:10")
    world.respec(DEPLOYMENTS, replicas=4)
    await world.tick("2024-09-09T09:11")
    assert world.condition("ReturnedToBaseline") == ("True", "AtBaseline")


@pytest.mark.parametrize("later", ["2024-09-09T09:11", "2024-09-09T10:00"])
async def test_a_restart_does_not_take_back_what_was_told(later):
    world = await released()
    await world.tick("2024-09-09T09:10")
    world.restart()
    await world.tick(later)
    assert world.condition("ReturnedToBaseline") == HELD
