"""What went without a watch having told: each kind is looked for among its own."""

from __future__ import annotations

import asyncio

import pytest

from firstbell.engine.watch import vanished
from firstbell.engine.watch.vanished import follow_vanished, forget_vanished
from firstbell.kinds.foreign_autoscalers import SCALED_OBJECT
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
        run.engine.store.floors.followed.add(SCALED_OBJECT)
        del world.cluster.objects[group, plural, NS, "web"]
        assert await forget_vanished(run.engine, world.cluster, ())
        assert list(run.engine.store.floors) == left


async def test_of_a_kind_that_is_not_followed_nothing_is_asked():
    async with Running(AFTER) as run:
        assert await forget_vanished(run.engine, run.world.cluster, ())
        assert run.world.cluster.counted("LIST", SCALED) == 0


async def test_where_a_watch_began_anew_it_is_looked_soon_and_not_only_seldom(monkeypatch):
    monkeypatch.setattr(vanished, "SOON_SECONDS", 0.01)
    monkeypatch.setattr(vanished, "APART_SECONDS", 0.02)
    world, listed_anew = World(AFTER), asyncio.Event()
    async with Running(None, world=world) as run:
        following = asyncio.create_task(follow_vanished(run.engine, world.cluster, (), listed_anew))
        await until(lambda: world.cluster.counted("LIST", HPAS) > 0)
        del world.cluster.objects["autoscaling", HPAS, NS, "web"]
        looked = world.cluster.counted("LIST", HPAS)
        await asyncio.sleep(0.1)
        assert world.cluster.counted("LIST", HPAS) == looked, "the next would be in half an hour"
        listed_anew.set()
        await until(lambda: not run.engine.store.floors)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - the store tells nobody
            await asyncio.sleep(0.005)
