"""Ignorance never scales down: a restart, a broken calendar or an invalid edit hold what is there."""

from __future__ import annotations

import pytest

from tests.unit.engine.bodies import AFTER, BEFORE, INSIDE, RISE, a_calendar, an_autoscaler, an_hpa
from tests.unit.engine.world import HPAS, World

UNUSABLE = [
    pytest.param(lambda world: world.remove("schoolcalendars", "school"), "CalendarNotFound", id="deleted"),
    pytest.param(
        lambda world: world.respec("schoolcalendars", "school", timeZone="Mars/Olympus"),
        "UnknownTimeZone",
        id="unknown zone",
    ),
    pytest.param(
        lambda world: world.respec("schoolcalendars", "school", bellSchedules=[]), "InvalidSpec", id="invalid"
    ),
]


@pytest.mark.parametrize("restarted_at", [BEFORE, RISE, "2024-09-09T08:58", AFTER])
async def test_a_restart_lowers_nothing_and_the_first_tick_is_right(restarted_at):
    world = World("2024-09-09T07:30")
    for at in ("2024-09-09T07:30", BEFORE, RISE, "2024-09-09T08:58", AFTER):
        if at == restarted_at:
            world.restart()
        await world.tick(at)
        if at in {RISE, "2024-09-09T08:58"}:
            assert (world.floor, world.replicas) == (100, 100)
        if at in {"2024-09-09T07:30", BEFORE}:
            assert (world.floor, world.replicas, world.writes) == (4, 4, 0)


async def test_a_restart_after_the_window_holds_the_floor_for_one_stabilization_window():
    world = World(INSIDE)
    await world.tick()
    world.restart()
    await world.tick(AFTER)
    assert world.floor == 100
    assert world.status["decision"]["limits"] == [{"reason": "HeldAfterRestart", "before": 4, "after": 100}]
    await world.tick("2024-09-09T10:04:59")
    assert world.floor == 100
    await world.tick("2024-09-09T10:05")
    assert world.floor == 4


async def test_that_window_is_the_one_of_the_spec():
    spec = an_autoscaler(behavior={"scaleDown": {"stabilizationWindowSeconds": 60}})
    world = World(INSIDE, autoscaler=spec)
    await world.tick()
    world.restart()
    await world.tick("2024-09-09T10:00")
    await world.tick("2024-09-09T10:01")
    assert world.floor == 4


@pytest.mark.parametrize(("spoil", "reason"), UNUSABLE)
async def test_an_unusable_calendar_leaves_the_last_plan_in_force(spoil, reason):
    world = World(BEFORE)
    await world.tick()
    spoil(world)
    await world.tick(RISE)
    assert (world.floor, world.condition("CalendarResolved")) == (100, ("False", reason))
    assert world.told_condition("CalendarResolved")["message"].endswith("The last good plan stays in force.")
    await world.tick(AFTER)
    assert world.floor == 4


@pytest.mark.parametrize(("spoil", "reason"), UNUSABLE)
async def test_restarted_without_a_usable_calendar_the_floor_is_held(spoil, reason):
    world = World(INSIDE)
    await world.tick()
    spoil(world)
    world.restart()
    for at in (INSIDE, AFTER, "2024-09-10T12:00"):
        await world.tick(at)
        assert world.floor == 100
    assert world.status["decision"]["reason"] == "HeldLastPlan"
    assert world.condition("CalendarResolved") == ("False", reason)
    assert "last good plan" not in world.told_condition("CalendarResolved")["message"]


async def test_a_calendar_that_comes_back_lets_the_floor_go():
    world = World(INSIDE)
    await world.tick()
    world.remove("schoolcalendars", "school")
    world.restart()
    await world.tick(AFTER)
    world.put("schoolcalendars", a_calendar())
    await world.tick("2024-09-09T10:06")
    assert (world.floor, world.condition("CalendarResolved")) == (4, ("True", "Resolved"))


async def test_reactive_only_holds_what_is_there_and_raises_nothing():
    world = World(INSIDE, autoscaler=an_autoscaler(onCalendarError="ReactiveOnly"))
    await world.tick()
    world.remove("schoolcalendars", "school")
    await world.tick(AFTER)
    assert world.floor == 100
    other = World(BEFORE, autoscaler=an_autoscaler(onCalendarError="ReactiveOnly"))
    await other.tick()
    other.remove("schoolcalendars", "school")
    await other.tick(INSIDE)
    assert other.floor == 4


async def test_an_invalid_edit_leaves_the_last_good_spec_in_force_and_says_what_is_wrong():
    world = World(BEFORE)
    await world.tick()
    world.respec("schoolautoscalers", calendarRefs=[])
    await world.tick(INSIDE)
    assert (world.floor, world.condition("Ready")) == (100, ("False", "InvalidSpec"))
    message = world.told_condition("Ready")["message"]
    assert message.startswith("spec.calendarRefs")
    assert message.endswith("The last good spec stays in force.")
    assert world.status["observedGeneration"] == 2
    await world.tick(AFTER)
    assert world.floor == 4


async def test_restarted_with_an_invalid_spec_nothing_is_touched():
    world = World(INSIDE)
    await world.tick()
    world.respec("schoolautoscalers", calendarRefs=[])
    world.restart()
    before = world.writes
    await world.tick(AFTER)
    assert (world.floor, world.writes) == (100, before)
    assert world.condition("Ready") == ("False", "InvalidSpec")
    assert {item["status"] for item in world.status["conditions"][1:]} == {"Unknown"}


async def test_a_calendar_edited_before_the_ramp_is_followed_at_once():
    world = World("2024-09-09T08:19:30")
    await world.tick()
    schedules = [{"name": "full", "classPeriods": [{"name": "1", "startTime": "09:30", "endTime": "10:20"}]}]
    world.respec("schoolcalendars", "school", bellSchedules=schedules)
    await world.tick(RISE)
    assert world.floor == 4
    await world.tick("2024-09-09T09:20")
    assert (world.floor, world.status["calendars"]) == (100, [{"name": "school", "observedGeneration": 2}])


async def test_the_object_is_gone():
    world = World(INSIDE)
    world.remove("schoolautoscalers")
    outcome = await world.tick()
    assert (outcome.reason, world.cluster.requests) == ("Gone", [])


async def test_an_hpa_whose_status_alone_changes_starts_nothing():
    world = World(INSIDE, hpa=an_hpa())
    await world.tick()
    before = world.store.floors["ns/web"]
    world.edit(HPAS, lambda body: body.update(status={"currentReplicas": 5}))
    assert world.store.floors["ns/web"] == before
