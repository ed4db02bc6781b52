"""A plan that takes too long to make is cut: the last one goes on, and the condition says so."""

from __future__ import annotations

from dataclasses import replace

from firstbell.core.days import SchoolDays
from firstbell.engine.memory.memory import Memory
from tests.unit.engine.bodies import BEFORE, INSIDE, KEY, PEAK, RISE, a_calendar
from tests.unit.engine.pace.test_slices import endless
from tests.unit.engine.world import World


class EndlessDays(SchoolDays):
    """Days that nobody comes to the end of."""

    def day(self, *_):
        return endless()

    lesson_days = lesson_days_from = days = first_bell = day


def made_endless(world):
    """The calendar was edited, and is such that no plan can be made of it in time."""
    world.respec("schoolcalendars", "school", restartMinBreakDays=9)
    seen = world.store.calendars["ns/school"]
    world.store.calendars["ns/school"] = replace(seen, days=EndlessDays(seen.days.calendar))


async def test_the_last_plan_goes_on_where_a_new_one_is_cut():
    world = World(BEFORE)
    await world.tick()
    made_endless(world)
    await world.tick(RISE)
    assert world.floor == PEAK
    for kind in ("CalendarResolved", "Ready"):
        assert world.condition(kind) == ("False", "TooCostly")
    message = world.told_condition("CalendarResolved")["message"]
    assert message.startswith("The plan of SchoolAutoscaler ns/web was cut after 0.5 s of processor")
    assert message.endswith("The last good plan stays in force.")


async def test_without_a_last_plan_nothing_is_lowered_and_it_is_told():
    world = World(INSIDE)
    await world.tick()
    world.restart()
    made_endless(world)
    await world.tick("2024-09-09T08:30")
    assert world.floor == PEAK
    assert world.condition("CalendarResolved") == ("False", "TooCostly")


async def test_what_was_cut_is_not_tried_again_until_something_changes():
    world = World(BEFORE)
    await world.tick()
    made_endless(world)
    await world.tick(RISE)
    cut = world.memory.plans.cut
    # What was broken off is resolved anew, from the same calendar: it is not tried all the same.
    assert type(world.store.calendars["ns/school"].days) is SchoolDays
    await world.tick(INSIDE)
    assert world.memory.plans.cut is cut
    world.edit("schoolcalendars", lambda body: body.update(spec=a_calendar()["spec"]), "school")
    await world.tick()
    assert world.condition("CalendarResolved") == ("True", "Resolved")
    assert world.memory.plans.cut is None


async def test_who_stands_by_leaves_nothing_half_done_in_the_days_either():
    world = World(BEFORE)
    made_endless(world)
    memory = Memory()
    world.ticker.plan_ahead(KEY, memory)
    assert memory.plans.cut is not None
    assert type(world.store.calendars["ns/school"].days) is SchoolDays
