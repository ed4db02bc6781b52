"""Which dates have lessons, and why: school years, weekly rows, holidays and exceptions, field by field.

Default calendar: 2 September 2024 (a Monday) to 30 June 2025, Monday to Friday. 11 November 2024 is the
Monday that the exceptions here play on.
"""

from __future__ import annotations

import pytest

from firstbell.core.calendar import CalendarEvent, ExceptionSource, InstructionMode, SessionType
from firstbell.core.days import Day, SchoolDays, each_day
from tests.builders import (
    a_calendar,
    a_holiday,
    a_range,
    a_row,
    a_school_year,
    an_exception,
    day_of,
    on,
)

E = CalendarEvent
MONDAY, TUESDAY, SUNDAY = "2024-11-11", "2024-11-12", "2024-11-10"
REMOTE, HYBRID, IN_PERSON = InstructionMode.REMOTE, InstructionMode.HYBRID, InstructionMode.IN_PERSON


def told(day: Day) -> tuple:
    """(has lessons, reason, event, mode, bells) of a day."""
    lessons = day.lessons
    mode = lessons and lessons.instruction_mode
    return day.instructional, day.reason, day.event, mode, lessons and lessons.bell_schedule_name


def monday(*entries, **fields) -> tuple:
    """What the Monday becomes under those exceptions."""
    return told(day_of(a_calendar(calendar_dates=entries, **fields), MONDAY))


@pytest.mark.parametrize(
    ("day", "want"),
    [
        pytest.param("2024-09-02", (True, "weekly"), id="the first date of a school year is in it"),
        pytest.param("2025-06-30", (True, "weekly"), id="the last date of a school year is in it"),
        pytest.param("2024-09-01", (False, "outside-school-year"), id="the date before is outside"),
        pytest.param("2025-07-01", (False, "outside-school-year"), id="the date after is outside"),
        pytest.param("2024-09-07", (False, "no-weekly-row"), id="a weekday in no row has no lessons"),
        pytest.param("2024-10-28", (False, "holidays/herfst"), id="a holiday starts on its first date"),
        pytest.param("2024-11-03", (False, "holidays/herfst"), id="and ends on its last, a Sunday here"),
        pytest.param("2024-11-04", (True, "weekly"), id="and not later"),
        pytest.param("2030-01-01", (False, "outside-school-year"), id="far from the data there is nothing"),
    ],
)
def test_inside_a_school_year_no_holiday_and_a_weekly_row_are_lessons(day, want):
    calendar = a_calendar(holidays=(a_holiday("2024-10-28", "2024-11-03", name="herfst"),))
    resolved = day_of(calendar, day)
    assert want == (resolved.instructional, resolved.reason)


def test_only_a_school_year_decides_which_days_have_lessons():
    """A term that ends earlier closes nothing and one that ends later opens nothing."""
    term = a_school_year("2024-08-01", "2024-12-20", type=SessionType.TERM)
    calendar = a_calendar(sessions=(term, a_school_year()))
    assert not day_of(calendar, "2024-08-05").instructional
    assert day_of(calendar, "2025-01-06").instructional


def test_a_calendar_without_a_school_year_has_no_days():
    resolved = SchoolDays(a_calendar(sessions=()))
    assert (resolved.first, resolved.last) == (None, None)
    assert resolved.days(None) == ()
    assert resolved.lesson_days(None) == ()
    assert resolved.day(None, on(MONDAY)).reason == "outside-school-year"


def test_the_first_weekly_row_that_matches_wins():
    rows = (a_row("Wed", "short", instruction_mode=HYBRID), a_row())
    calendar = a_calendar(weekly_schedule=rows)
    assert told(day_of(calendar, "2024-09-04"))[3:] == (HYBRID, "short")
    assert told(day_of(calendar, "2024-09-05"))[3:] == (IN_PERSON, "full")


def test_any_weekday_may_have_lessons():
    calendar = a_calendar(weekly_schedule=(a_row("Sun Mon Tue Wed Thu"),))
    week = [day_of(calendar, f"2024-09-{day:02}").instructional for day in range(2, 9)]
    assert week == [True, True, True, True, False, False, True]


def test_a_holiday_names_itself_even_on_a_weekend_and_the_first_of_two_does():
    calendar = a_calendar(holidays=(a_holiday(SUNDAY, name="one"), a_holiday(SUNDAY, name="two")))
    assert day_of(calendar, SUNDAY).reason == "holidays/one"


@pytest.mark.parametrize("event", [event for event in E if not event.has_lessons])
def test_a_closed_event_closes_the_day_and_names_itself(event):
    want = (False, "calendarDates/exception", event, None, None)
    assert want == monday(an_exception(event, MONDAY))


def test_an_early_dismissal_inside_a_remote_period_stays_remote():
    remote = an_exception(E.INSTRUCTIONAL_DAY, "2024-11-04", "2024-11-15", instruction_mode=REMOTE)
    early = an_exception(E.EARLY_DISMISSAL, MONDAY, name="early", bell_schedule_name="short")
    want = (True, "calendarDates/early", E.EARLY_DISMISSAL, REMOTE, "short")
    assert want == monday(remote, early)


def test_the_last_entry_that_covers_the_day_names_it_and_each_sets_its_own_fields():
    """The same two entries the other way round: fields as before, the name is the period's."""
    remote = an_exception(E.INSTRUCTIONAL_DAY, "2024-11-04", "2024-11-15", name="r", instruction_mode=REMOTE)
    early = an_exception(E.EARLY_DISMISSAL, MONDAY, name="early", bell_schedule_name="short")
    want = (True, "calendarDates/r", E.INSTRUCTIONAL_DAY, REMOTE, "short")
    assert want == monday(early, remote)


def test_of_two_entries_that_set_one_field_the_later_wins():
    one = an_exception(E.LATE_ARRIVAL, MONDAY, name="one", bell_schedule_name="late")
    two = an_exception(E.EXAM_DAY, MONDAY, name="two", bell_schedule_name="short", instruction_mode=HYBRID)
    assert monday(one, two) == (True, "calendarDates/two", E.EXAM_DAY, HYBRID, "short")


def test_an_entry_that_sets_no_field_changes_only_the_event():
    assert monday(an_exception(E.EXAM_DAY, MONDAY)) == (
        True,
        "calendarDates/exception",
        E.EXAM_DAY,
        IN_PERSON,
        "full",
    )


def test_a_late_exception_names_its_own_kind():
    strike = an_exception(E.STRIKE, MONDAY, name="strike", source=ExceptionSource.EXCEPTIONS)
    assert monday(strike)[1] == "exceptions/strike"


@pytest.mark.parametrize("event", [E.INSTRUCTIONAL_DAY, E.EXAM_DAY, E.MAKE_UP_DAY])
@pytest.mark.parametrize(
    "closing",
    [
        pytest.param({"holidays": (a_holiday(MONDAY),)}, id="a holiday"),
        pytest.param({"sessions": (a_school_year("2024-11-12", "2025-06-30"),)}, id="outside the year"),
        pytest.param({"weekly_schedule": (a_row("Tue"),)}, id="a weekday without a row"),
    ],
)
def test_an_open_event_on_a_single_date_undoes_what_closed_the_day(event, closing):
    opening = an_exception(event, MONDAY, name="open", bell_schedule_name="short")
    assert monday(opening, **closing) == (True, "calendarDates/open", event, IN_PERSON, "short")


def test_an_open_event_undoes_an_earlier_closed_entry_and_a_later_one_closes_again():
    snow = an_exception(E.WEATHER_DAY, MONDAY, name="snow")
    opened = an_exception(E.INSTRUCTIONAL_DAY, MONDAY, name="remote", instruction_mode=REMOTE)
    assert monday(snow, opened) == (True, "calendarDates/remote", E.INSTRUCTIONAL_DAY, REMOTE, "full")
    assert monday(opened, snow) == (False, "calendarDates/snow", E.WEATHER_DAY, None, None)


def test_a_day_opened_with_a_row_has_the_lessons_of_its_row():
    opening = an_exception(E.INSTRUCTIONAL_DAY, MONDAY)
    rows = (a_row("Mon", "late", instruction_mode=HYBRID),)
    got = monday(opening, holidays=(a_holiday(MONDAY),), weekly_schedule=rows)
    assert got[3:] == (HYBRID, "late")


def test_a_day_without_a_row_is_opened_only_by_an_entry_that_names_bells_itself():
    """Bells that a ranged entry lays over the date do not count: they speak of days that have lessons."""
    ranged = an_exception(E.INSTRUCTIONAL_DAY, "2024-11-09", "2024-11-11", bell_schedule_name="short")
    bare = an_exception(E.INSTRUCTIONAL_DAY, SUNDAY, name="bare")
    named = an_exception(E.INSTRUCTIONAL_DAY, SUNDAY, name="named", bell_schedule_name="late")
    shut = day_of(a_calendar(calendar_dates=(ranged, bare)), SUNDAY)
    assert told(shut) == (False, "no-weekly-row", None, None, None)
    opened = day_of(a_calendar(calendar_dates=(ranged, named)), SUNDAY)
    assert told(opened) == (True, "calendarDates/named", E.INSTRUCTIONAL_DAY, IN_PERSON, "late")


def test_a_ranged_open_event_never_undoes_a_closure():
    """A remote fortnight opens neither the teacher day, nor the holiday, nor the weekend inside it."""
    remote = an_exception(E.INSTRUCTIONAL_DAY, "2024-11-04", "2024-11-17", name="r", instruction_mode=REMOTE)
    staff = an_exception(E.TEACHER_ONLY_DAY, "2024-11-06", name="staff")
    calendar = a_calendar(calendar_dates=(staff, remote), holidays=(a_holiday(MONDAY, name="h"),))
    reasons = {
        day: told(day_of(calendar, day))[:3] for day in ("2024-11-05", "2024-11-06", SUNDAY, MONDAY, TUESDAY)
    }
    assert reasons == {
        "2024-11-05": (True, "calendarDates/r", E.INSTRUCTIONAL_DAY),
        "2024-11-06": (False, "calendarDates/staff", E.TEACHER_ONLY_DAY),
        SUNDAY: (False, "no-weekly-row", None),
        MONDAY: (False, "holidays/h", None),
        TUESDAY: (True, "calendarDates/r", E.INSTRUCTIONAL_DAY),
    }


def test_a_range_of_make_up_days_opens_every_date_in_it():
    entry = an_exception(E.MAKE_UP_DAY, "2024-11-09", "2024-11-10", bell_schedule_name="short")
    calendar = a_calendar(calendar_dates=(entry,))
    assert [day_of(calendar, day).instructional for day in ("2024-11-08", "2024-11-09", SUNDAY)] == [True] * 3


def test_what_is_laid_over_a_closed_day_shows_once_it_is_opened():
    remote = an_exception(E.INSTRUCTIONAL_DAY, "2024-11-04", "2024-11-15", instruction_mode=REMOTE)
    makeup = an_exception(E.MAKE_UP_DAY, MONDAY, name="makeup", bell_schedule_name="late")
    got = monday(remote, makeup, holidays=(a_holiday(MONDAY),))
    assert got == (True, "calendarDates/makeup", E.MAKE_UP_DAY, REMOTE, "late")


def test_an_opened_date_before_or_after_every_school_year_belongs_to_the_data():
    early = an_exception(E.MAKE_UP_DAY, "2024-08-26", bell_schedule_name="short")
    late = an_exception(E.MAKE_UP_DAY, "2025-07-07", bell_schedule_name="short")
    resolved = SchoolDays(a_calendar(calendar_dates=(early, late)))
    assert (resolved.first, resolved.last) == (on("2024-08-26"), on("2025-07-07"))
    assert resolved.day(None, on("2025-07-07")).instructional


def test_a_closure_outside_the_data_is_still_told():
    storm = an_exception(E.WEATHER_DAY, "2025-08-01", name="storm")
    got = told(day_of(a_calendar(calendar_dates=(storm,)), "2025-08-01"))
    assert got == (False, "calendarDates/storm", E.WEATHER_DAY, None, None)


def test_regions_have_their_own_years_rows_holidays_and_exceptions():
    calendar = a_calendar(
        regions=("a", "b", "c"),
        cohorts=(),
        sessions=(
            a_school_year(regions=("a", "c")),
            a_school_year("2024-09-09", "2025-07-04", regions=("b",)),
        ),
        weekly_schedule=(a_row("Mon", "late", regions=("b",)), a_row()),
        holidays=(a_holiday(TUESDAY, regions=("a",)),),
        calendar_dates=(an_exception(E.STRIKE, TUESDAY, regions=("c",)),),
    )
    days = SchoolDays(calendar)

    def seen(day: str) -> list[bool]:
        return [days.day(region, on(day)).instructional for region in ("a", "b", "c")]

    assert seen("2024-09-03") == [True, False, True]
    assert seen("2025-07-03") == [False, True, False]
    assert seen(TUESDAY) == [False, True, False]
    assert [told(days.day(region, on(MONDAY)))[4] for region in ("a", "b", "c")] == ["full", "late", "full"]
    assert [year.first for year in days.school_years("b")] == [on("2024-09-09")]


def test_days_come_in_order_and_lesson_days_are_those_with_lessons():
    resolved = SchoolDays(a_calendar(sessions=(a_school_year("2024-09-02", "2024-09-09"),)))
    assert [day.date for day in resolved.days(None)] == list(each_day(a_range("2024-09-02", "2024-09-09")))
    assert [day.date.day for day in resolved.lesson_days(None)] == [2, 3, 4, 5, 6, 9]


def test_lesson_days_from_a_date_on():
    resolved = SchoolDays(a_calendar(sessions=(a_school_year("2024-09-02", "2024-09-10"),)))

    def found(first: str) -> list[int]:
        return [day.date.day for day in resolved.lesson_days_from(None, on(first))]

    assert found("2024-09-06") == [6, 9, 10]
    assert found("2024-09-07") == [9, 10]
    assert found("2024-08-01") == [2, 3, 4, 5, 6, 9, 10]
    assert found("2024-10-01") == []
    assert list(SchoolDays(a_calendar(sessions=())).lesson_days_from(None, on("2024-09-02"))) == []
