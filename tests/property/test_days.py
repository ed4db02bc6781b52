"""Days that are resolved when they are asked for are those of a walk over every day, wherever one begins."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.core.calendar import (
    CalendarEvent,
    DateRange,
    InstructionMode,
    OnClosure,
    RotationType,
    SessionType,
    Weekday,
)
from firstbell.core.days import DayClass, SchoolDays
from tests.builders import (
    a_calendar,
    a_holiday,
    a_rotation,
    a_row,
    a_school_year,
    an_exception,
)
from tests.property.reference_days import reference_days
from tests.property.strategies import BELLS, REGIONS, SCHEDULES, scopes

if TYPE_CHECKING:
    from firstbell.core import SchoolCalendar

BEGIN = date(2019, 8, 20)
LONGEST = 900
WEEKS = ("Mon Tue Wed Thu Fri", "Sun Mon Tue Thu Sat", "Mon Tue Wed Thu Fri Sat", "Wed", "Mon Fri")
RESTARTS = {DayClass.RESTART_AFTER_HOLIDAY, DayClass.FIRST_DAY_OF_SCHOOL_YEAR}

starts = st.integers(0, LONGEST).map(lambda days: BEGIN + timedelta(days=days))
lengths = st.sampled_from([0, 0, 0, 1, 4, 9, 30, 200])

# Made once: to make and to check a strategy costs more than to draw from it.
YEAR_LENGTHS, TERM_LENGTHS = st.sampled_from([5, 90, 300, 330]), st.sampled_from([5, 90])
CALENDAR_EVENTS = st.sampled_from(CalendarEvent)
ANY_SCHEDULE = st.none() | SCHEDULES
MODES = st.sampled_from(InstructionMode)
ANY_MODE = st.none() | MODES
LABELLED = st.sampled_from([None, None, True, False])
SOME_WEEKDAYS = st.just(frozenset()) | st.frozensets(st.sampled_from(Weekday), max_size=3)
SCHOOL_WEEKS = st.sampled_from(WEEKS)
KINDS = st.sampled_from(RotationType)
LABELS = st.sampled_from(["A", "A B", "1 2 3 4 5 6"])
RESTARTING = st.none() | st.sampled_from([SessionType.SCHOOL_YEAR, SessionType.TERM])
CLOSURES = st.sampled_from(OnClosure)
WEEK_STARTS = st.sampled_from([Weekday.MONDAY, Weekday.SUNDAY, Weekday.WEDNESDAY])
REGION_LISTS = st.sampled_from([(), REGIONS])
UP_TO_THREE, UP_TO_FIVE, UP_TO_EIGHT = (st.integers(0, most) for most in (3, 5, 8))
BREAKS = st.sampled_from([1, 5, 12])
INDEXES = st.lists(st.integers(0, LONGEST), max_size=6)


@cache
@st.composite
def ranges(draw, lengths=lengths) -> tuple[str, str]:
    first = draw(starts)
    return first.isoformat(), (first + timedelta(days=draw(lengths))).isoformat()


@cache
@st.composite
def years(draw, regions, number: int):
    first, last = draw(ranges(YEAR_LENGTHS))
    return a_school_year(first, last, name=f"y{number}", regions=draw(scopes(regions)))


@cache
@st.composite
def exceptions(draw, regions, number: int):
    first, last = draw(ranges())
    return an_exception(
        draw(CALENDAR_EVENTS),
        first,
        last,
        name=f"x{number}",
        bell_schedule_name=draw(ANY_SCHEDULE),
        instruction_mode=draw(ANY_MODE),
        regions=draw(scopes(regions)),
        labelled=draw(LABELLED),
        days_of_week=draw(SOME_WEEKDAYS),
    )


@cache
@st.composite
def terms(draw, regions, number: int):
    first, last = draw(ranges(TERM_LENGTHS))
    return a_school_year(first, last, name=f"t{number}", type=SessionType.TERM, regions=draw(scopes(regions)))


@cache
def labels_of_rows(labels: tuple[str, ...]) -> st.SearchStrategy:
    return st.sampled_from([(), labels[:1], labels[1:]])


@cache
@st.composite
def rows(draw, regions, labels):
    return a_row(
        draw(SCHOOL_WEEKS),
        draw(SCHEDULES),
        labels=draw(labels_of_rows(labels)) if labels else (),
        regions=draw(scopes(regions)),
        instruction_mode=draw(MODES),
    )


@st.composite
def rotations(draw):
    kind = draw(KINDS)
    if kind is RotationType.CALENDAR_WEEKS:
        return a_rotation("A B", type=kind)
    return a_rotation(
        draw(LABELS),
        type=kind,
        restarts_with=draw(RESTARTING),
        on_closure=draw(CLOSURES),
        anchor=draw(starts),
        week_starts_on=draw(WEEK_STARTS),
    )


ANY_ROTATION = st.none() | rotations()


@st.composite
def calendars(draw) -> SchoolCalendar:
    """Up to three school years and eight exceptions within thirty months, in one region or two."""
    regions = draw(REGION_LISTS)
    rotation = draw(ANY_ROTATION)
    labels = rotation.labels if rotation else ()
    return a_calendar(
        regions=regions,
        sessions=(
            *(draw(years(regions, number)) for number in range(draw(UP_TO_THREE))),
            *(draw(terms(regions, number)) for number in range(draw(UP_TO_THREE))),
        ),
        bell_schedules=BELLS,
        weekly_schedule=tuple(draw(rows(regions, labels)) for _ in range(draw(UP_TO_THREE))),
        rotation=rotation,
        holidays=tuple(
            a_holiday(*draw(ranges()), name=f"h{number}", regions=draw(scopes(regions)))
            for number in range(draw(UP_TO_FIVE))
        ),
        calendar_dates=tuple(draw(exceptions(regions, number)) for number in range(draw(UP_TO_EIGHT))),
        cohorts=(),
        restart_min_break_days=draw(BREAKS),
    )


@given(calendars(), st.data())
def test_a_day_is_that_of_a_walk_over_all_days_whatever_was_asked_before(calendar, data):
    days = SchoolDays(calendar)
    for region in calendar.region_names:
        walked = reference_days(calendar, region)
        for index in data.draw(INDEXES):
            if index < len(walked):
                assert days.day(region, walked[index].date) == walked[index]
        assert SchoolDays(calendar).days(region) == walked


@given(calendars())
def test_lesson_days_are_counted_as_a_walk_over_all_days_counts_them(calendar):
    days = SchoolDays(calendar)
    for region in calendar.region_names:
        taught = [day.date for day in reference_days(calendar, region) if day.instructional]
        assert [day.date for day in days.lesson_days(region)] == taught
        for first, last in [(0, LONGEST), (100, 101), (250, 600), (600, 250), (-50, 20)]:
            dates = BEGIN + timedelta(days=first), BEGIN + timedelta(days=last)
            within = [on for on in taught if dates[0] <= on <= dates[1]]
            assert days.lesson_count(region, *dates) == len(within)
            if first <= last:
                weekdays = [Weekday.numbered(first % 7), Weekday.SUNDAY]
                on_them = [on for on in within if Weekday.of(on) in weekdays]
                held = DateRange(first=dates[0], last=dates[1])
                assert days.any_lessons_on(region, held, weekdays) == bool(on_them)
            assert days.has_lessons(region, dates[0]) == (dates[0] in taught)
            assert next(days.lesson_dates_from(region, dates[0]), None) == next(
                (on for on in taught if on >= dates[0]), None
            )


@given(calendars(), starts)
def test_the_next_restart_is_among_those_that_are_told(calendar, on):
    days = SchoolDays(calendar)
    for region in calendar.region_names:
        restarts = [
            day
            for day in reference_days(calendar, region)
            if day.lessons is not None and day.lessons.day_class in RESTARTS
        ]
        told = [
            day
            for day in days.restarts_from(region, on)
            if day.lessons is not None and day.lessons.day_class in RESTARTS
        ]
        assert set(told) <= set(restarts)
        assert told == sorted(told, key=lambda day: day.date)
        assert told[:1] == [day for day in restarts if day.date >= on][:1]


@pytest.mark.parametrize("on_closure", OnClosure)
@pytest.mark.parametrize("kind", [RotationType.DAY_CYCLE, RotationType.ALTERNATING_WEEKS])
def test_thirty_years_of_a_rotation_end_as_a_walk_over_them_ends(kind, on_closure):
    calendar = a_calendar(
        sessions=(a_school_year("1996-09-02", "2026-06-30"),),
        rotation=a_rotation("1 2 3 4 5 6 7", type=kind, on_closure=on_closure, anchor=date(1996, 9, 2)),
        weekly_schedule=(a_row(labels=("1", "2", "3", "5", "6", "7")),),
        holidays=(a_holiday("2001-03-05", "2001-03-20"),),
    )
    walked = reference_days(calendar, None)
    days = SchoolDays(calendar)
    assert [days.day(None, day.date) for day in walked[-40:]] == list(walked[-40:])
