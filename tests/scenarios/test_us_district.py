"""A US district in 2026-2027: A/B days, early release, a delay, a snow day turned remote, clock changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from firstbell.core.calendar import CalendarEvent, InstructionMode
from firstbell.core.days import DayClass
from firstbell.core.policy import PeakAnchor
from tests.builders import clock, on, plan_days
from tests.scenarios.manifests import EXAMPLES, workload_of

if TYPE_CHECKING:
    from firstbell.core.plan import Workload


@pytest.fixture(scope="module")
def district() -> Workload:
    return workload_of(EXAMPLES / "us-district-ab.yaml")


def day(workload: Workload, text: str):
    return workload.calendars[0].day(None, on(text))


def first_bell(workload: Workload, text: str) -> str:
    """The first bell of a day, in UTC."""
    return min(
        clock(peak.bell)
        for peak in plan_days(workload, text).peaks
        if peak.surge.occurrence.peak.anchor is PeakAnchor.FIRST_PERIOD_START
    )


def highest(workload: Workload, text: str) -> int:
    return max(step.replicas for step in plan_days(workload, text).steps)


def test_the_first_day_of_the_year(district):
    lessons = day(district, "2026-08-24").lessons
    assert (lessons.day_class, lessons.label) == (DayClass.FIRST_DAY_OF_SCHOOL_YEAR, "A")
    assert highest(district, "2026-08-24") == 10


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param("2026-10-14", "11:40", id="an early release keeps the 07:40 start"),
        pytest.param("2027-01-26", "14:33", id="a two-hour delay starts at 09:33"),
        pytest.param("2027-02-10", "13:00", id="a remote snow day starts at 08:00"),
        pytest.param("2027-03-12", "12:40", id="the Friday before the clocks change"),
        pytest.param("2027-03-15", "11:40", id="the Monday after it"),
    ],
)
def test_the_first_bell(district, text, want):
    assert want == first_bell(district, text)


def test_the_snow_day_holds_its_label_and_the_next_is_remote(district):
    """Monday A, Tuesday closed, Wednesday remote B, Thursday A."""
    week = [day(district, f"2027-02-{number:02}").lessons for number in range(8, 12)]
    assert [lessons and lessons.label for lessons in week] == ["A", None, "B", "A"]
    assert week[2].instruction_mode is InstructionMode.REMOTE
    assert highest(district, "2027-02-09") == 2


def test_with_cohort_offsets_a_peak_is_reached_after_the_bell(district):
    """27 for the high schools at 12:45Z, 34 with the middle schools at 13:35Z, under one bell at 13:00Z."""
    plan = plan_days(district, "2027-02-10")
    values = [(clock(step.minute), step.replicas) for step in plan.steps]
    assert ("12:45", 27) in values
    assert ("13:35", 34) in values
    assert max(count for _, count in values) == 34
    first = next(peak for peak in plan.peaks if peak.surge.occurrence.peak.name == "first-block")
    assert (clock(first.bell), clock(first.ready_by), first.wanted) == ("13:00", "13:35", 34)


def test_a_make_up_day_opens_a_holiday(district):
    opened = day(district, "2027-03-29")
    assert (opened.reason, opened.event) == ("calendarDates/make-up", CalendarEvent.MAKE_UP_DAY)
    assert opened.lessons.bell_schedule_name == "regular"
    assert not day(district, "2027-03-30").instructional


def test_the_restart_after_spring_break_and_the_opening_of_enrolment_together(district):
    """Six days, not nine: the make-up day was on the first Monday."""
    lessons = day(district, "2027-04-05").lessons
    assert (lessons.day_class, lessons.break_days) == (DayClass.RESTART_AFTER_HOLIDAY, 6)
    plan = plan_days(district, "2027-04-05")
    assert max((step.replicas, clock(step.minute)) for step in plan.steps) == (21, "12:45")


def test_the_weekly_deadline_is_on_sundays_whatever_monday_is(district):
    """Sunday 22:30 to 23:59 before a winter-break Monday: 37,000 pupils x 30 % at 4,000 to a replica."""
    plan = plan_days(district, "2026-12-27")
    assert [peak.surge.occurrence.event for peak in plan.peaks] == ["weekly-deadline"]
    assert highest(district, "2026-12-27") == 3
