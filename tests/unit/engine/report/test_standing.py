"""What a workload stands at, in figures: what is asked for and allowed, and nothing that is not known."""

from __future__ import annotations

from firstbell.engine.ports import Standing
from tests.unit.engine.bodies import (
    BEFORE,
    INSIDE,
    KEY,
    PEAK,
    an_autoscaler,
    an_hpa,
)
from tests.unit.engine.world import HPAS, World


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
    assert world.telemetry.conditions["SchoolAutoscaler", KEY]["ReadyForBell"] == ("Unknown", "InvalidSpec")
