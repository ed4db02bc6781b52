"""Where many floors are due at once all are raised first: what follows each comes after them, and comes."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import pytest

from tests.fakes import settled
from tests.managed_fields import an_entry, owners
from tests.unit.engine.bodies import a_deployment, an_autoscaler, an_hpa
from tests.unit.engine.running import Running
from tests.unit.engine.world import DEPLOYMENTS, HPAS

INSIDE = "2024-09-09T08:25"
MANY = 60
"""More than there are workers."""


@pytest.fixture
async def many():
    async with Running(INSIDE, gated=True) as run:
        for number in range(MANY):
            put(run, f"w{number:02}")
        run.world.cluster.requests.clear()
        yield run


def put(run, name, *managers):
    run.world.put(DEPLOYMENTS, a_deployment(name, replicas=4))
    run.world.put(HPAS, an_hpa(name, target=name, **({"managedFields": list(managers)} if managers else {})))
    run.world.put("schoolautoscalers", an_autoscaler(name, target=name))


def told(run, verb="PATCH"):
    """The requests for foreign objects, in their order: kind and name."""
    paths = [
        path for asked, path in run.world.cluster.requests if asked == verb and "firstbell.dev" not in path
    ]
    return [
        (HPAS if HPAS in path else "scale", path.removesuffix("/scale").rpartition("/")[2]) for path in paths
    ]


async def test_all_floors_come_before_most_of_what_follows_them(many):
    many.open()
    await settled()
    asked = told(many)
    last_floor = max(asked.index((HPAS, f"w{number:02}")) for number in range(MANY))
    before = [one for one in asked[:last_floor] if one[0] == "scale"]
    assert len(before) <= MANY // 2, "they have fewer workers, and have to wait"
    assert {name for kind, name in asked if kind == "scale"} >= {f"w{number:02}" for number in range(MANY)}


async def test_in_the_end_every_floor_stands_every_count_follows_and_no_field_is_kept(many):
    many.open()
    await settled()
    for number in range(MANY):
        name = f"w{number:02}"
        assert many.minimum(name) == 100
        assert many.world.get(DEPLOYMENTS, name)["spec"]["replicas"] == 100
        assert owners(many.world.get(HPAS, name), "minReplicas") == []


async def test_a_field_that_somebody_applies_is_handed_back_at_once():
    async with Running(INSIDE, gated=True) as run:
        for number in range(MANY):
            put(run, f"w{number:02}", an_entry("helm", "Apply", "minReplicas"))
        run.world.cluster.requests.clear()
        run.open()
        await settled()
        asked = [name for kind, name in told(run) if kind == HPAS]
        for number in range(MANY):
            assert asked.count(f"w{number:02}") == 2
            assert owners(run.world.get(HPAS, f"w{number:02}"), "minReplicas") == [("helm", "Apply")]
        read = {name for _, name in told(run, "GET")}
        assert read <= {"web"}, "nothing has to be read again for it, but for the one that nobody applies"


async def test_a_single_floor_is_followed_at_once():
    async with Running(INSIDE, gated=True) as run:
        run.world.cluster.requests.clear()
        run.open()
        await settled()
        assert told(run) == [(HPAS, "web"), ("scale", "web")], "hand-back and count; the floor was on its way"


async def test_nothing_is_left_behind_by_many_that_fall(many):
    many.open()
    await settled()
    many.world.respec("schoolcalendars", "school", suspend=True)
    await many.pass_time(minutes=40)
    for number in range(MANY):
        name = f"w{number:02}"
        assert many.minimum(name) == 4
        assert owners(many.world.get(HPAS, name), "minReplicas") == []
        assert "annotations" not in many.world.get(HPAS, name)["metadata"] or not any(
            "firstbell" in each for each in many.world.get(HPAS, name)["metadata"]["annotations"] or {}
        )


async def test_a_count_that_was_left_for_later_is_no_foreign_write(many):
    many.open()
    await settled()
    await many.pass_time(minutes=1)
    assert not [
        told for _, told in many.events.posted if "Contested" in told.reason or "ByHand" in told.reason
    ]


async def test_statuses_come_after_what_follows_the_floors(many):
    many.open()
    await settled()
    paths = [path for verb, path in many.world.cluster.requests if verb == "PATCH"]
    first = next(place for place, path in enumerate(paths) if path.endswith("/status"))
    last = max(place for place, path in enumerate(paths) if path.endswith("/scale"))
    assert last < first


async def test_the_pace_of_writing_is_told(many):
    many.open()
    await settled()
    assert many.telemetry.pace is not None
    assert timedelta(0) < timedelta(seconds=many.telemetry.pace) < timedelta(seconds=1)


async def test_one_worker_at_a_time_ticks_an_autoscaler_whichever_queue_it_came_from(many):
    under_way, twice = set(), []
    tick = many.engine._tick
    slowly = random.Random(1)

    async def watched(key, instant):
        twice.extend([key] if key in under_way else [])
        under_way.add(key)
        await tick(key, instant)
        under_way.discard(key)

    many.engine._tick = watched
    for name in ("json_patch", "merge_patch", "get", "apply"):
        setattr(many.world.cluster, name, _later(getattr(many.world.cluster, name), slowly))
    many.open()
    await asyncio.wait_for(until_all_is_told(many), timeout=60)
    assert twice == []


def _later(request, slowly):
    async def asked(*args, **kwargs):
        answer = await request(*args, **kwargs)
        for _ in range(slowly.choice((1, 40))):
            await asyncio.sleep(0)
        return answer

    return asked


async def until_all_is_told(run):
    names = [f"w{number:02}" for number in range(MANY)]
    while any(
        run.world.get("schoolautoscalers", name).get("status", {}).get("currentReplicas") != 100
        for name in names
    ):
        await run.pass_time(seconds=1)
        await settled()


async def test_reports_go_on_after_what_was_left_for_later_was_finished_by_another_tick(many):
    many.open()
    await settled()
    engine = many.engine
    engine._calm.clear()
    engine._unfinished.put("ns", "ns/w00")
    await settled()
    assert engine._calm.is_set()
