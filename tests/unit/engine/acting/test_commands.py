"""What is planned is what is sent: the patches of a look, compared with those that the tick then makes."""

from __future__ import annotations

import pytest

from firstbell.engine.acting.commands import commands_of, unsent_of
from firstbell.engine.memory.memory import Memory
from tests.unit.engine.bodies import (
    AFTER,
    BEFORE,
    INSIDE,
    KEY,
    a_deployment,
    an_autoscaler,
    an_hpa,
)
from tests.unit.engine.world import World

BY_SCALE = {"hpa": None, "autoscaler": an_autoscaler(minReplicas=3, maxReplicas=200)}
CASES = {
    "a rise": ({}, INSIDE, 2),
    "a rise that the autoscaler follows by itself": ({"deployment": a_deployment(replicas=100)}, INSIDE, 1),
    "nothing before a bell": ({}, BEFORE, 0),
    "a count without an autoscaler": (BY_SCALE, INSIDE, 1),
    "a workload that stands at 0": ({"deployment": a_deployment(replicas=0)}, INSIDE, 0),
    "a maximum below the plan": ({"hpa": an_hpa(maximum=40)}, INSIDE, 2),
    "no calendar": ({"calendar": None}, INSIDE, 0),
}


def held(world):
    return world.store.floors.held_by(KEY)


def sent(world, since=0):
    """The patches that were sent, but for what is planned nowhere: hand-backs and marks in our own status."""
    return [
        (path, operations)
        for path, operations in world.cluster.patches[since:]
        if "schoolautoscalers" not in path
        and not any(each["path"] == "/metadata/managedFields" for each in operations)
    ]


async def planned_and_sent(world, at):
    """The commands of a tick's own outcome as it was before, and what it sent."""
    since, memory = len(world.cluster.patches), world.memories.setdefault(KEY, Memory())
    planned = []
    act = world.ticker._actor.act

    async def watched(outcome, memory):
        planned.append(commands_of(outcome, memory, held(world), world.instance))
        return await act(outcome, memory)

    world.ticker._actor.act = watched
    try:
        await world.tick(at)
    finally:
        del world.ticker._actor.act
    del memory
    commands = planned[0] if planned else ()
    return [(each.path.url, list(each.operations)) for each in commands], sent(world, since)


@pytest.mark.parametrize(("objects", "at", "number"), CASES.values(), ids=CASES)
async def test_the_patches_of_a_plan_are_those_that_are_sent(objects, at, number):
    planned, done = await planned_and_sent(World(at, **objects), at)
    assert (planned, len(done)) == (done, number)


async def test_so_they_are_on_the_way_down_and_when_somebody_wrote_between():
    world = World(INSIDE)
    await world.tick(INSIDE)
    for change in (
        lambda: None,
        lambda: world.edit("horizontalpodautoscalers", lambda body: body["spec"].update(minReplicas=7)),
    ):
        change()
        planned, done = await planned_and_sent(world, INSIDE)
        assert planned == done
    planned, done = await planned_and_sent(world, AFTER)
    assert planned == done
    ((_, operations),) = done
    assert operations[-1] == {"op": "add", "path": "/spec/minReplicas", "value": 7}


async def test_a_floor_on_an_autoscaler_that_is_not_the_one_any_more_is_among_them():
    world = World(INSIDE)
    await world.tick(INSIDE)
    world.respec("schoolautoscalers", actuation="Scale", minReplicas=4, maxReplicas=400)
    planned, done = await planned_and_sent(world, INSIDE)
    assert planned == done
    assert [path.rpartition("/")[2] for path, _ in done] == ["web"]


async def test_dry_run_keeps_from_being_sent_what_enforce_sends():
    dry = World(INSIDE, autoscaler=an_autoscaler(mode="DryRun"))
    outcome = await dry.tick(INSIDE)
    kept = unsent_of(outcome, Memory(), held(dry), dry.instance)
    assert dry.cluster.patches == []
    _, done = await planned_and_sent(World(INSIDE), INSIDE)
    assert [(each.path.url, list(each.operations)) for each in kept] == done
    enforced = World(INSIDE)
    assert unsent_of(await enforced.tick(INSIDE), Memory(), held(enforced), enforced.instance) == ()


async def test_a_tick_reads_the_clock_once():
    world, reads = World(INSIDE), []
    now = world.clock.now
    world.clock.now = lambda: reads.append(now()) or now()
    # A foreign write between look and patch: it is looked at once more, for the same moment.
    world.cluster.before_write = lambda: world.edit(
        "horizontalpodautoscalers", lambda body: body["spec"].update(minReplicas=9)
    )
    await world.ticker.tick(KEY, Memory(), now())
    assert world.floor == 100
    assert len(reads) == 2  # the other is the memory of refused writes, of how long it waits
