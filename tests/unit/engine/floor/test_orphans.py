"""Floors whose owner is gone come back to their baseline: ours only, and whatever others wrote meanwhile."""

from __future__ import annotations

import pytest

from firstbell.engine.floor.orphans import release_orphans, release_owned
from firstbell.engine.ports import FailureKind
from tests.unit.engine.bodies import INSIDE, an_autoscaler, an_hpa
from tests.unit.engine.world import HPAS, World


def marks(owner="ns/gone", instance="firstbell", floor=100):
    return {
        "firstbell.dev/floor": str(floor),
        "firstbell.dev/baseline": "4",
        "firstbell.dev/autoscaler": owner,
        "firstbell.dev/instance": instance,
    }


def orphaned(minimum=100, **fields):
    return World(INSIDE, hpa=an_hpa(minimum=minimum, annotations={"team": "lms"} | marks(**fields)))


async def orphans_released(world):
    return await release_orphans(
        world.cluster, world.telemetry, world.store.floors, world.store.autoscalers, world.instance
    )


async def test_at_the_start_a_floor_without_an_owner_is_released():
    world = orphaned()
    assert await orphans_released(world) == set()
    assert (world.floor, world.get(HPAS)["metadata"]["annotations"]) == (4, {"team": "lms"})


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"owner": "ns/web"}, id="its owner exists"),
        pytest.param({"instance": "blue"}, id="it is another installation's"),
    ],
)
async def test_what_is_not_an_orphan_of_ours_is_left_alone(fields):
    world = orphaned(**fields)
    await orphans_released(world)
    assert (world.floor, world.writes) == (100, 0)


async def test_a_minimum_that_somebody_set_meanwhile_stays():
    world = orphaned(minimum=42)
    await orphans_released(world)
    assert (world.floor, world.marks) == (42, {})


async def test_a_minimum_that_somebody_sets_just_then_stays():
    world = orphaned()
    world.cluster.on_change = None
    world.cluster.before_write = lambda: world.respec(HPAS, minReplicas=42)
    await orphans_released(world)
    assert (world.floor, world.marks) == (42, {})


async def test_marks_that_somebody_takes_away_just_then_end_it():
    world = orphaned()
    world.cluster.on_change = None
    world.cluster.before_write = lambda: world.edit(HPAS, lambda body: body["metadata"].pop("annotations"))
    assert await orphans_released(world) == set()
    assert (world.floor, world.store.floors.held_by("ns/gone")) == (100, [])


@pytest.mark.parametrize("kind", ["Throttled", "Forbidden", "Unreachable"])
async def test_what_cannot_be_released_yet_is_named(kind):
    world = orphaned()
    world.cluster.fail(kind, path=HPAS)
    assert await orphans_released(world) == {"ns/gone"}
    (failure,) = await release_owned(
        world.cluster, world.telemetry, world.store.floors, "ns/gone", "firstbell"
    )
    assert failure.kind is FailureKind(kind)
    world.cluster.heal()
    assert await orphans_released(world) == set()
    assert world.floor == 4


async def test_an_hpa_that_is_gone_needs_no_release():
    world = orphaned()
    world.cluster.on_change = None
    world.remove(HPAS)
    assert await orphans_released(world) == set()


async def test_of_an_owner_that_is_deleted_every_floor_is_released_and_no_other():
    world = World(INSIDE)
    world.put(HPAS, an_hpa("a", minimum=100, target="a", annotations=marks("ns/web")))
    world.put(HPAS, an_hpa("b", minimum=100, target="b", annotations=marks("ns/other")))
    world.put("schoolautoscalers", an_autoscaler("other", target="b"))
    await release_owned(world.cluster, world.telemetry, world.store.floors, "ns/web", "firstbell")
    assert [world.get(HPAS, name)["spec"]["minReplicas"] for name in "ab"] == [4, 100]
