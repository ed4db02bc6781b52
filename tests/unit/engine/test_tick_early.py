"""A rise may be brought forward so that a thousand are not late; then it stays."""

from __future__ import annotations

import pytest

from firstbell.engine.tick import next_looks
from tests.fakes import instant
from tests.unit.engine.bodies import FALL, RISE, an_autoscaler
from tests.unit.engine.world import HPAS, World

EARLY = "2024-09-09T08:19:10"


async def test_an_early_rise_is_written_early():
    world = World(EARLY)
    await world.tick(ahead=RISE)
    assert (world.floor, world.replicas) == (100, 100)


@pytest.mark.parametrize("actuation", ["Auto", "Scale"])
async def test_whatever_wakes_the_object_before_the_instant_does_not_take_the_rise_back(actuation):
    spec = {"minReplicas": 4, "maxReplicas": 400, "actuation": actuation}
    world = World(
        EARLY,
        autoscaler=an_autoscaler(**spec, behavior={"scaleDown": {"stabilizationWindowSeconds": 0}}),
    )
    await world.tick(ahead=RISE)
    for second in (15, 30, 45):
        await world.tick(f"2024-09-09T08:19:{second}")
        assert world.replicas == 100
    assert world.floor == (100 if actuation == "Auto" else 4)
    assert [action.after for action in world.memory.carried_out.actions] == [100]


async def test_the_next_look_after_an_early_rise_is_for_the_fall():
    world = World(EARLY)
    outcome = await world.tick(ahead=RISE)
    assert (instant(FALL), False) in next_looks(outcome, world.memory)
    assert instant(RISE) not in [at for at, _ in next_looks(outcome, world.memory)]


async def test_a_look_before_a_rise_is_for_the_rise_and_may_come_early():
    world = World()
    outcome = await world.tick()
    assert (instant(RISE), True) in next_looks(outcome, world.memory)


async def test_what_writes_nothing_lengthens_nobodys_lead_it_is_looked_at_at_the_bell():
    world = World(autoscaler=an_autoscaler(mode="DryRun"))
    outcome = await world.tick()
    assert (instant(RISE), False) in next_looks(outcome, world.memory)


async def test_a_rise_is_looked_after_2_and_20_seconds_later():
    world = World(RISE)
    outcome = await world.tick()
    looks = [at for at, _ in next_looks(outcome, world.memory)]
    assert instant("2024-09-09T08:20:02") in looks
    assert instant("2024-09-09T08:20:20") in looks


async def test_what_is_looked_at_after_a_rise_is_the_workload_below_an_intact_floor():
    world = World(RISE)
    await world.tick()
    world.respec("deployments", replicas=4)  # an autoscaler that was computing just then
    outcome = await world.tick("2024-09-09T08:20:02")
    assert (world.replicas, outcome.failure) == (100, None)
    assert world.get(HPAS)["spec"]["minReplicas"] == 100
