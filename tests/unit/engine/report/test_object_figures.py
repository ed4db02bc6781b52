"""What dashboards are told of objects: their conditions, bells and ends, and nothing once they are gone."""

from __future__ import annotations

from firstbell.engine.ports import CalendarFigures, ComingBell, Standing
from tests.fakes import instant
from tests.unit.engine.bodies import (
    AFTER,
    BEFORE,
    BELL,
    INSIDE,
    KEY,
    PEAK,
    an_autoscaler,
    an_hpa,
    an_override,
)
from tests.unit.engine.report.test_readiness import become_ready
from tests.unit.engine.running import Running
from tests.unit.engine.world import DEPLOYMENTS, HPAS, World

AUTOSCALER, CALENDAR, OVERRIDE = "SchoolAutoscaler", "SchoolCalendar", "ScalingOverride"


async def test_a_workload_in_its_window_has_floor_schedule_and_maximum():
    world = World()
    await world.tick(BEFORE)
    assert world.telemetry.standings[KEY].floor is None
    await world.tick(INSIDE)
    await world.tick()
    maximum = world.get(HPAS)["spec"]["maxReplicas"]
    told = world.telemetry.standings[KEY]
    assert told == Standing(
        current=PEAK, ready=None, desired=PEAK, floor=PEAK, scheduled=PEAK, wanted=PEAK, maximum=maximum
    )


async def test_what_a_maximum_keeps_from_being_there_is_wanted_all_the_same():
    world = World(hpa=an_hpa(maximum=60))
    await world.tick(INSIDE)
    told = world.telemetry.standings[KEY]
    assert (told.wanted, told.desired, told.maximum) == (PEAK, 60, 60)


async def test_of_a_spec_that_was_never_usable_nothing_is_claimed():
    world = World(autoscaler=an_autoscaler(calendarRefs=[]))
    await world.tick(INSIDE)
    assert world.telemetry.standings[KEY] == Standing()
    assert world.telemetry.coming[KEY] is None
    assert world.telemetry.conditions[AUTOSCALER, KEY]["ReadyForBell"] == ("Unknown", "InvalidSpec")


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


async def test_the_next_bell_is_told_until_it_rings_and_then_the_following_one():
    world = World()
    await world.tick(BEFORE)
    first = ComingBell(at=instant(BELL), replicas=PEAK)
    assert world.telemetry.coming[KEY] == first
    await world.tick(BELL)
    assert world.telemetry.coming[KEY] == ComingBell(at=instant("2024-09-10T08:30"), replicas=PEAK)


async def test_a_bell_that_was_met_is_counted_once_with_how_early_it_was():
    world = World()
    for at in (BEFORE, "2024-09-09T08:20", INSIDE):
        await world.tick(at)
    become_ready(world, PEAK)
    await world.tick("2024-09-09T08:26")
    assert world.telemetry.bells == []
    for at in (BELL, BELL, "2024-09-09T08:31"):
        await world.tick(at)
    assert world.telemetry.bells == [(KEY, False)]
    assert world.telemetry.before_bell == [240.0]


async def test_a_bell_that_was_missed_is_late_once_and_how_late_is_told_when_it_is_known():
    world = World()
    for at in (BEFORE, "2024-09-09T08:20"):
        await world.tick(at)
    become_ready(world, 60)
    for at in (INSIDE, BELL, "2024-09-09T08:31"):
        await world.tick(at)
    assert world.telemetry.bells == [(KEY, True)]
    assert world.telemetry.before_bell == []
    become_ready(world, PEAK)
    for at in ("2024-09-09T08:32", "2024-09-09T08:33"):
        await world.tick(at)
    assert world.telemetry.before_bell == [-120.0]
    assert world.telemetry.bells == [(KEY, True)]


async def test_a_restart_after_a_bell_does_not_count_it_again():
    world = World()
    for at in (BEFORE, INSIDE, BELL):
        await world.tick(at)
    world.restart()
    for at in ("2024-09-09T08:30:20", "2024-09-09T08:31", AFTER):
        await world.tick(at)
    assert world.telemetry.bells == []


async def test_a_bell_at_which_readiness_was_not_known_is_not_counted_as_met():
    world = World()
    for at in (BEFORE, INSIDE):
        await world.tick(at)
    world.edit(DEPLOYMENTS, lambda body: body["status"].update(observedGeneration=0))
    await world.tick(BELL)
    become_ready(world, PEAK)
    await world.tick("2024-09-09T08:32")
    assert world.telemetry.bells == []
    assert world.telemetry.before_bell == []


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
