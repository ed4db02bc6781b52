"""What went without a watch having told: each kind is looked for among its own."""

from __future__ import annotations

import pytest

from firstbell.engine.watching.vanished import forget_vanished
from tests.unit.engine.bodies import AFTER, NS, a_scaled_object
from tests.unit.engine.running import Running
from tests.unit.engine.world import HPAS, SCALED, World

HPA_KEY, SCALED_KEY = "ns/web", "ns/ScaledObject/web"


@pytest.mark.parametrize(
    ("group", "plural", "left"),
    [
        pytest.param("autoscaling", HPAS, [SCALED_KEY], id="an HPA"),
        pytest.param("keda.sh", SCALED, [HPA_KEY], id="a ScaledObject of the same name"),
    ],
)
async def test_what_has_gone_is_forgotten_and_its_namesake_is_not(group, plural, left):
    world = World(AFTER)
    world.put(SCALED, a_scaled_object())
    async with Running(None, world=world) as run:
        run.engine.store.follows_scaled_objects = True
        del world.cluster.objects[group, plural, NS, "web"]
        assert await forget_vanished(run.engine, world.cluster, ())
        assert list(run.engine.store.floors) == left


async def test_of_a_kind_that_is_not_followed_nothing_is_asked():
    async with Running(AFTER) as run:
        assert await forget_vanished(run.engine, run.world.cluster, ())
        assert run.world.cluster.counted("LIST", SCALED) == 0
