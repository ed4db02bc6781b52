"""Times in writing: for programs in UTC with its Z, for people on a wall clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone

from firstbell.core.bells import END_OF_DAY
from firstbell.core.time_words import api_minute, api_time, clock_text, utc_clock
from tests.builders import utc

IN_BRUSSELS = timezone(timedelta(hours=2))


def test_an_instant_is_written_for_the_api_in_utc_and_whole_seconds():
    at = datetime(2024, 9, 9, 10, 25, 7, 999_999, tzinfo=IN_BRUSSELS)

    assert api_time(at) == "2024-09-09T08:25:07Z"
    assert api_minute(utc("2024-09-09T08:25")) == "2024-09-09T08:25:00Z"


def test_an_instant_is_told_to_people_in_utc_that_says_so():
    assert utc_clock(datetime(2024, 9, 9, 10, 25, 7, tzinfo=IN_BRUSSELS)) == "08:25:07 UTC"
    assert utc_clock(datetime(2024, 9, 9, 8, 25, tzinfo=UTC)) == "08:25:00 UTC"


def test_the_end_of_a_day_is_written_as_24_and_its_beginning_as_00():
    assert clock_text(time(0)) == "00:00"
    assert clock_text(time(8, 5)) == "08:05"
    assert clock_text(END_OF_DAY) == "24:00"
