"""The status of a calendar: what kind of day it is, what comes next, how long there is data."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstbell.engine.report.calendar_status import calendar_status, next_change
from firstbell.engine.seen.own_kinds import seen_calendar
from tests.fakes import instant
from tests.unit.engine.bodies import BEFORE, BELL, a_calendar
from tests.unit.engine.world import World

HOLIDAY = [
    {"name": "autumn", "startDate": "2024-10-28", "endDate": "2024-11-03", "type": "SchoolHoliday"},
]
KEY = "ns/school"


def seen(**spec):
    body = a_calendar(**spec)
    body["metadata"] |= {"uid": "u", "generation": 3}
    return seen_calendar(body)


def status(at=BEFORE, **spec):
    return calendar_status(seen(**spec), instant(at))


def condition(got, kind):
    found = next(item for item in got["conditions"] if item["type"] == kind)
    return found["status"], found["reason"]


def test_an_ordinary_monday():
    got = status()
    assert got["today"] == [
        {
            "date": "2024-09-09",
            "instructional": True,
            "reason": "weekly",
            "dayClass": "FirstDayOfWeek",
            "instructionMode": "InPerson",
            "bellScheduleName": "full",
        }
    ]
    assert (got["nextBellTime"], got["lastDate"], got["observedGeneration"]) == (
        "2024-09-09T08:30:00Z",
        "2025-06-30",
        3,
    )
    assert condition(got, "Expiring") == ("False", "DataAhead")
    assert condition(got, "Valid")[0] == "True"


def test_a_sunday():
    got = status("2024-09-08T12:00")
    assert got["today"] == [{"date": "2024-09-08", "instructional": False, "reason": "no-weekly-row"}]


def test_the_next_restart():
    got = status(holidays=HOLIDAY)
    assert got["nextRestart"] == {"date": "2024-11-04", "bellTime": "2024-11-04T08:30:00Z", "breakDays": 9}


def test_at_the_bell_the_next_one_is_tomorrows():
    assert status(BELL)["nextBellTime"] == "2024-09-10T08:30:00Z"


def test_the_pupils_are_counted():
    cohorts = [{"name": "a", "pupils": 600, "schools": 2}, {"name": "b", "pupils": 400, "schools": 1}]
    assert status(cohorts=cohorts)["pupilsTotal"] == 1000


def test_regions_each_have_their_day():
    regions = [{"name": "north"}, {"name": "south"}]
    holidays = [
        {
            "name": "fair",
            "startDate": "2024-09-09",
            "endDate": "2024-09-09",
            "type": "LocalHoliday",
            "regions": ["south"],
        }
    ]
    got = status(regions=regions, holidays=holidays)["today"]
    assert [(day["region"], day["instructional"]) for day in got] == [("north", True), ("south", False)]


@pytest.mark.parametrize(
    ("at", "want"),
    [("2025-05-15T00:00", "False"), ("2025-05-17T00:00", "True"), ("2025-07-01T00:00", "True")],
)
def test_data_that_ends_is_told_in_time(at, want):
    assert condition(status(at), "Expiring")[0] == want


def test_after_the_end_of_the_data_nothing_comes_next():
    got = status("2025-07-01T00:00")
    assert (got["nextBellTime"], got["nextRestart"]) == (None, None)


def test_an_invalid_calendar_says_what_is_wrong():
    got = status(timeZone="Mars/Olympus")
    assert condition(got, "Valid") == ("False", "UnknownTimeZone")
    assert condition(got, "Expiring")[0] == "Unknown"


@pytest.mark.parametrize(
    ("at", "want"),
    [
        pytest.param(BEFORE, "2024-09-09T08:30:01", id="after the next bell"),
        pytest.param(BELL, "2024-09-10T00:00", id="at midnight"),
        pytest.param("2024-09-07T12:00", "2024-09-08T00:00", id="at midnight on a weekend too"),
    ],
)
def test_when_the_status_changes_by_itself(at, want):
    assert next_change(seen(), instant(at)) == instant(want)


def test_midnight_is_that_of_the_school():
    assert next_change(seen(timeZone="Asia/Tokyo"), instant("2024-09-09T08:00")) == instant(
        "2024-09-09T15:00"
    )


def test_an_invalid_calendar_does_not_change_by_itself():
    assert next_change(seen(timeZone="Mars/Olympus"), instant(BEFORE)) is None


async def reported(world, at):
    world.clock.set(instant(at))
    world.reporter.ask_again(("schoolcalendars", KEY))
    return await world.reporter.report(await world.reporter.get())


async def test_a_report_that_changes_nothing_writes_nothing():
    world = World(autoscaler=None)
    await reported(world, BEFORE)
    before = len(world.cluster.requests)
    await reported(world, "2024-09-09T08:10")
    assert len(world.cluster.requests) == before


async def test_what_is_gone_of_the_next_restart_is_gone_in_the_api_too():
    world = World(autoscaler=None, calendar=a_calendar(holidays=HOLIDAY))
    await reported(world, BEFORE)
    status = world.get("schoolcalendars", "school")["status"]
    assert status["nextRestart"]["breakDays"] == 9
    world.respec("schoolcalendars", "school", holidays=[])
    await reported(world, BEFORE)
    assert "nextRestart" not in world.get("schoolcalendars", "school")["status"]


async def test_a_calendar_is_reported_at_most_once_a_minute_by_itself():
    world = World(autoscaler=None)
    following = await reported(world, "2024-09-09T08:29:59")
    assert following >= instant("2024-09-09T08:29:59") + timedelta(minutes=1)


async def test_a_calendar_that_cannot_be_written_is_tried_again():
    world = World(autoscaler=None)
    world.cluster.fail("Throttled", path="/status")
    assert await reported(world, BEFORE) == instant(BEFORE) + timedelta(seconds=10)


async def test_a_calendar_that_is_gone_is_not_reported():
    world = World(autoscaler=None)
    world.remove("schoolcalendars", "school")
    assert await reported(world, BEFORE) is None
    assert world.cluster.requests == []


CHRISTMAS_OF_2034 = [{"name": "xmas", "startDate": "2034-12-25", "endDate": "2034-12-26"}]


def accepting(**annotations):
    body = a_calendar(holidays=CHRISTMAS_OF_2034)
    body["metadata"] |= {"uid": "u", "generation": 3}
    body["metadata"]["annotations"] = {
        f"accept.firstbell.dev/{kind}": reason for kind, reason in annotations.items()
    }
    return calendar_status(seen_calendar(body), instant(BEFORE))


def test_a_warning_that_the_calendar_accepts_with_a_reason_is_none():
    assert condition(accepting(), "Valid") == ("True", "HasWarnings")
    assert condition(accepting(HolidayOutsideSchoolYears="an archive"), "Valid") == ("True", "Resolved")
    assert condition(accepting(HolidayOutsideSchoolYears=" "), "Valid") == ("True", "HasWarnings")
    assert condition(accepting(HolidayLong="another"), "Valid") == ("True", "HasWarnings")


def test_an_annotation_that_accepts_nothing_leaves_a_calendar_valid():
    annotations = {"accept.firstbell.dev/Unknown": "x", "accept.firstbell.dev/HolidayLong": ""}
    body = a_calendar()
    body["metadata"] |= {"uid": "u", "generation": 3, "annotations": annotations}
    got = calendar_status(seen_calendar(body), instant(BEFORE))
    assert condition(got, "Valid") == ("True", "Resolved")


def test_a_calendar_of_events_only_is_valid_and_nothing_is_found():
    events = [{"name": "hourly", "type": "Other", "startTime": "22:00", "recurrence": {}}]
    got = status(academicSessions=[], weeklySchedule=[], bellSchedules=[], demandEvents=events, cohorts=[])
    assert condition(got, "Valid") == ("True", "Resolved")
    assert condition(got, "Expiring") == ("False", "DataAhead")
