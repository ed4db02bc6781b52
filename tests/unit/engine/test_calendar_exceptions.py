"""A CalendarException is laid over its calendar: plans follow at once, its status says what it changes."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from firstbell.kinds.laid_over import MOST_LAID
from tests.fakes import instant, settled
from tests.unit.engine.bodies import (
    AFTER,
    BEFORE,
    BELL,
    INSIDE,
    RISE,
    a_calendar,
    an_autoscaler,
    an_exception,
)
from tests.unit.engine.running import Running

START = "2024-09-09T07:00"
EXCEPTIONS = "calendarexceptions"
BELLS = [
    {"name": "full", "classPeriods": [{"name": "1", "startTime": "08:30", "endTime": "09:20"}]},
    {"name": "late", "classPeriods": [{"name": "1", "startTime": "10:30", "endTime": "11:20"}]},
]
DOUBLE = [{"name": "remote", "match": {"instructionModes": ["Remote"]}, "percent": 200}]


def school(**spec):
    return a_calendar(bellSchedules=BELLS, **spec)


def declare(run, name="snow", **spec):
    return run.world.put(EXCEPTIONS, an_exception(name, **spec))


def told(run, name="snow"):
    """State, status and reason of a CalendarException."""
    status = run.world.get(EXCEPTIONS, name)["status"]
    (condition,) = status["conditions"]
    return status["state"], condition["status"], condition["reason"]


def message(run, name="snow"):
    return run.world.get(EXCEPTIONS, name)["status"]["conditions"][0]["message"]


async def test_a_closure_that_is_declared_before_the_bell_raises_nothing_and_its_withdrawal_does():
    async with Running(START) as run:
        declare(run)
        await run.until(INSIDE)
        assert run.floor == 4
        run.world.remove(EXCEPTIONS, "snow")
        await settled()
        assert (run.floor, run.replicas) == (100, 100)


async def test_a_closure_that_is_declared_in_the_window_is_not_held_as_an_edit_is():
    async with Running(START) as run:
        await run.until(INSIDE)
        assert run.floor == 100
        declare(run)
        await settled()
        await run.pass_time(seconds=2)
        assert run.world.condition("PlanShrunk") == ("False", "NothingLost")
        assert run.floor < 100


async def test_an_edit_of_the_calendar_beside_a_declaration_is_held_all_the_same():
    async with Running(START) as run:
        await run.until(INSIDE)
        run.world.cluster.gate = asyncio.Event()  # nobody looks between the two
        declare(run, startDate="2024-09-10")
        run.world.respec("schoolcalendars", "school", weeklySchedule=[])
        run.open()
        await settled()
        assert run.world.condition("PlanShrunk") == ("True", "BellLost")
        assert run.floor == 100


async def test_remote_lessons_at_another_bell_are_planned_and_told_in_words():
    async with Running(START, calendar=school(), autoscaler=an_autoscaler(dayFactors=DOUBLE)) as run:
        declare(
            run, event="LateArrival", bellScheduleName="late", instructionMode="Remote", note="\u202eevil\n"
        )
        await run.until(INSIDE)
        assert run.floor == 4
        assert told(run) == ("Applied", "True", "Applied")
        assert message(run) == (
            "Mon 09 Sep 2024: in person, bell schedule full from 08:30 -> "
            "remote, bell schedule late from 10:30, LateArrival"
        )
        await run.until("2024-09-09T10:25")
        assert run.floor == 200


async def test_a_region_alone_is_closed_and_the_other_goes_on():
    regions = [{"name": "north"}, {"name": "south"}]
    async with Running(START, calendar=school(regions=regions)) as run:
        declare(run, regions=["north"])
        await run.until(INSIDE)
        (change,) = run.world.get(EXCEPTIONS, "snow")["status"]["changes"]
        assert change == {
            "regions": ["north"],
            "startDate": "2024-09-09",
            "endDate": "2024-09-09",
            "before": "in person, bell schedule full from 08:30",
            "after": "no lessons (WeatherDay)",
        }
        assert run.floor == 50
        today = run.world.get("schoolcalendars", "school")["status"]["today"]
        assert [(day["region"], day["instructional"]) for day in today] == [("north", False), ("south", True)]


BROKEN = {
    "a region that there is not": ({"regions": ["north"]}, "InvalidSpec", "region"),
    "a bell schedule that there is not": (
        {"event": "LateArrival", "bellScheduleName": "late"},
        "InvalidSpec",
        "bell schedule",
    ),
    "no such calendar": ({"calendarRef": {"name": "nowhere"}}, "CalendarNotFound", "nowhere"),
    "a year mistyped": ({"event": "InstructionalDay", "startDate": "2099-09-09"}, "InvalidSpec", "year"),
    "a late arrival on a Sunday": (
        {"event": "LateArrival", "bellScheduleName": "full", "startDate": "2024-09-15"},
        "ShortenedDayClosed",
        "MakeUpDay",
    ),
    "a weekday that its dates do not have": (
        {"daysOfWeek": ["Friday"]},
        "ExceptionNeverHolds",
        "is a Monday",
    ),
    "a spec of a newer version": ({"event": "Landslide"}, "InvalidSpec", "Landslide"),
}


@pytest.mark.parametrize(("spec", "reason", "words"), BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_one_is_invalid_and_harms_neither_the_calendar_nor_the_others(spec, reason, words):
    async with Running(START) as run:
        declare(run, "broken", created="2024-09-01T00:00:00Z", **spec)
        declare(run)
        await run.until(INSIDE)
        state = told(run, "broken")
        assert state == ("Invalid", "False", reason)
        assert words in message(run, "broken")
        assert told(run) == ("Applied", "True", "Applied")
        assert run.floor == 4
        valid = run.world.get("schoolcalendars", "school")["status"]["conditions"][0]
        assert (valid["type"], valid["status"]) == ("Valid", "True")


async def test_one_that_comes_before_its_calendar_counts_as_soon_as_that_comes():
    async with Running(START, calendar=None) as run:
        declare(run)
        await settled()
        assert told(run) == ("Invalid", "False", "CalendarNotFound")
        run.world.put("schoolcalendars", a_calendar())
        await run.until(INSIDE)
        assert told(run) == ("Applied", "True", "Applied")
        assert run.floor == 4


async def test_the_later_created_lies_over_the_earlier_and_of_one_second_the_name_decides():
    async with Running(START, calendar=school()) as run:
        declare(run, "m-open", created="2024-09-08T21:00:00Z", event="MakeUpDay", bellScheduleName="late")
        declare(run, "z-closed", created="2024-09-08T20:00:00Z")
        await run.until(INSIDE)
        assert run.floor == 4
        assert "no lessons (WeatherDay) -> in person, bell schedule late" in message(run, "m-open")
        await run.until("2024-09-09T10:25")
        assert run.floor == 100
        declare(run, "b-closed", created="2024-09-08T21:00:00Z")  # of the same second as m-open, before it
        await settled()
        assert run.floor == 100
        assert told(run, "b-closed") == ("Applied", "True", "ChangesNothing")
        assert "Mon 09 Sep 2024: no lessons anyway (exceptions/z-closed)" in message(run, "b-closed")


async def test_a_date_outside_of_every_school_year_is_told_as_that():
    async with Running(START, calendar=school()) as run:
        declare(run, startDate="2029-12-03")
        await run.until(INSIDE)
        assert told(run) == ("Applied", "True", "ChangesNothing")
        assert "Mon 03 Dec 2029: after the last school year, which ends on " in message(run)


async def test_a_change_and_a_move_to_another_calendar_are_followed():
    async with Running(START) as run:
        declare(run)
        await run.until(INSIDE)
        assert run.floor == 4
        run.world.respec(EXCEPTIONS, "snow", startDate="2024-09-10")
        await settled()
        assert run.floor == 100
        run.world.respec(EXCEPTIONS, "snow", startDate="2024-09-09", calendarRef={"name": "other"})
        await settled()
        assert run.floor == 100
        assert told(run) == ("Invalid", "False", "CalendarNotFound")


async def test_it_expires_at_the_end_of_its_last_day_where_the_school_is_and_goes_seven_days_later():
    zone = "Pacific/Auckland"
    async with Running(START, calendar=a_calendar(timeZone=zone), autoscaler=None) as run:
        declare(run)
        await run.until("2024-09-09T11:59")
        assert told(run)[0] == "Applied"
        await run.until("2024-09-09T12:02")  # Auckland is twelve hours ahead
        assert told(run)[0] == "Expired"
        writes = run.world.cluster.counted("PATCH", "calendarexceptions")
        await run.until("2024-09-10T12:02")
        await run.world.clock.leap(instant("2024-09-16T11:40"), timedelta(minutes=10))
        await stands_until_it_is_deleted_at_noon(run, writes)


async def test_a_process_that_is_new_before_the_end_of_the_seven_days_deletes_it_no_sooner_and_no_later():
    zone = "Pacific/Auckland"
    async with Running(START, calendar=a_calendar(timeZone=zone), autoscaler=None) as run:
        declare(run)
        await run.until("2024-09-09T12:02")
        writes = run.world.cluster.counted("PATCH", "calendarexceptions")
    run.world.clock.set(instant("2024-09-16T11:40"))
    async with run.restarted() as again:
        await stands_until_it_is_deleted_at_noon(again, writes)


async def stands_until_it_is_deleted_at_noon(run, writes):
    """Nothing more is written of it until then; it is the last noon of the seven days."""
    await run.until("2024-09-16T11:55")
    assert run.world.cluster.counted("PATCH", "calendarexceptions") == writes
    assert run.world.cluster.counted("DELETE") == 0
    assert ("firstbell.dev", EXCEPTIONS, "ns", "snow") in run.world.cluster.objects
    await run.until("2024-09-16T12:02")
    assert ("firstbell.dev", EXCEPTIONS, "ns", "snow") not in run.world.cluster.objects
    assert run.world.cluster.counted("DELETE") == 1


async def test_a_deletion_is_of_the_very_state_that_was_seen():
    async with Running("2024-09-16T23:00") as run:
        declare(run)
        run.deaf = True
        run.world.edit(EXCEPTIONS, lambda body: body["metadata"].update(labels={"kept": "yes"}), "snow")
        await run.until("2024-09-17T00:05")
        assert run.world.cluster.counted("DELETE") >= 1
        assert ("firstbell.dev", EXCEPTIONS, "ns", "snow") in run.world.cluster.objects


async def test_nothing_is_deleted_while_the_clock_is_doubted():
    async with Running("2024-09-09T23:00") as run:
        declare(run)
        await settled()
        run.server_is_ahead(timedelta(0))
        run.world.clock.jump(timedelta(days=30))
        await run.pass_time(minutes=3)
        assert told(run)[0] == "Expired"
        assert run.world.cluster.counted("DELETE") == 0


async def test_one_that_days_to_come_still_stand_on_is_kept():
    rotation = {"type": "DayCycle", "labels": ["A", "B"], "anchorDate": "2024-09-02", "onClosure": "Hold"}
    calendar = school(
        rotation=rotation,
        weeklySchedule=[
            {"daysOfWeek": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], "labels": [label]}
            | {"bellScheduleName": bells}
            for label, bells in (("A", "full"), ("B", "late"))
        ],
    )
    async with Running(START, calendar=calendar, autoscaler=None) as run:
        declare(run, "snow", ttlSecondsAfterFinished=0)
        declare(run, "none", event="TeacherOnlyDay", startDate="2024-09-08", ttlSecondsAfterFinished=0)
        await run.until("2024-09-10T06:00")
        await run.world.clock.leap(instant("2024-09-12T01:00"), timedelta(minutes=10))
        kept = {name for _, plural, _, name in run.world.cluster.objects if plural == EXCEPTIONS}
        assert kept == {"snow"}


async def test_a_restart_finds_the_same_and_writes_nothing():
    async with Running(START) as run:
        declare(run)
        await run.until(BEFORE)
        before = run.world.cluster.counted("PATCH")
    async with run.restarted() as again:
        await again.until(RISE)
        assert again.world.cluster.counted("PATCH") == before
        assert again.floor == 4


async def test_many_at_once_lay_a_calendar_once_and_report_each():
    async with Running(START, calendar=school()) as run:
        for number in range(40):
            declare(run, f"n{number:02}", startDate=f"2024-10-{number % 28 + 1:02}")
        await settled()
        await run.pass_time(minutes=2)
        states = [told(run, f"n{number:02}")[0] for number in range(40)]
        assert states == ["Applied"] * 40
        writes = run.world.cluster.counted("PATCH", EXCEPTIONS)
        await run.until(BELL)
        assert run.world.cluster.counted("PATCH", EXCEPTIONS) == writes
        assert run.floor == 100


async def test_more_than_a_calendar_takes_are_told_and_left_out():
    async with Running(START) as run:
        for number in range(MOST_LAID):
            declare(run, f"n{number}", startDate="2024-10-01", endDate="2024-10-02")
        declare(run, created="2024-09-08T22:00:00Z")
        await run.until(INSIDE)
        assert told(run, "n1")[0] == "Applied"
        assert told(run) == ("Invalid", "False", "InvalidSpec")
        assert f"{MOST_LAID} CalendarExceptions already" in message(run)
        assert run.floor == 100
        run.world.remove(EXCEPTIONS, "n0")
        await settled()
        await run.until(AFTER)
        assert told(run)[0] == "Applied"


async def test_while_an_order_to_stop_stands_nothing_is_deleted_and_afterwards_it_is():
    async with Running("2024-09-16T23:50", autoscaler=None) as run:
        run.order_to_stop(reason="exam")
        declare(run)
        await run.pass_time(minutes=20)
        assert told(run)[0] == "Expired"
        assert run.world.cluster.counted("DELETE") == 0
        run.world.cluster.requests.clear()
        run.resume()
        await run.pass_time(minutes=3)
        assert run.world.cluster.counted("DELETE") == 1


async def test_what_lies_above_one_that_is_withdrawn_is_told_anew():
    async with Running(START, calendar=school(), autoscaler=None) as run:
        declare(run, "closed", created="2024-09-08T20:00:00Z")
        declare(run, "open", created="2024-09-08T21:00:00Z", event="MakeUpDay", bellScheduleName="late")
        await settled()
        assert message(run, "open").startswith("Mon 09 Sep 2024: no lessons (WeatherDay) -> ")
        run.world.remove(EXCEPTIONS, "closed")
        await settled()
        assert message(run, "open").startswith("Mon 09 Sep 2024: in person, bell schedule full")


async def test_one_made_anew_under_its_name_is_another():
    async with Running(START) as run:
        declare(run)
        await run.until(INSIDE)
        run.world.remove(EXCEPTIONS, "snow")
        declare(run, startDate="2024-09-10")
        await settled()
        assert run.floor == 100
        assert message(run).startswith("Tue 10 Sep 2024")


async def test_a_suspended_calendar_and_one_that_breaks_are_followed_under_an_exception():
    async with Running(START) as run:
        declare(run, startDate="2024-09-10")
        await settled()
        run.world.respec("schoolcalendars", "school", timeZone="Mars/Olympus")
        await settled()
        assert told(run) == ("Invalid", "False", "UnknownTimeZone")
        run.world.respec("schoolcalendars", "school", timeZone="UTC")
        await run.until(INSIDE)
        assert told(run) == ("Applied", "True", "Applied")
        assert run.floor == 100


async def test_no_text_of_its_status_moves_what_people_see():
    hostile = "a\u202eb\x1b[2Jc"
    bells = [*BELLS, BELLS[1] | {"name": hostile}]
    async with Running(START, calendar=a_calendar(bellSchedules=bells), autoscaler=None) as run:
        declare(run, event="LateArrival", bellScheduleName=hostile, note=hostile)
        declare(run, "broken", event="LateArrival", bellScheduleName=f"{hostile}x", note=hostile)
        await settled()
        for name in ("snow", "broken"):
            status = json.dumps(run.world.get(EXCEPTIONS, name)["status"], ensure_ascii=False)
            assert "\u202e" not in status
            assert "\\\\u202e" in status
