"""Wall clock to instants: ordinary days, both clock changes, north and south, and gaps at midnight."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from firstbell.core.bells import (
    EPOCH,
    bell,
    in_clock_gap,
    instant_of,
    local_date,
    minute_of,
    start_of_day,
    wall_to_minute,
)
from tests.builders import at, on, stamp, utc

BRUSSELS, NEW_YORK = "Europe/Brussels", "America/New_York"
SANTIAGO, CAIRO, HAVANA = "America/Santiago", "Africa/Cairo", "America/Havana"
SYDNEY, LORD_HOWE = "Australia/Sydney", "Australia/Lord_Howe"


@pytest.mark.parametrize(
    ("zone", "wall", "want"),
    [
        pytest.param(BRUSSELS, "2020-04-20T08:30", "2020-04-20T06:30", id="Brussels in summer"),
        pytest.param(BRUSSELS, "2020-03-27T08:30", "2020-03-27T07:30", id="Brussels in winter"),
        pytest.param(NEW_YORK, "2027-03-12T07:40", "2027-03-12T12:40", id="New York before the change"),
        pytest.param(NEW_YORK, "2027-03-15T07:40", "2027-03-15T11:40", id="New York after it"),
        pytest.param(NEW_YORK, "2026-11-02T07:40", "2026-11-02T12:40", id="New York in autumn"),
        pytest.param(SYDNEY, "2024-10-04T09:00", "2024-10-03T23:00", id="Sydney before its spring"),
        pytest.param(SYDNEY, "2024-10-07T09:00", "2024-10-06T22:00", id="Sydney after it, in October"),
        pytest.param(SYDNEY, "2025-04-07T09:00", "2025-04-06T23:00", id="Sydney after its autumn, in April"),
        pytest.param("Asia/Kolkata", "2024-09-02T08:00", "2024-09-02T02:30", id="a zone of half an hour"),
    ],
)
def test_bells_are_local_wall_clock_on_their_date(zone, wall, want):
    when = datetime.fromisoformat(wall)
    assert want == stamp(bell(ZoneInfo(zone), when.date(), when.time()))


@pytest.mark.parametrize(
    ("zone", "wall", "want"),
    [
        pytest.param(BRUSSELS, "2020-03-29T02:30", "2020-03-29T01:30", id="Brussels: 02:30 is 03:30"),
        pytest.param(BRUSSELS, "2020-03-29T02:00", "2020-03-29T01:00", id="Brussels: 02:00 is 03:00"),
        pytest.param(BRUSSELS, "2020-03-29T01:59", "2020-03-29T00:59", id="Brussels: just before"),
        pytest.param(BRUSSELS, "2020-03-29T03:00", "2020-03-29T01:00", id="Brussels: just after"),
        pytest.param(NEW_YORK, "2027-03-14T02:15", "2027-03-14T07:15", id="New York: 02:15 is 03:15"),
        pytest.param(SYDNEY, "2024-10-06T02:30", "2024-10-05T16:30", id="Sydney: 02:30 is 03:30"),
        pytest.param(SANTIAGO, "2024-09-08T00:15", "2024-09-08T04:15", id="Santiago: 00:15 is 01:15"),
        pytest.param(CAIRO, "2024-04-26T00:30", "2024-04-25T22:30", id="Cairo: 00:30 is 01:30"),
        pytest.param(
            LORD_HOWE, "2024-10-06T02:10", "2024-10-05T15:40", id="Lord Howe: 02:10 is 02:40, half an hour"
        ),
    ],
)
def test_times_in_a_spring_gap_move_forward_by_the_gap(zone, wall, want):
    when = datetime.fromisoformat(wall)
    assert want == stamp(bell(ZoneInfo(zone), when.date(), when.time()))


@pytest.mark.parametrize(
    ("zone", "wall", "want"),
    [
        pytest.param(BRUSSELS, "2020-10-25T02:30", "2020-10-25T00:30", id="Brussels"),
        pytest.param(BRUSSELS, "2020-10-25T03:00", "2020-10-25T02:00", id="Brussels, after the second"),
        pytest.param(NEW_YORK, "2026-11-01T01:30", "2026-11-01T05:30", id="New York"),
        pytest.param(SYDNEY, "2025-04-06T02:30", "2025-04-05T15:30", id="Sydney"),
        pytest.param(SANTIAGO, "2025-04-05T23:30", "2025-04-06T02:30", id="Santiago, before midnight"),
        pytest.param(HAVANA, "2024-11-03T00:30", "2024-11-03T04:30", id="Havana, after midnight"),
    ],
)
def test_ambiguous_times_take_the_first(zone, wall, want):
    when = datetime.fromisoformat(wall)
    assert want == stamp(bell(ZoneInfo(zone), when.date(), when.time()))


@pytest.mark.parametrize(
    ("zone", "day", "want"),
    [
        (BRUSSELS, "2020-03-29", "2020-03-28T23:00"),
        (BRUSSELS, "2020-10-25", "2020-10-24T22:00"),
        (SANTIAGO, "2024-09-08", "2024-09-08T04:00"),
        (CAIRO, "2024-04-26", "2024-04-25T22:00"),
        (HAVANA, "2024-11-03", "2024-11-03T04:00"),
    ],
)
def test_a_date_starts_at_midnight_or_at_the_first_minute_after_a_gap_there(zone, day, want):
    start = start_of_day(ZoneInfo(zone), on(day))
    assert want == stamp(start)
    before, first = local_date(ZoneInfo(zone), start - 1), local_date(ZoneInfo(zone), start)
    assert (on(day) - timedelta(days=1), on(day)) == (before, first)


def test_the_date_of_a_minute_is_that_of_the_zone():
    assert local_date(ZoneInfo(SYDNEY), utc("2024-10-06T22:00")) == on("2024-10-07")
    assert local_date(ZoneInfo(NEW_YORK), utc("2026-11-02T03:00")) == on("2026-11-01")


@pytest.mark.parametrize(
    ("zone", "day", "time", "want"),
    [
        (BRUSSELS, "2020-03-29", "02:30", True),
        (BRUSSELS, "2020-03-29", "03:00", False),
        (BRUSSELS, "2020-10-25", "02:30", False),
        (BRUSSELS, "2020-03-30", "02:30", False),
        (CAIRO, "2024-04-26", "00:00", True),
    ],
)
def test_a_clock_gap_is_where_a_wall_clock_time_does_not_exist(zone, day, time, want):
    assert want == in_clock_gap(ZoneInfo(zone), on(day), at(time))


def test_a_minute_and_its_instant_are_the_same():
    assert minute_of(EPOCH) == 0
    assert instant_of(utc("2020-04-20T06:30")).isoformat() == "2020-04-20T06:30:00+00:00"
    assert minute_of(EPOCH + timedelta(seconds=-1)) == -1
    assert minute_of(EPOCH + timedelta(minutes=1, seconds=59)) == 1


def test_an_old_zone_with_seconds_in_its_offset_is_rounded_towards_earlier():
    """New York was 4 hours, 56 minutes and 2 seconds behind until 1883."""
    noon = wall_to_minute(ZoneInfo(NEW_YORK), datetime.fromisoformat("1880-01-01T12:00"))
    assert stamp(noon) == "1880-01-01T16:56"
