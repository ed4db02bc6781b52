"""Events: what changed and why, once, on the object itself."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from tests.unit.engine.bodies import AFTER, BEFORE, RISE, a_deployment
from tests.unit.engine.world import DEPLOYMENTS, World


async def test_the_first_report_of_a_healthy_object_tells_nothing():
    world = World()
    await world.tick()
    assert world.events.posted == []


async def test_what_is_wrong_from_the_first_report_is_told():
    world = World(calendar=None)
    await world.tick()
    assert "CalendarNotFound" in world.events.reasons


async def test_a_rise_and_a_fall_tell_why():
    world = World()
    for at in (BEFORE, RISE, AFTER):
        await world.tick(at)
    told = [happening for _, happening in world.events.posted if happening.reason.startswith("Scaled")]
    assert [happening.reason for happening in told] == ["ScaledUp", "ScaledDown"]
    assert told[0].message.startswith("desired replicas 4 -> 100: first-bell at Mon 09 Sep 08:30")
    assert told[1].message == "desired replicas 100 -> 4: the baseline, 4"


async def test_events_are_on_the_object_itself():
    world = World(calendar=None)
    await world.tick()
    involved, _ = world.events.posted[0]
    assert involved == {
        "apiVersion": "firstbell.dev/v1alpha1",
        "kind": "SchoolAutoscaler",
        "namespace": "ns",
        "name": "web",
        "uid": world.get("schoolautoscalers")["metadata"]["uid"],
    }


async def test_a_condition_that_turns_is_told_once_in_each_direction():
    world = World()
    await world.tick(BEFORE)
    world.remove(DEPLOYMENTS)
    for second in range(3):
        await world.tick(f"2024-09-09T08:01:0{second}")
    world.put(DEPLOYMENTS, a_deployment())
    for second in range(3):
        await world.tick(f"2024-09-09T08:02:0{second}")
    able = [
        (happening.reason, happening.warning)
        for _, happening in world.events.posted
        if happening.message.startswith("AbleToScale")
    ]
    assert able == [("TargetNotFound", True), ("ReadyForNewScale", False)]


async def test_events_of_a_status_that_was_not_written_come_with_the_next():
    world = World()
    await world.tick(BEFORE)
    world.cluster.fail("Throttled", path="/status", times=1)
    await world.tick(RISE)
    assert "ScaledUp" not in world.events.reasons
    await world.tick("2024-09-09T08:20:10")
    assert world.events.reasons.count("ScaledUp") == 1


@pytest.mark.parametrize("path", ["/horizontalpodautoscalers/web", "/scale"])
@pytest.mark.parametrize("restarted", [False, True])
async def test_a_rise_that_is_tried_again_keeps_its_reason(path, restarted):
    world = World(RISE)
    if not restarted:
        await world.tick(BEFORE)
    world.cluster.fail("ServerError", verb="PATCH", path=path)
    await world.tick(RISE)
    await world.tick("2024-09-09T08:20:02")
    assert "ScaledUp" not in world.events.reasons
    world.cluster.heal()
    await world.tick("2024-09-09T08:20:06")
    (rise,) = [told for _, told in world.events.posted if told.reason == "ScaledUp"]
    assert rise.message.startswith("desired replicas 4 -> 100: first-bell at Mon 09 Sep 08:30")
    (action,) = world.status["lastActions"]
    assert (action["from"], action["to"], action["reason"]) == (4, 100, "ScheduledPeak")
    assert action["message"].startswith("first-bell at Mon 09 Sep 08:30")


async def test_what_is_wrong_is_one_event_and_one_line_of_the_log():
    with capture_logs() as logs:
        world = World(deployment=None)
        await world.tick()
    assert world.events.reasons.count("TargetNotFound") == 1
    (line,) = [entry for entry in logs if entry.get("reason") == "TargetNotFound"]
    assert (line["log_level"], line["autoscaler"]) == ("warning", "ns/web")


async def test_the_reason_that_people_see_first_is_what_is_broken():
    """The REASON column of `kubectl get`."""
    world = World()
    await world.tick(RISE)
    assert world.status["decision"]["reason"] == "ScheduledPeak"
    world.remove(DEPLOYMENTS)
    await world.tick()
    assert world.status["decision"]["reason"] == "TargetNotFound"
    world.put(DEPLOYMENTS, a_deployment())
    await world.tick()
    assert world.status["decision"]["reason"] == "ScheduledPeak"
