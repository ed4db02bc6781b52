"""What dashboards are told of objects: their conditions and ends, and nothing once they are gone."""

from __future__ import annotations

from firstbell.engine.ports import CalendarFigures
from tests.fakes import instant
from tests.unit.engine.bodies import (
    BEFORE,
    INSIDE,
    KEY,
    an_override,
)
from tests.unit.engine.running import Running
from tests.unit.engine.world import World

AUTOSCALER, CALENDAR, OVERRIDE = "SchoolAutoscaler", "SchoolCalendar", "ScalingOverride"


async def test_the_conditions_told_are_those_of_the_status():
    world = World()
    await world.tick(INSIDE)
    written = {one["type"]: (one["status"], one["reason"]) for one in world.status["conditions"]}
    assert world.telemetry.conditions[AUTOSCALER, KEY] == written


async def test_conditions_are_told_although_their_status_cannot_be_written():
    world = World()
    await world.tick(BEFORE)
    world.cluster.fail("ServerError", path="/status", times=9)
    world.remove("schoolcalendars", "school")
    await world.tick()
    assert world.telemetry.conditions[AUTOSCALER, KEY]["CalendarResolved"][0] == "False"
    assert world.condition("CalendarResolved")[0] == "True"


async def test_a_calendar_tells_its_last_day_and_what_day_it_is():
    async with Running(BEFORE) as run:
        await run.pass_time(seconds=5)
        figures = run.telemetry.calendars[CALENDAR, "ns/school"]
        assert figures == CalendarFigures(last_day=instant("2025-06-30T00:00"), days={None: "FirstDayOfWeek"})
        assert run.telemetry.conditions[CALENDAR, "ns/school"]["Valid"][0] == "True"


async def test_an_order_tells_its_end_until_it_is_over():
    async with Running(BEFORE) as run:
        run.world.put("scalingoverrides", an_override(until="09:30", floorReplicas=30))
        await run.pass_time(seconds=5)
        assert run.telemetry.ends["ns/order"] == instant("2024-09-09T09:30")
        assert run.telemetry.conditions[OVERRIDE, "ns/order"]["Active"][0] == "True"
        await run.until("2024-09-09T09:31")
        assert run.telemetry.ends["ns/order"] is None


async def test_what_is_deleted_is_told_no_more():
    async with Running(BEFORE) as run:
        run.world.put("scalingoverrides", an_override(floorReplicas=30))
        await run.pass_time(seconds=5)
        for plural, name in (("scalingoverrides", "order"), ("schoolcalendars", "school")):
            run.world.remove(plural, name)
        await run.pass_time(seconds=5)
        assert {kind for kind, _ in run.telemetry.conditions} == {AUTOSCALER}
        assert run.telemetry.calendars == run.telemetry.ends == {}
        run.world.remove("schoolautoscalers")
        await run.pass_time(seconds=5)
        assert run.telemetry.conditions == run.telemetry.coming == run.telemetry.standings == {}
