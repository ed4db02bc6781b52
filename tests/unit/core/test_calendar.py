"""Values of a calendar: what they are, and what they refuse to be."""

from __future__ import annotations

import pytest

from firstbell.core.calendar import BellSchedule, CalendarEvent, ClassPeriod, OneDate, SessionType, Weekday
from firstbell.core.school_calendar import covers
from tests.builders import (
    a_bell_schedule,
    a_calendar,
    a_cohort,
    a_holiday,
    a_range,
    a_rotation,
    a_row,
    a_school_year,
    an_event,
    an_exception,
    at,
    daily_cron,
    on,
)

OPEN = {"InstructionalDay", "MakeUpDay", "LateArrival", "EarlyDismissal", "ExamDay"}
CLOSED = {"Holiday", "NonInstructionalDay", "TeacherOnlyDay", "WeatherDay", "EmergencyDay", "Strike"}


def test_a_date_range_holds_both_its_ends():
    span = a_range("2024-09-02", "2024-09-04")
    want = [False, True, True, True, False]
    assert want == [on(f"2024-09-0{day}") in span for day in range(1, 6)]
    assert span.days == 3


@pytest.mark.parametrize(
    ("other", "have_one_in_common"),
    [
        (("2024-09-04", "2024-09-09"), True),
        (("2024-09-01", "2024-09-02"), True),
        (("2024-09-05", "2024-09-09"), False),
        (("2024-08-01", "2024-09-01"), False),
    ],
    ids=["from its last date on", "to its first date", "after it", "before it"],
)
def test_ranges_overlap_where_they_have_a_date_in_common(other, have_one_in_common):
    span, beside = a_range("2024-09-02", "2024-09-04"), a_range(*other)

    assert span.overlaps(beside) is have_one_in_common
    assert beside.overlaps(span) is have_one_in_common


def test_a_range_of_one_date_has_one_day():
    assert a_range("2024-09-02").days == 1


def test_weekdays_are_numbered_as_dates_number_them():
    assert [Weekday.of(on(f"2024-09-0{day}")) for day in range(2, 9)] == list(Weekday)
    assert [day.number for day in Weekday] == list(range(7))


def test_every_calendar_event_either_opens_or_closes_a_day():
    assert {str(event) for event in CalendarEvent if event.has_lessons} == OPEN
    assert {str(event) for event in CalendarEvent if not event.has_lessons} == CLOSED


def test_only_events_that_mean_nothing_without_bells_of_their_own_need_them():
    needing = {str(event) for event in CalendarEvent if event.needs_bell_schedule}
    assert needing == {"LateArrival", "EarlyDismissal", "MakeUpDay"}


@pytest.mark.parametrize(
    ("event", "last", "want"),
    [
        pytest.param(CalendarEvent.MAKE_UP_DAY, None, True, id="a make-up day undoes a closure"),
        pytest.param(CalendarEvent.MAKE_UP_DAY, "2024-11-15", True, id="a range of make-up days does too"),
        pytest.param(CalendarEvent.EXAM_DAY, None, True, id="another open event does on a single date"),
        pytest.param(CalendarEvent.EXAM_DAY, "2024-11-12", False, id="a ranged open event never does"),
        pytest.param(CalendarEvent.STRIKE, None, False, id="a closed event never does"),
    ],
)
def test_what_undoes_a_closure(event, last, want):
    entry = an_exception(event, "2024-11-11", last, bell_schedule_name="full")
    assert want == entry.undoes_closure


def test_an_empty_scope_is_every_region():
    assert [covers((), None), covers((), "a"), covers(("a",), "a"), covers(("a",), "b")] == [
        True,
        True,
        True,
        False,
    ]


def test_region_names_of_a_calendar_without_regions_are_none_alone():
    assert a_calendar().region_names == (None,)
    assert a_calendar(regions=("b", "a"), cohorts=()).region_names == ("b", "a")


def test_a_bell_schedule_that_does_not_exist_is_a_key_error():
    with pytest.raises(KeyError):
        a_calendar().bell_schedule("none")


def test_a_calendar_is_known_by_namespace_and_name():
    assert a_calendar(namespace="district", name="north").key == "district/north"


def _backwards():
    return ClassPeriod(name="1", start=at("09:00"), end=at("09:00"))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        pytest.param(lambda: a_range("2024-09-02", "2024-09-01"), "before it starts", id="a range backwards"),
        pytest.param(_backwards, "ends before it starts", id="an empty period"),
        pytest.param(lambda: BellSchedule(name="none", periods=()), "no class period", id="no period"),
        pytest.param(
            lambda: a_bell_schedule("x", "08:00-09:00", "08:59-10:00"),
            "starts before '1' ends",
            id="periods that overlap",
        ),
        pytest.param(lambda: a_rotation(""), "needs labels", id="a rotation without labels"),
        pytest.param(lambda: a_rotation("A A"), "must differ", id="a label twice"),
        pytest.param(lambda: a_cohort(-1), "negative number of pupils", id="negative pupils"),
        pytest.param(lambda: an_event("2024-09-02", None), "start time", id="an event without a start"),
        pytest.param(
            lambda: an_event(when=daily_cron("20:00")), "start time", id="a cron event with a second start"
        ),
        pytest.param(lambda: daily_cron("20:00", minutes=-1), "at least 0", id="a negative duration"),
        pytest.param(
            lambda: a_calendar(restart_min_break_days=-1), "at least 0", id="a negative shortest break"
        ),
        pytest.param(
            lambda: a_calendar(weekly_schedule=(a_row(bells="none"),)),
            "bell schedule 'none' does not exist",
            id="a weekly row without its bells",
        ),
        pytest.param(
            lambda: a_calendar(
                calendar_dates=(
                    an_exception(CalendarEvent.LATE_ARRIVAL, "2024-09-03", bell_schedule_name="none"),
                )
            ),
            "bell schedule 'none' does not exist",
            id="an exception without its bells",
        ),
        pytest.param(
            lambda: a_calendar(cohorts=(a_cohort(region="north"),)),
            "region 'north' is not declared",
            id="a cohort's region where there are none",
        ),
        pytest.param(
            lambda: a_calendar(regions=("north",)),
            "region None is not declared",
            id="a cohort without a region where there are some",
        ),
    ],
)
def test_what_a_value_may_not_be_is_refused_when_it_is_built(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_periods_that_touch_do_not_overlap():
    assert len(a_bell_schedule("x", "08:00-09:00", "09:00-10:00").periods) == 2


def test_only_school_years_decide_and_their_order_is_kept():
    first, second = a_school_year(), a_school_year("2025-09-01", "2026-06-30")
    term = a_school_year("2024-09-02", "2024-12-20", type=SessionType.TERM)
    assert a_calendar(sessions=(second, term, first)).school_years == (second, first)


def test_equal_facts_are_equal_values():
    assert a_calendar(holidays=(a_holiday("2024-11-11"),)) == a_calendar(holidays=(a_holiday("2024-11-11"),))
    assert OneDate(day=on("2024-11-11")) != OneDate(day=on("2024-11-12"))
