"""Models built in code, as importers build them, are written so that they read back the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from pydantic import ValidationError

from firstbell.core.calendar import CalendarEvent
from firstbell.kinds.calendar_date import CalendarDateSpec
from firstbell.kinds.problems import Refused
from firstbell.kinds.reading import read_spec
from firstbell.kinds.school_calendar import SchoolCalendarSpec
from firstbell.kinds.school_calendar_status import SchoolCalendarStatus
from firstbell.kinds.school_time import BellScheduleSpec, ClassPeriodSpec
from tests.unit.kinds.specimens import spec


def test_a_spec_built_in_code_is_written_in_camel_case_and_reads_back():
    built = SchoolCalendarSpec(
        time_zone="Europe/Paris",
        bell_schedules=(
            BellScheduleSpec(
                name="late",
                class_periods=(ClassPeriodSpec(name="1", start_time=time(10), end_time=time(11, 5)),),
            ),
        ),
        calendar_dates=(
            CalendarDateSpec(
                name="ice",
                start_date=date(2027, 1, 26),
                event=CalendarEvent.LATE_ARRIVAL,
                bell_schedule_name="late",
                announced_time=datetime(2027, 1, 26, 4, 15, tzinfo=UTC),
            ),
        ),
    )
    written = built.model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert written == {
        "timeZone": "Europe/Paris",
        "bellSchedules": [
            {"name": "late", "classPeriods": [{"name": "1", "startTime": "10:00", "endTime": "11:05"}]}
        ],
        "calendarDates": [
            {
                "name": "ice",
                "startDate": "2027-01-26",
                "event": "LateArrival",
                "bellScheduleName": "late",
                "announcedTime": "2027-01-26T04:15:00Z",
            }
        ],
    }
    assert read_spec(SchoolCalendarSpec, written) == built


def test_what_is_read_and_written_reads_back_the_same():
    read = read_spec(SchoolCalendarSpec, spec("SchoolCalendar"))
    assert not isinstance(read, Refused)
    written = read.model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert read_spec(SchoolCalendarSpec, written) == read


def test_names_of_the_code_are_no_names_of_a_file():
    refused = read_spec(SchoolCalendarSpec, {"time_zone": "UTC"})
    assert isinstance(refused, Refused)
    assert {problem.path for problem in refused.problems} == {"spec.timeZone", "spec.time_zone"}


def test_a_model_does_not_change():
    read = read_spec(SchoolCalendarSpec, {"timeZone": "UTC"})
    assert not isinstance(read, Refused)
    with pytest.raises(ValidationError):
        read.suspend = True


def test_a_status_of_a_newer_version_can_be_read():
    status = SchoolCalendarStatus.model_validate({"observedGeneration": 3, "madeUpLater": [1]})
    assert status.observed_generation == 3
