"""Times in writing: for programs in UTC with its Z, for people on a wall clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from firstbell.core.bells import END_OF_DAY
from firstbell.core.time_words import (
    CLOCK,
    api_minute,
    api_time,
    clock_text,
    local_clock,
    told_instant,
    utc_clock,
)
from tests.builders import utc

IN_BRUSSELS = timezone(timedelta(hours=2))


def test_an_instant_is_written_for_the_api_in_utc_and_whole_seconds():
    at = datetime(2024, 9, 9, 10, 25, 7, 999_999, tzinfo=IN_BRUSSELS)

    assert api_time(at) == "2024-09-09T08:25:07Z"
    assert api_minute(utc("2024-09-09T08:25")) == "2024-09-09T08:25:00Z"


def test_an_instant_is_told_to_people_in_utc_that_says_so():
    assert utc_clock(datetime(2024, 9, 9, 10, 25, 7, tzinfo=IN_BRUSSELS)) == "08:25:07 UTC"
    assert utc_clock(datetime(2024, 9, 9, 8, 25, tzinfo=UTC)) == "08:25:00 UTC"


def test_an_instant_that_somebody_wrote_is_read_in_utc():
    assert told_instant(" 2024-09-09T10:25:07+02:00 ") == datetime(2024, 9, 9, 8, 25, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "told",
    [
        None,
        7,
        {},
        "soon",
        "2024-09-09T08:25:00",
        "9999-12-31T23:59:59-12:00",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
        "x" * 10_000,
    ],
)
def test_what_no_clock_reads_or_nobody_means_is_no_instant(told):
    assert told_instant(told) is None


def test_the_end_of_a_day_is_written_as_24_and_its_beginning_as_00():
    assert clock_text(time(0)) == "00:00"
    assert clock_text(time(8, 5)) == "08:05"
    assert clock_text(END_OF_DAY) == "24:00"


@pytest.mark.parametrize(
    ("zone", "at", "want"),
    [
        ("Europe/Brussels", "2024-10-26T23:59", "01:59"),
        ("Europe/Brussels", "2024-10-27T00:00", "02:00 CEST"),
        ("Europe/Brussels", "2024-10-27T00:59", "02:59 CEST"),
        ("Europe/Brussels", "2024-10-27T01:59", "02:59 CET"),
        ("Europe/Brussels", "2024-10-27T02:00", "03:00"),
        ("Europe/Brussels", "2025-03-30T01:00", "03:00"),
        ("America/New_York", "2024-11-03T05:30", "01:30 EDT"),
        ("America/New_York", "2024-11-03T06:30", "01:30 EST"),
        ("Australia/Lord_Howe", "2025-04-05T14:45", "01:45 +11"),
        ("Australia/Lord_Howe", "2025-04-05T15:15", "01:45 +1030"),
        ("Europe/Moscow", "1991-09-28T23:30", "02:30 EEST"),
        ("Africa/Monrovia", "2024-10-27T00:30", "00:30"),
    ],
)
def test_the_wall_clock_says_which_of_two_it_is_only_in_the_hour_that_comes_twice(zone, at, want):
    assert local_clock(datetime.fromisoformat(at).replace(tzinfo=UTC), ZoneInfo(zone), CLOCK) == want


def test_where_both_have_one_name_the_offset_tells_them_apart():
    clocks = [
        local_clock(datetime(2014, 10, 25, hour, 30, tzinfo=UTC), ZoneInfo("Europe/Moscow"), CLOCK)
        for hour in (21, 22)
    ]
    assert clocks == ["01:30 +0400", "01:30 +0300"]
