"""What an exception changes, in words, and whether days to come stand on it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstbell.core import SchoolDays
from firstbell.core.calendar import (
    CalendarEvent,
    InstructionMode,
    changes_of,
    same_lessons_from,
    unchanged_words,
)
from tests.builders import (
    a_bell_schedule,
    a_calendar,
    a_holiday,
    a_rotation,
    a_row,
    a_school_year,
    an_exception,
    on,
)

BELLS = (a_bell_schedule("full", "08:30-09:20"), a_bell_schedule("late", "10:30-11:20"))


def calendar(**fields):
    return a_calendar(bell_schedules=BELLS, cohorts=(), **fields)


def told(of, entry):
    return [change.sentence for change in changes_of(of, entry)]


def test_a_run_of_days_with_a_weekend_in_it_is_one_change():
    entry = an_exception(
        CalendarEvent.INSTRUCTIONAL_DAY, "2024-09-05", "2024-09-10", instruction_mode=InstructionMode.REMOTE
    )
    (sentence,) = told(calendar(), entry)
    assert sentence == (
        "Thu 05 Sep 2024 to Tue 10 Sep 2024: in person, bell schedule full from 08:30 -> "
        "remote, bell schedule full from 08:30, InstructionalDay"
    )


def test_a_day_between_that_stays_as_it_is_parts_the_run():
    remote = an_exception(
        CalendarEvent.INSTRUCTIONAL_DAY, "2024-09-04", instruction_mode=InstructionMode.REMOTE
    )
    entry = replace(remote, dates=replace(remote.dates, first=on("2024-09-03"), last=on("2024-09-05")))
    found = changes_of(calendar(calendar_dates=(remote,)), entry)
    assert [(change.first.day, change.last.day) for change in found] == [(3, 3), (5, 5)]


def test_regions_that_are_not_meant_are_not_told():
    entry = an_exception(CalendarEvent.WEATHER_DAY, "2024-09-04", regions=("north",))
    of = calendar(regions=("north", "south"))
    assert told(of, entry) == [
        "Wed 04 Sep 2024, north: in person, bell schedule full from 08:30 -> no lessons (WeatherDay)"
    ]


def test_regions_that_become_the_same_are_told_together():
    entry = an_exception(CalendarEvent.STRIKE, "2024-09-04")
    (change,) = changes_of(calendar(regions=("north", "south")), entry)
    assert change.regions == ("north", "south")


def test_regions_of_different_days_each_have_their_own_before():
    rows = (a_row(regions=("north",)), a_row(bells="late", regions=("south",)))
    entry = an_exception(CalendarEvent.STRIKE, "2024-09-04")
    found = changes_of(calendar(regions=("north", "south"), weekly_schedule=rows), entry)
    assert [change.before.rpartition(" ")[2] for change in found] == ["08:30", "10:30"]


def test_a_closure_of_a_closed_day_changes_nothing():
    of = calendar(holidays=(a_holiday("2024-09-04"),))
    assert told(of, an_exception(CalendarEvent.WEATHER_DAY, "2024-09-04")) == []


@pytest.mark.parametrize(("from_day", "same"), [("2024-09-04", False), ("2024-09-06", True)])
def test_after_the_lesson_day_that_follows_a_closure_nothing_stands_on_it(from_day, same):
    of = calendar()
    closed = an_exception(CalendarEvent.WEATHER_DAY, "2024-09-04")
    with_it = SchoolDays(replace(of, calendar_dates=(closed,)))
    assert same_lessons_from(with_it, SchoolDays(of), on(from_day), 20) is same


def test_labels_that_a_closure_has_moved_stand_on_it_to_the_end():
    of = calendar(rotation=a_rotation("A B C"))
    closed = an_exception(CalendarEvent.WEATHER_DAY, "2024-09-04")
    with_it = SchoolDays(replace(of, calendar_dates=(closed,)))
    assert not same_lessons_from(with_it, SchoolDays(of), on("2025-03-03"), 20)


@pytest.mark.parametrize(
    ("first", "last", "want"),
    [
        ("2029-12-01", None, "Sat 01 Dec 2029: after the last school year, which ends on 2025-06-30"),
        ("2020-02-03", None, "Mon 03 Feb 2020: before the first school year, which begins on 2024-09-02"),
        ("2025-07-10", None, "Thu 10 Jul 2025: between two school years"),
        ("2024-11-16", "2024-11-17", "Sat 16 Nov 2024 to Sun 17 Nov 2024: no lessons by the weekly schedule"),
        ("2024-12-24", None, "Tue 24 Dec 2024: no lessons anyway (holidays/christmas)"),
        (
            "2024-12-20",
            "2024-12-24",
            (
                "Fri 20 Dec 2024: like that anyway; "
                "Sat 21 Dec 2024 to Sun 22 Dec 2024: no lessons by the weekly schedule; "
                "Mon 23 Dec 2024 to Tue 24 Dec 2024: no lessons anyway (holidays/christmas)"
            ),
        ),
    ],
)
def test_days_that_stay_are_told_for_what_they_are(first, last, want):
    years = (a_school_year(), a_school_year("2025-09-01", "2026-06-30"))
    if first == "2029-12-01":
        years = years[:1]
    of = calendar(sessions=years, holidays=(a_holiday("2024-12-23", "2025-01-05", name="christmas"),))
    closed = an_exception(CalendarEvent.EARLY_DISMISSAL, first, last)
    assert unchanged_words(of, closed) == want


def test_days_that_stay_are_told_by_region_where_these_differ_and_are_counted_where_they_are_many():
    of = calendar(
        regions=("north", "south", "west"),
        holidays=(a_holiday("2024-12-23", name="christmas", regions=("north",)),),
    )
    one = an_exception(CalendarEvent.WEATHER_DAY, "2024-12-23", regions=("north", "west"))
    assert unchanged_words(of, one) == (
        "Mon 23 Dec 2024, north: no lessons anyway (holidays/christmas); "
        "Mon 23 Dec 2024, west: like that anyway"
    )
    long = an_exception(CalendarEvent.WEATHER_DAY, "2024-11-04", "2024-12-01")
    assert unchanged_words(of, long).endswith("; 5 more of its days")
