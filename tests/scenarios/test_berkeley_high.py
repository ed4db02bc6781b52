"""Berkeley High School 2026-2027, from its published bell schedule file, as a SchoolCalendar.

What the file says and a SchoolCalendar does not carry is left out: periods tagged `optional` (zero, seventh,
extended, the lunch of an exam day) and those of teachers, since only some pupils or none attend them; and
lunch, which is no class period. The file marks exam days without naming their bells: that they ring
`EXAMS 1`, the only schedule of that kind, is an assumption. Times without a leading zero that fall back
("1:25" after "11:41") are in the afternoon.
"""

from __future__ import annotations

import json
from datetime import date, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from firstbell.core.bells import bell
from firstbell.core.calendar import BellSchedule, CalendarEvent, ClassPeriod
from firstbell.core.days import DayClass, SchoolDays
from tests.builders import a_calendar, a_holiday, a_row, a_school_year, an_exception, day_of, on, stamp
from tests.scenarios.manifests import DATA

if TYPE_CHECKING:
    from firstbell.core import SchoolCalendar

LEFT_OUT = {"optional", "nonschool"}


def berkeley() -> SchoolCalendar:
    facts = json.loads((DATA / "us-berkeley-high-2026-2027.json").read_text(encoding="utf-8"))
    named = {day.capitalize()[:3]: bells for day, bells in facts["weekdaySchedules"].items()}
    ordinary = " ".join(day for day in ("Mon", "Tue", "Wed", "Thu", "Fri") if day not in named)
    exams = [day for day, kind in facts["nonClassDays"].items() if kind == "exam"]
    return a_calendar(
        zone=ZoneInfo(facts["timezone"]),
        sessions=(a_school_year(facts["firstDay"], facts["lastDay"]),),
        bell_schedules=tuple(bell_schedule(name, rows) for name, rows in facts["schedules"].items()),
        weekly_schedule=(*(a_row(day, bells) for day, bells in named.items()), a_row(ordinary, "NORMAL")),
        holidays=tuple(a_holiday(day, name=f"h{day}") for day in facts["holidays"]),
        calendar_dates=tuple(
            an_exception(CalendarEvent.EXAM_DAY, day, name=f"x{day}", bell_schedule_name="EXAMS 1")
            for day in exams
        ),
    )


def bell_schedule(name: str, rows: list[dict]) -> BellSchedule:
    periods, after = [], time.min
    for row in rows:
        start = afternoon(row["start"], after)
        end = afternoon(row["end"], start)
        if LEFT_OUT & set(row.get("tags", ())) or row.get("teachers"):
            continue
        after = start
        if row["name"] != "Lunch":
            periods.append(ClassPeriod(name=row["name"], start=start, end=end))
    return BellSchedule(name=name, periods=tuple(periods))


def afternoon(text: str, after: time) -> time:
    """A time of day on a twelve-hour clock that is not before `after`."""
    hour, minute = map(int, text.split(":"))
    return time(hour, minute) if time(hour, minute) >= after else time(hour + 12, minute)


@pytest.fixture(scope="module")
def days() -> SchoolDays:
    return SchoolDays(berkeley())


def spans(calendar: SchoolCalendar, name: str) -> str:
    periods = calendar.bell_schedule(name).periods
    return " ".join(f"{period.start:%H:%M}-{period.end:%H:%M}" for period in periods)


@pytest.mark.parametrize(
    ("name", "want"),
    [
        ("NORMAL", "08:30-09:28 09:34-10:37 10:43-11:41 12:27-13:25 13:31-14:29 14:35-15:33"),
        ("LATE START", "10:00-10:43 10:49-11:37 11:43-12:26 13:12-13:55 14:01-14:44 14:50-15:33"),
        ("EXAMS 1", "08:30-10:30 10:40-12:40"),
    ],
)
def test_the_bells_without_optional_and_staff_periods(name, want):
    assert want == spans(berkeley(), name)


@pytest.mark.parametrize(
    ("day", "want"),
    [
        pytest.param("2026-08-12", "2026-08-12T15:30", id="the first day, a Wednesday, 08:30 PDT"),
        pytest.param("2026-08-17", "2026-08-17T17:00", id="Monday is a late start, 10:00 PDT"),
        pytest.param("2026-08-18", "2026-08-18T15:30", id="Tuesday is not"),
        pytest.param("2026-10-30", None, id="a holiday"),
        pytest.param("2026-11-02", "2026-11-02T18:00", id="after the clocks changed a late start is 18:00Z"),
        pytest.param("2026-11-30", "2026-11-30T18:00", id="the restart after Thanksgiving is a late start"),
        pytest.param("2027-03-16", "2027-03-16T15:30", id="after the spring change 08:30 is 15:30Z again"),
        pytest.param("2027-06-03", "2027-06-03T15:30", id="the last day"),
        pytest.param("2027-06-04", None, id="and none after it"),
    ],
)
def test_the_first_bell(days, day, want):
    found = days.day(None, on(day))
    if want is None:
        assert not found.instructional
    else:
        start = days.calendar.bell_schedule(found.lessons.bell_schedule_name).periods[0].start
        assert want == stamp(bell(days.calendar.zone, on(day), start))


def test_every_monday_with_lessons_is_a_late_start_but_no_exam_is_on_one(days):
    mondays = {day.lessons.bell_schedule_name for day in days.lesson_days(None) if day.date.weekday() == 0}
    assert mondays == {"LATE START"}


def test_the_finals_are_early_days(days):
    early = [day.date for day in days.lesson_days(None) if day.event is CalendarEvent.EXAM_DAY]
    assert early == [
        *[date(2026, 12, number) for number in (16, 17, 18)],
        *[date(2027, 6, number) for number in (1, 2, 3)],
    ]
    assert {day_of(berkeley(), f"{day}").lessons.bell_schedule_name for day in early} == {"EXAMS 1"}


def test_holidays_have_no_lessons_and_all_other_weekdays_have(days):
    closed = [day for day in days.days(None) if day.date.weekday() < 5 and not day.instructional]
    assert len(closed) == 32
    assert {day.reason.split("/")[0] for day in closed} == {"holidays"}
    assert len(days.lesson_days(None)) == 180


def test_the_restarts_of_the_year(days):
    found = {
        f"{day.date}": (day.lessons.day_class, day.lessons.break_days)
        for day in days.lesson_days(None)
        if day.lessons.day_class in {DayClass.RESTART_AFTER_HOLIDAY, DayClass.FIRST_DAY_OF_SCHOOL_YEAR}
    }
    restart = DayClass.RESTART_AFTER_HOLIDAY
    assert found == {
        "2026-08-12": (DayClass.FIRST_DAY_OF_SCHOOL_YEAR, None),
        "2026-11-30": (restart, 9),
        "2027-01-04": (restart, 16),
        "2027-04-05": (restart, 9),
    }


def test_a_long_weekend_around_presidents_day(days):
    lessons = days.day(None, on("2027-02-16")).lessons
    assert (lessons.day_class, lessons.break_days) == (DayClass.AFTER_LONG_WEEKEND, 4)
