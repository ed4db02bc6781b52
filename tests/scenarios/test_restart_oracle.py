"""Every restart of eight school years in four places, against rows that were worked out elsewhere."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from firstbell.core.bells import bell, instant_of
from firstbell.core.days import DayClass, SchoolDays
from tests.builders import clock
from tests.scenarios.oracle import PLACES, Restart, calendar_of, easter_sunday, oracle

if TYPE_CHECKING:
    from firstbell.core import SchoolCalendar

RESTARTS = (DayClass.RESTART_AFTER_HOLIDAY, DayClass.FIRST_DAY_OF_SCHOOL_YEAR)


def restarts(calendar: SchoolCalendar) -> set[Restart]:
    """Every restart that the core sees, in the words of the oracle; the data's first day has no break."""
    days = SchoolDays(calendar).lesson_days(None)
    return {
        told(calendar, before.date, day.date, day.lessons.break_days)
        for before, day in pairwise(days)
        if day.lessons.day_class in RESTARTS
    }


def told(calendar: SchoolCalendar, before: date, day: date, break_days: int) -> Restart:
    start = calendar.bell_schedule("full").periods[0].start
    first, last = (bell(calendar.zone, when, start) for when in (day, before))
    return Restart(
        place=calendar.name,
        last_school_day=f"{before}",
        restart_day=f"{day}",
        weekday=f"{day:%a}",
        break_days=break_days,
        first_lesson_local=f"{start:%H:%M}",
        first_lesson_utc=f"{instant_of(first):%Y-%m-%dT%H:%MZ}",
        clocks_changed=clock(first) != clock(last),
    )


def test_the_oracle_has_166_restarts():
    assert len(oracle()) == 166
    assert {row.place for row in oracle()} == set(PLACES)


def test_150_of_166_restarts_hold_from_the_holiday_csvs_alone():
    found = set().union(*(restarts(calendar_of(place, with_statutory=False)) for place in PLACES))
    assert len(set(oracle()) & found) == 150


@pytest.mark.parametrize("place", PLACES)
def test_all_restarts_and_no_other_hold_with_the_statutory_holidays(place):
    found = restarts(calendar_of(place, with_statutory=True))
    want = {row for row in oracle() if row.place == place}
    assert (want - found, found - want) == (set(), set())


@pytest.mark.parametrize(
    ("year", "want"),
    [(2020, "2020-04-12"), (2024, "2024-03-31"), (2025, "2025-04-20"), (2027, "2027-03-28")],
)
def test_easter_by_rule(year, want):
    assert date.fromisoformat(want) == easter_sunday(year)
