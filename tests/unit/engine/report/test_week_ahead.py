"""The most that a schedule asks for within a week: looked up beside the plan, again where it changes."""

from __future__ import annotations

import pytest

from firstbell.engine.report import week_ahead
from tests.fakes import settled
from tests.unit.engine.bodies import BEFORE, KEY, PEAK, a_calendar, an_autoscaler, an_hpa
from tests.unit.engine.running import Running

FRIDAY = "2024-09-13"


@pytest.fixture(autouse=True)
def no_rest(monkeypatch):
    """What a look takes is rested for by the clock on the wall, which no test moves."""
    monkeypatch.setattr(week_ahead, "REST_FACTOR", 0.0)


async def looked(run, **length):
    """A look at all."""
    await run.pass_time(**(length or {"seconds": 31}))
    await settled()


def an_exam(on, percent):
    factor = {"name": "exam", "percent": percent, "match": {"dates": [{"date": on}]}}
    return an_autoscaler(dayFactors=[factor])


async def test_it_is_the_highest_of_the_week_before_the_maximum():
    async with Running(BEFORE, hpa=an_hpa(maximum=60)) as run:
        assert run.telemetry.planned_peaks == {}
        await looked(run)
        assert run.telemetry.planned_peaks[KEY] == PEAK
        assert run.telemetry.standings[KEY].maximum == 60


async def test_an_edit_is_followed_and_what_is_no_lesson_day_is_the_minimum():
    async with Running(BEFORE) as run:
        await looked(run)
        run.world.respec("schoolautoscalers", peaks=an_autoscaler(replicas=300)["spec"]["peaks"])
        await looked(run)
        assert run.telemetry.planned_peaks[KEY] == 300
        session = {"name": "year", "type": "SchoolYear", "startDate": "2024-10-01", "endDate": "2025-06-30"}
        run.world.respec("schoolcalendars", "school", academicSessions=[session])
        await looked(run)
        assert run.telemetry.planned_peaks[KEY] == 4


async def test_a_day_that_comes_within_the_week_is_seen_hours_later_without_an_edit():
    late = {"name": "year", "type": "SchoolYear", "startDate": "2024-09-16", "endDate": "2025-06-30"}
    async with Running(BEFORE, calendar=a_calendar(academicSessions=[late])) as run:
        await looked(run)
        assert run.telemetry.planned_peaks[KEY] == 4, "its bell is seven days and half an hour ahead"
        await looked(run, hours=7)
        assert run.telemetry.planned_peaks[KEY] == PEAK


async def test_equal_schedules_are_looked_up_once(monkeypatch):
    looks = []
    highest = week_ahead.highest_wanted
    monkeypatch.setattr(week_ahead, "highest_wanted", lambda *of: looks.append(of) or highest(*of))
    async with Running(BEFORE) as run:
        for name in ("a", "b"):
            run.world.put("schoolautoscalers", an_autoscaler(name))
        await looked(run)
        await looked(run)
        assert len(looks) == 1


async def test_without_a_plan_nothing_is_claimed_and_what_takes_too_long_is_left_out(monkeypatch):
    async with Running(BEFORE, calendar=None) as run:
        await looked(run)
        assert run.telemetry.planned_peaks == {KEY: None}

    def endless(*_):
        while True:
            pass

    monkeypatch.setattr(week_ahead, "highest_wanted", endless)
    async with Running(BEFORE) as run:
        run.engine._week_ahead.slices.seconds = 0.1
        await looked(run)
        assert run.telemetry.planned_peaks == {KEY: None}
