"""Exceptions laid over a calendar: those that count, and each of the others with what is wrong with it."""

from __future__ import annotations

from datetime import date

import pytest

from firstbell.core.calendar import CalendarDate, CalendarEvent, DateRange, ExceptionSource
from firstbell.kinds.calendar_conversion import read_calendar
from firstbell.kinds.laid_over import MOST_LAID, lay_over
from tests.unit.kinds.specimens import spec


@pytest.fixture
def calendar():
    return read_calendar("ns", "school", spec("SchoolCalendar"))


def late(name="storm", first="2027-01-27", last=None, event=CalendarEvent.WEATHER_DAY, **more):
    dates = DateRange(first=date.fromisoformat(first), last=date.fromisoformat(last or first))
    return CalendarDate(name=name, dates=dates, event=event, source=ExceptionSource.EXCEPTIONS, **more)


def told(laid, place):
    return [str(problem) for problem in laid.refused[place].problems]


def test_the_sound_ones_count_in_their_order_beside_the_broken(calendar):
    broken = late("broken", regions=("zone-z",))
    laid = lay_over(calendar, [late("one"), broken, late("two", bell_schedule_name="late")])
    assert [entry.name for entry in laid.calendar.calendar_dates[-2:]] == ["one", "two"]
    assert len(laid.calendar.calendar_dates) == len(calendar.calendar_dates) + 2
    (line,) = told(laid, 1)
    assert line.startswith('spec.regions[0]: there is no region "zone-z"')


def test_every_name_that_is_unknown_is_told(calendar):
    laid = lay_over(calendar, [late(regions=("zone-a", "zone-y"), bell_schedule_name="lat")])
    assert [line.partition(":")[0] for line in told(laid, 0)] == ["spec.bellScheduleName", "spec.regions[1]"]
    assert laid.calendar is calendar


@pytest.mark.parametrize(
    ("first", "last", "path"),
    [("2099-01-01", None, "spec.endDate"), ("1980-01-01", None, "spec.startDate")],
)
def test_lessons_of_another_century_are_refused_and_the_next_one_is_measured_without_it(
    calendar, first, last, path
):
    open_day = late("far", first, last, CalendarEvent.INSTRUCTIONAL_DAY)
    laid = lay_over(calendar, [open_day, late("near", "2027-06-01", event=CalendarEvent.INSTRUCTIONAL_DAY)])
    assert told(laid, 0)[0].startswith(path)
    assert list(laid.refused) == [0]


def test_a_closure_may_be_of_any_year(calendar):
    assert not lay_over(calendar, [late(first="2099-01-01")]).refused


def test_as_many_as_a_calendar_has_entries_and_no_more_whoever_laid_the_first(calendar):
    many = [late(f"n{number}") for number in range(MOST_LAID)]
    laid = lay_over(calendar, [*many, late("more")])
    assert list(laid.refused) == [MOST_LAID]
    assert "kubectl get calex" in told(laid, MOST_LAID)[0]
    assert list(lay_over(laid.calendar, [late("again")]).refused) == [0]
