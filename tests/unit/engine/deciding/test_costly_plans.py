"""A policy with more than can be planned: counted and told, without beginning, and the last plan goes on."""

from __future__ import annotations

from tests.unit.engine.bodies import BEFORE, INSIDE, PEAK, RISE
from tests.unit.engine.world import World

EVENTS = [
    {
        "name": f"e{number}",
        "type": "Other",
        "recurrence": {"schedule": f"{number % 30},{number % 30 + 30} * * * *"},
    }
    for number in range(128)
]
WAITING = {"name": "events", "anchor": "DemandEvent", "replicas": 1}


def made_costly(world):
    """The calendar gets 6,144 events a day, and the policy a peak for each of them."""
    world.respec("schoolcalendars", "school", demandEvents=EVENTS)
    peaks = world.get("schoolautoscalers")["spec"]["peaks"]
    world.respec("schoolautoscalers", peaks=[*peaks, WAITING])


async def test_the_last_plan_goes_on_where_a_new_one_has_too_many_steps():
    world = World(BEFORE)
    await world.tick()
    made_costly(world)
    await world.tick(RISE)
    assert world.floor == PEAK
    for kind in ("CalendarResolved", "Ready"):
        assert world.condition(kind) == ("False", "TooCostly")
    message = world.told_condition("CalendarResolved")["message"]
    assert "SchoolCalendar school: spec.demandEvents" in message
    assert message.endswith("The last good plan stays in force.")


async def test_after_a_restart_nothing_is_lowered_and_it_is_told():
    world = World(INSIDE)
    await world.tick()
    made_costly(world)
    world.restart()
    await world.tick("2024-09-09T08:30")
    assert world.floor == PEAK
    assert world.condition("CalendarResolved") == ("False", "TooCostly")


async def test_it_is_planned_again_once_the_policy_is_mended():
    world = World(BEFORE)
    await world.tick()
    made_costly(world)
    await world.tick(RISE)
    world.respec("schoolautoscalers", peaks=world.get("schoolautoscalers")["spec"]["peaks"][:1])
    await world.tick(INSIDE)
    assert world.condition("CalendarResolved") == ("True", "Resolved")
