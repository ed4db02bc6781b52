"""What kind of lesson day it is: breaks, classes and transitions, all computed and never typed.

Default calendar: 2 September 2024 (a Monday) to 30 June 2025, Monday to Friday.
"""

from __future__ import annotations

import pytest

from firstbell.core.calendar import CalendarEvent, InstructionMode
from firstbell.core.days import DayClass, SchoolDays, Transition
from firstbell.core.ordinary_week import OrdinaryWeek
from firstbell.core.rotation import cycle_of
from tests.builders import a_calendar, a_holiday, a_row, a_school_year, an_exception, day_of, on

E = CalendarEvent
REMOTE, HYBRID, IN_PERSON = InstructionMode.REMOTE, InstructionMode.HYBRID, InstructionMode.IN_PERSON
FIRST, RESTART = DayClass.FIRST_DAY_OF_SCHOOL_YEAR, DayClass.RESTART_AFTER_HOLIDAY
LONG, WEEK, REGULAR = DayClass.AFTER_LONG_WEEKEND, DayClass.FIRST_DAY_OF_WEEK, DayClass.REGULAR


def class_of(day: str, **fields) -> tuple[DayClass, int | None]:
    """(class, days of break) of a date that has lessons."""
    lessons = day_of(a_calendar(**fields), day).lessons
    assert lessons is not None
    return lessons.day_class, lessons.break_days


def away(first: str, last: str | None = None) -> dict:
    return {"holidays": (a_holiday(first, last),)}


@pytest.mark.parametrize(
    ("day", "closed", "want"),
    [
        pytest.param("2024-11-12", {}, (REGULAR, 0), id="no break is a regular day"),
        pytest.param("2024-11-14", away("2024-11-13"), (REGULAR, 1), id="a break of 1 is a regular day"),
        pytest.param("2024-11-11", {}, (WEEK, 2), id="a weekend makes the first day of the week"),
        pytest.param(
            "2024-11-14",
            away("2024-11-12", "2024-11-13"),
            (WEEK, 2),
            id="so do two days in the middle of the week",
        ),
        pytest.param("2024-11-12", away("2024-11-11"), (LONG, 3), id="a break of 3 is a long weekend"),
        pytest.param("2024-11-13", away("2024-11-11", "2024-11-12"), (LONG, 4), id="and so is one of 4"),
        pytest.param(
            "2024-11-14", away("2024-11-11", "2024-11-13"), (RESTART, 5), id="a break of 5 is a restart"
        ),
        pytest.param(
            "2024-11-04", away("2024-10-28", "2024-11-03"), (RESTART, 9), id="a holiday week is a restart"
        ),
    ],
)
def test_the_class_of_a_day_follows_from_the_break_before_it(day, closed, want):
    assert want == class_of(day, **closed)


@pytest.mark.parametrize(
    ("shortest", "want"),
    [(9, RESTART), (10, LONG), (3, RESTART)],
    ids=["exactly as long", "one day short of it", "longer"],
)
def test_restart_min_break_days_decides_what_a_restart_is(shortest, want):
    got = class_of("2024-11-04", restart_min_break_days=shortest, **away("2024-10-28", "2024-11-03"))
    assert (want, 9) == got


def test_a_shortest_break_below_a_weekend_does_not_make_every_monday_a_restart():
    assert class_of("2024-11-11", restart_min_break_days=1) == (WEEK, 2)
    assert class_of("2024-11-12", restart_min_break_days=1, **away("2024-11-11")) == (RESTART, 3)


@pytest.mark.parametrize(
    ("days", "gap"),
    [
        ("Mon Tue Wed Thu Fri", 2),
        ("Mon Tue Wed Thu Fri Sat", 1),
        ("Sun Mon Tue Wed Thu", 2),
        ("Sat", 6),
        ("Mon Thu", 3),
        ("Mon Tue Wed Thu Fri Sat Sun", 0),
        ("", 7),
    ],
)
def test_the_longest_gap_of_the_ordinary_week_is_counted_over_its_end_too(days, gap):
    assert gap == OrdinaryWeek((a_row(days),), cycle_of(None)).longest_gap


def test_a_saturday_school_does_not_restart_every_saturday():
    """Its break of 6 is just the ordinary week's gap; one Saturday left out is a restart."""
    saturdays = {"weekly_schedule": (a_row("Sat"),)}
    assert class_of("2024-11-16", **saturdays) == (WEEK, 6)
    assert class_of("2024-11-16", **saturdays, **away("2024-11-09")) == (RESTART, 13)


def test_a_saturday_school_s_break_shorter_than_its_week_is_regular():
    """A lesson day on Sunday leaves 5 days, at least restartMinBreakDays but less than the week's gap."""
    extra = an_exception(E.MAKE_UP_DAY, "2024-11-10", bell_schedule_name="short")
    fields = {"weekly_schedule": (a_row("Sat"),), "calendar_dates": (extra,)}
    assert class_of("2024-11-16", **fields) == (REGULAR, 5)


def test_an_ordinary_gap_of_three_or_four_is_the_first_day_of_the_week():
    twice_a_week = {"weekly_schedule": (a_row("Mon Thu"),)}
    assert class_of("2024-11-18", **twice_a_week) == (WEEK, 3)
    assert class_of("2024-11-14", **twice_a_week) == (REGULAR, 2)


def test_a_six_day_week_starts_with_the_first_day_of_the_week():
    six_days = {"weekly_schedule": (a_row("Mon Tue Wed Thu Fri Sat"),)}
    assert class_of("2024-11-11", **six_days) == (WEEK, 1)
    assert class_of("2024-11-12", **six_days) == (REGULAR, 0)


def test_a_saturday_off_makes_a_long_weekend_of_a_six_day_week():
    six_days = {"weekly_schedule": (a_row("Mon Tue Wed Thu Fri Sat"),)}
    assert class_of("2024-11-11", **six_days, **away("2024-11-09")) == (LONG, 2)


def test_a_week_of_seven_days_has_no_first_day():
    every_day = {"weekly_schedule": (a_row("Mon Tue Wed Thu Fri Sat Sun"),)}
    assert class_of("2024-11-11", **every_day) == (REGULAR, 0)
    assert class_of("2024-11-11", **every_day, **away("2024-11-10")) == (LONG, 1)


def test_five_and_six_days_in_two_regions_each_have_their_first_day():
    """Monday to Saturday in the south, Monday to Friday in the north, of one calendar."""
    calendar = a_calendar(
        regions=("north", "south"),
        weekly_schedule=(a_row(regions=("north",)), a_row("Mon Tue Wed Thu Fri Sat", regions=("south",))),
        cohorts=(),
    )
    days = [day_of(calendar, "2024-11-11", region).lessons for region in ("north", "south")]
    assert [day.day_class for day in days] == [WEEK, WEEK]
    assert [day.break_days for day in days] == [2, 1]


def test_breaks_are_counted_over_year_boundaries():
    """30 June 2025 is a Monday, 1 September too: 62 days."""
    years = (a_school_year(), a_school_year("2025-09-01", "2026-06-30"))
    assert class_of("2025-09-01", sessions=years) == (FIRST, 62)


def test_the_first_lesson_day_of_a_school_year_has_its_class_whatever_the_break():
    """Years that follow each other at once, and one whose first date is a Saturday."""
    years = (
        a_school_year("2024-09-07", "2025-06-30"),
        a_school_year("2025-07-01", "2025-12-19"),
    )
    assert class_of("2024-09-09", sessions=years) == (FIRST, None)
    assert class_of("2025-07-01", sessions=years) == (FIRST, 0)
    assert class_of("2025-07-02", sessions=years) == (REGULAR, 0)


def test_data_that_starts_in_mid_year_starts_with_the_first_day_of_a_school_year():
    assert class_of("2025-01-06", sessions=(a_school_year("2025-01-06", "2025-06-30"),)) == (FIRST, None)


def test_a_closed_first_day_hands_its_class_to_the_next():
    closed = an_exception(E.STRIKE, "2024-09-02")
    assert class_of("2024-09-03", calendar_dates=(closed,)) == (FIRST, None)


def test_a_day_opened_before_the_first_year_does_not_take_the_year_s_first_day():
    opened = an_exception(E.MAKE_UP_DAY, "2024-08-26", bell_schedule_name="short")
    fields = {"calendar_dates": (opened,)}
    assert class_of("2024-08-26", **fields) == (RESTART, None)
    assert class_of("2024-09-02", **fields) == (FIRST, 6)


def test_an_exception_that_opens_or_closes_a_day_moves_the_break():
    """A make-up day in the holiday splits it; a snow day beside the weekend lengthens it."""
    makeup = an_exception(E.MAKE_UP_DAY, "2024-10-31", bell_schedule_name="short")
    split = {"calendar_dates": (makeup,)} | away("2024-10-28", "2024-11-03")
    assert class_of("2024-10-31", **split) == (RESTART, 5)
    assert class_of("2024-11-04", **split) == (LONG, 3)
    snow = an_exception(E.WEATHER_DAY, "2024-11-11")
    assert class_of("2024-11-12", calendar_dates=(snow,)) == (LONG, 3)


def test_a_day_without_lessons_has_no_class_break_transition_mode_bells_or_label():
    assert day_of(a_calendar(), "2024-11-10").lessons is None


def test_no_previous_lesson_day_means_no_break_and_no_transition():
    remote = an_exception(E.INSTRUCTIONAL_DAY, "2024-09-02", instruction_mode=REMOTE)
    lessons = day_of(a_calendar(calendar_dates=(remote,)), "2024-09-02").lessons
    assert (lessons.break_days, lessons.transition) == (None, None)


def test_a_transition_is_a_mode_that_differs_from_the_previous_lesson_day():
    """Friday in person, Monday and Tuesday remote, Wednesday hybrid, Thursday in person again."""
    entries = (
        an_exception(E.INSTRUCTIONAL_DAY, "2024-11-09", "2024-11-12", instruction_mode=REMOTE),
        an_exception(E.INSTRUCTIONAL_DAY, "2024-11-13", instruction_mode=HYBRID),
    )
    days = SchoolDays(a_calendar(calendar_dates=entries))
    got = {day.date.day: day.lessons.transition for day in days.lesson_days(None) if day.date.month == 11}
    assert {day: got[day] for day in (8, 11, 12, 13, 14, 15)} == {
        8: None,
        11: Transition.TO_REMOTE,
        12: None,
        13: Transition.TO_HYBRID,
        14: Transition.TO_IN_PERSON,
        15: None,
    }


def test_a_transition_looks_over_a_holiday_to_the_last_lesson_day():
    """The last lesson day before the holiday was remote too: nothing changes on the way back."""
    remote = an_exception(E.INSTRUCTIONAL_DAY, "2024-10-21", "2024-11-04", instruction_mode=REMOTE)
    calendar = a_calendar(calendar_dates=(remote,), **away("2024-10-28", "2024-11-03"))
    assert day_of(calendar, "2024-11-04").lessons.transition is None
    assert day_of(calendar, "2024-11-05").lessons.transition is Transition.TO_IN_PERSON


def test_class_and_transition_are_computed_per_region():
    """Region a is away on Monday; region b has lessons, remote."""
    calendar = a_calendar(
        regions=("a", "b"),
        cohorts=(),
        holidays=(a_holiday("2024-11-11", regions=("a",)),),
        calendar_dates=(
            an_exception(E.INSTRUCTIONAL_DAY, "2024-11-11", regions=("b",), instruction_mode=REMOTE),
        ),
    )
    days = SchoolDays(calendar)
    tuesday = [days.day(region, on("2024-11-12")).lessons for region in ("a", "b")]
    assert [(day.day_class, day.transition) for day in tuesday] == [
        (LONG, None),
        (REGULAR, Transition.TO_IN_PERSON),
    ]


def test_the_ordinary_week_is_that_of_the_region():
    """Region a has lessons on Saturdays only, region b all week: each has its own longest gap."""
    calendar = a_calendar(
        regions=("a", "b"),
        cohorts=(),
        weekly_schedule=(a_row("Sat", regions=("a",)), a_row(regions=("b",))),
    )
    days = SchoolDays(calendar)
    assert days.day("a", on("2024-11-16")).lessons.day_class is WEEK
    assert days.day("b", on("2024-11-18")).lessons.day_class is WEEK


@pytest.mark.parametrize("year_end", ["2025-06-27", "2025-06-30"])
def test_after_the_last_school_year_there_are_no_lessons(year_end):
    days = SchoolDays(a_calendar(sessions=(a_school_year("2024-09-02", year_end),)))
    assert days.lesson_days(None)[-1].date == on(year_end)
    assert not days.day(None, on("2025-09-01")).instructional
