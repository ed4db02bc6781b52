"""Cron lines list wall-clock times, whatever the clocks do, and cannot run away."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from croniter import croniter
from hypothesis import given
from hypothesis import strategies as st

from firstbell.kinds.cron import MOST_PER_DAY, CronLine, read_cron
from firstbell.kinds.cron_days import read_cron_days
from firstbell.kinds.problems import Problem
from tests.unit.kinds.calm import CALM


def line(schedule: str) -> CronLine:
    read = read_cron(schedule, "spec.x")
    assert isinstance(read, CronLine), str(read)
    return read


def told(schedule: str, first: str, last: str) -> list[str]:
    found = line(schedule).occurrences(date.fromisoformat(first), date.fromisoformat(last))
    return [at.isoformat(" ", "minutes") for at in found]


def test_both_ends_count():
    assert told("0 0 * * *", "2026-11-01", "2026-11-03") == [
        "2026-11-01 00:00",
        "2026-11-02 00:00",
        "2026-11-03 00:00",
    ]
    assert told("59 23 * * *", "2026-11-01", "2026-11-01") == ["2026-11-01 23:59"]


def test_an_interval_without_a_day_is_empty():
    assert told("0 19 * * SUN", "2026-11-02", "2026-11-07") == []


def test_times_of_a_day_ascend():
    assert told("0,30 9,20 * * MON", "2026-11-02", "2026-11-08") == [
        "2026-11-02 09:00",
        "2026-11-02 09:30",
        "2026-11-02 20:00",
        "2026-11-02 20:30",
    ]


def test_clock_changes_neither_drop_nor_repeat_a_time():
    # Europe/Paris: 02:30 does not exist on 29 March 2026 and comes twice on 25 October.
    assert told("30 2 * * *", "2026-03-28", "2026-03-30") == [
        "2026-03-28 02:30",
        "2026-03-29 02:30",
        "2026-03-30 02:30",
    ]
    assert told("30 2 * * *", "2026-10-25", "2026-10-25") == ["2026-10-25 02:30"]


def test_day_of_month_or_day_of_week_as_cron_has_it():
    assert told("0 8 1 * MON", "2026-11-01", "2026-11-09") == [
        "2026-11-01 08:00",
        "2026-11-02 08:00",
        "2026-11-09 08:00",
    ]


def test_a_leap_day_is_found():
    assert told("0 8 29 2 *", "2026-01-01", "2029-01-01") == ["2028-02-29 08:00"]


def test_lines_of_one_text_are_equal():
    assert line("0 8 * * *") == line("0 8 * * *")


def test_the_most_times_a_day_are_listed():
    assert len(told("*/30 * * * *", "2026-11-02", "2026-11-02")) == MOST_PER_DAY


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ("*/29 * * * *", "takes place 72 times a day"),
        ("0 8 * *", "has 4 fields"),
        ("0 0 8 * * *", "has 6 fields"),
        ("@daily @ @ @", "has 4 fields"),
        ("0 8 30 2 *", "is not a cron line that takes place"),
        ("61 8 * * *", "is not a cron line that takes place"),
        ("a b c d e", "is not a cron line that takes place"),
        ("R 8 * * *", "leaves times to chance"),
        ("H H(0-7) * * *", "leaves times to chance"),
    ],
)
def test_a_line_that_is_none_is_a_problem(schedule, message):
    read = read_cron(schedule, "spec.demandEvents[0].recurrence.schedule")
    assert isinstance(read, Problem)
    assert message in read.message
    assert read.path == "spec.demandEvents[0].recurrence.schedule"


@CALM
@given(st.text(alphabet="0123456789*/-,LW#?HRMONabc @", max_size=20))
def test_no_text_gives_a_traceback(schedule):
    read = read_cron(schedule, "spec.x")
    if isinstance(read, CronLine):
        found = list(read.occurrences(date(2026, 1, 1), date(2026, 3, 31)))
        assert found == sorted(found)
        assert len(found) <= 90 * MOST_PER_DAY
        assert all(datetime(2026, 1, 1) <= at < datetime(2026, 4, 1) for at in found)  # noqa: DTZ001


def test_days_that_never_come_end_the_list():
    never = CronLine(schedule="", days=read_cron_days(["30", "2", "*"]), times=(time(8),))
    assert list(never.occurrences(date(2026, 1, 1), date(2026, 12, 31))) == []


DAYS = ["*", "?", "1", "31", "29-31", "*/7", "5,20", "L", "1,L", "15W", "31W", "1W", "30", "*,4"]
MONTHS = ["*", "2", "2,4,6", "NOV-FEB", "*/3", "12"]
WEEKDAYS = [
    "*",
    "MON",
    "1-5",
    "SUN",
    "7",
    "SAT-SUN",
    "MON#1",
    "5#5",
    "L5",
    "1,3",
    "*/2",
    "FRI#2,FRI#4",
    "0-6",
]


@pytest.mark.parametrize("weekday", WEEKDAYS)
@pytest.mark.parametrize("day", DAYS)
def test_a_line_means_the_days_that_croniter_finds_one_by_one(day, weekday):
    for month in MONTHS:
        line_of_days = f"0 0 {day} {month} {weekday}"
        read = read_cron(line_of_days, "spec.x")
        first, last = date(2023, 11, 15), date(2025, 4, 2)
        wanted = days_by_croniter(line_of_days, first, last)
        if wanted is None:
            assert isinstance(read, Problem), line_of_days
        else:
            assert isinstance(read, CronLine), line_of_days
            assert [at.date() for at in read.occurrences(first, last)] == wanted, line_of_days


MOST_YEARS = 20
"""No line above has a longer gap: a February has a fifth Friday again after 12 years."""


def days_by_croniter(line_of_days: str, first: date, last: date) -> list[date] | None:
    """What croniter's own search finds, None where it finds no day in twenty years."""
    before = datetime.combine(first, time()) - timedelta(minutes=1)
    try:
        found = croniter(line_of_days, before, ret_type=datetime, max_years_between_matches=MOST_YEARS)
        day = found.get_next().date()
    except ValueError:
        return None
    wanted = []
    while day <= last:
        wanted.append(day)
        day = found.get_next().date()
    return wanted
