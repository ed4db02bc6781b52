"""Writes that fail: told, tried again by the next tick, and never half forgotten."""

from __future__ import annotations

import json

import pytest

from firstbell.engine.ports import FailureKind
from firstbell.engine.tick import next_looks
from tests.managed_fields import an_entry, owners
from tests.unit.engine.bodies import AFTER, BEFORE, INSIDE, RISE, a_calendar, an_autoscaler, an_hpa
from tests.unit.engine.world import DEPLOYMENTS, HPAS, World

LATER = "2024-09-09T08:25:03"
"""When what was refused is asked for again."""
KINDS = ["Forbidden", "Throttled", "Unreachable", "ServerError", "Conflict"]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_floor_that_cannot_be_written_is_told_and_written_when_it_can_be(kind):
    world = World(INSIDE)
    world.cluster.fail(kind, path=HPAS, message="made to fail")
    outcome = await world.tick()
    assert (outcome.failure.kind, world.floor, world.replicas) == (FailureKind(kind), 4, 4)
    reason = "Forbidden" if kind == "Forbidden" else "FailedUpdate"
    assert world.condition("AbleToScale") == ("False", reason)
    assert world.condition("Ready") == ("False", reason)
    assert world.told_condition("AbleToScale")["message"] == "made to fail"
    world.cluster.heal()
    await world.tick(LATER)
    assert (world.floor, world.replicas) == (100, 100)
    assert world.condition("AbleToScale") == ("True", "ReadyForNewScale")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_scale_that_cannot_be_written_leaves_the_floor_in_force(kind):
    world = World(INSIDE)
    world.cluster.fail(kind, path="/scale")
    outcome = await world.tick()
    assert (outcome.failure.kind, world.floor, world.replicas) == (FailureKind(kind), 100, 4)
    world.cluster.heal()
    await world.tick(LATER)
    assert (world.replicas, world.cluster.counted("PATCH", HPAS)) == (100, 2)


async def test_a_failed_write_is_no_action():
    world = World(INSIDE)
    world.cluster.fail("Throttled", path=HPAS)
    await world.tick()
    assert (list(world.memory.carried_out.actions), world.memory.pilot.desired) == ([], None)


async def test_a_refusal_that_stays_is_asked_for_once_and_told():
    world = World(INSIDE)
    world.cluster.fail("Invalid", verb="PATCH", path=HPAS, message="denied by a policy")
    outcome = await world.tick()
    assert (outcome.failure.message, world.cluster.counted("PATCH", HPAS)) == ("denied by a policy", 1)
    assert world.condition("AbleToScale") == ("False", "FailedUpdate")


async def test_a_refusal_whose_cause_cannot_be_read_is_told():
    world = World(INSIDE)
    world.cluster.fail("Invalid", verb="PATCH", path=HPAS)
    world.cluster.fail("Unreachable", verb="GET")
    outcome = await world.tick()
    assert (outcome.failure.kind, world.cluster.counted("PATCH", HPAS)) == (FailureKind.INVALID, 1)


async def test_an_hpa_that_is_gone_before_the_watch_says_so_is_told():
    world = World(INSIDE)
    world.cluster.on_change = None
    world.remove(HPAS)
    outcome = await world.tick()
    assert outcome.failure.kind is FailureKind.NOT_FOUND


async def test_a_workload_that_was_re_created_meanwhile_is_read_and_scaled():
    world = World(INSIDE)
    world.cluster.on_change = None
    body = world.get(DEPLOYMENTS)
    world.remove(DEPLOYMENTS)
    world.put(DEPLOYMENTS, {**body, "metadata": {"namespace": "ns", "name": "web"}})
    outcome = await world.tick()
    assert (outcome.failure, world.replicas) == (None, 100)


async def test_a_release_that_fails_is_tried_again():
    world = World(INSIDE)
    await world.tick()
    world.cluster.fail("Unreachable", path=HPAS)
    await world.tick(AFTER)
    assert (world.floor, world.status["actuator"]["floor"]) == (100, 100)
    world.cluster.heal()
    await world.tick()
    assert (world.floor, world.marks) == (4, {})


async def test_a_hand_back_that_failed_is_made_up_for():
    world = World(INSIDE, hpa=an_hpa(managedFields=[an_entry("helm", "Apply", "minReplicas", "maxReplicas")]))
    world.cluster.before_write = lambda: world.cluster.fail("Throttled", path=HPAS, times=1)
    outcome = await world.tick()
    assert owners(world.get(HPAS), "minReplicas") == [("firstbell", "Update")]
    assert (world.floor, world.replicas) == (100, 100)
    soon = [at for at, _ in next_looks(outcome, world.memory)]
    assert (min(soon) - outcome.now).total_seconds() <= 10
    await world.tick()
    assert (owners(world.get(HPAS), "minReplicas"), world.floor) == ([("helm", "Apply")], 100)
    count = len(world.cluster.requests)
    await world.tick()
    assert len(world.cluster.requests) == count


async def test_a_status_that_cannot_be_written_is_written_later():
    world = World(BEFORE)
    world.cluster.fail("Throttled", path="/status", times=1)
    await world.tick()
    assert world.status == {}
    await world.tick("2024-09-09T08:00:10")
    assert world.condition("Ready") == ("True", "Serving")


async def test_our_own_floor_is_not_raised_again_by_a_watch_that_is_behind():
    world = World(INSIDE)
    world.cluster.on_change = None
    await world.tick()
    await world.tick()
    assert world.writes == 3


async def test_without_bounds_nothing_is_written():
    world = World(INSIDE, hpa=None, autoscaler=an_autoscaler())
    await world.tick()
    assert (world.writes, world.condition("AbleToScale")) == (0, ("False", "BoundsMissing"))


async def test_a_rise_whose_scale_was_read_again_is_remembered_all_the_same():
    """The autoscaler follows our floor before our own /scale does, which then tests a count that has gone."""
    world = World()
    writes = []

    def follow():
        writes.append(1)
        if len(writes) < 3:  # floor, hand-back, then the scale
            world.cluster.before_write = follow
            return
        world.respec(DEPLOYMENTS, replicas=50)

    world.cluster.before_write = follow
    await world.tick(RISE)
    assert (world.floor, world.replicas) == (100, 100)
    assert [(action.before, action.after) for action in world.memory.carried_out.actions] == [(4, 100)]
    assert len(world.memory.looks_again.times) == 2


async def test_no_scale_is_written_where_the_autoscaler_has_followed_the_floor_meanwhile():
    world = World()
    writes = []

    def follow():
        writes.append(1)
        if len(writes) < 2:  # the floor, then its hand-back
            world.cluster.before_write = follow
            return
        world.respec(DEPLOYMENTS, replicas=100)

    world.cluster.before_write = follow
    await world.tick(RISE)
    assert (world.floor, world.replicas) == (100, 100)
    assert world.cluster.counted("PATCH", "/scale") == 0
    assert world.cluster.counted("GET") == 0


async def test_what_is_known_of_ready_replicas_is_not_older_than_the_count_it_came_with():
    """The autoscaler follows our floor before our own /scale does, and all are Ready before that is read.

    The watch has told of them by then, and tells nothing more while nothing changes.
    """
    world = World()
    writes = []

    def follow():
        writes.append(1)
        if len(writes) < 3:  # floor, hand-back, then the scale
            world.cluster.before_write = follow
            return
        world.respec(DEPLOYMENTS, replicas=100)
        world.edit(DEPLOYMENTS, lambda body: body.update(status=all_ready(body)))

    world.cluster.before_write = follow
    await world.tick(RISE)
    assert len(writes) == 3
    await world.tick(INSIDE)
    assert world.condition("ReadyForBell") == ("True", "OnSchedule")


def all_ready(body):
    count = body["spec"]["replicas"]
    return {
        "observedGeneration": body["metadata"]["generation"],
        "replicas": count,
        "updatedReplicas": count,
        "readyReplicas": count,
    }


async def test_no_word_of_a_policy_or_a_calendar_hides_or_turns_in_the_status():
    hidden = "fermé\u202e\u2066\U000e0041\ufe0f\u200b"
    world = World(
        INSIDE,
        calendar=a_calendar(holidays=[{"name": hidden, "startDate": "2024-09-10", "endDate": "2024-09-10"}]),
    )
    world.respec(
        "schoolautoscalers",
        peaks=[world.get("schoolautoscalers")["spec"]["peaks"][0] | {"name": f"x{hidden}"}],
    )
    world.cluster.fail("Invalid", verb="PATCH", path=HPAS, message=hidden * 500)
    await world.tick()
    told = json.dumps(world.status, ensure_ascii=False)
    assert "fermé" in told
    assert not set(hidden) - set("fermé") & set(told)
    message = world.told_condition("AbleToScale")["message"]
    assert message.startswith(r"fermé\u202e\u2066\U000e0041\ufe0f\u200b"[:20])
    assert len(message) == 4000
