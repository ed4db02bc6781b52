"""The next peaks, as far as the data goes, and the sentence that explains a number.

Default calendar: Monday to Friday from 2 September 2024, first bell 07:30Z in winter.
"""

from __future__ import annotations

from fractions import Fraction

import pytest

from firstbell.core.calendar import CalendarEvent, InstructionMode
from firstbell.core.days import DayClass
from firstbell.core.policy import PeakAnchor
from firstbell.core.upcoming import (
    local_time,
    peak_at,
    peak_sentence,
    percent_text,
    upcoming_peaks,
)
from tests.builders import (
    a_bell_schedule,
    a_calendar,
    a_cohort,
    a_factor,
    a_holiday,
    a_peak,
    a_policy,
    a_rotation,
    a_shape,
    a_workload,
    an_event,
    an_exception,
    every,
    plan_days,
    stamp,
    utc,
)

TUESDAY = "2024-11-12"
FIRST, PERIOD, EVENT = PeakAnchor.FIRST_PERIOD_START, PeakAnchor.PERIOD_START, PeakAnchor.DEMAND_EVENT
BLOCK = a_shape(lead=10, ramp=0, hold=30, decay=0)


def ready(workload, after: str, count: int) -> list[str]:
    return [stamp(peak.ready_by) for peak in upcoming_peaks(workload, utc(after), count)]


def test_the_next_peaks_come_by_their_bells_though_they_must_be_ready_before():
    planned = a_workload(a_policy(a_peak(shape=BLOCK)))
    assert ready(planned, "2024-11-15T07:29", 2) == ["2024-11-15T07:20", "2024-11-18T07:20"]
    assert ready(planned, "2024-11-15T07:30", 2) == ["2024-11-18T07:20", "2024-11-19T07:20"]


@pytest.mark.parametrize("offset", [-720, 720])
def test_a_peak_is_found_by_its_bell_however_far_its_pupils_start_from_it(offset):
    """Each look ahead begins where the one before ended: half a day of load may lie on the other side."""
    calendar = a_calendar(cohorts=(a_cohort(offset=offset),))
    planned = a_workload(a_policy(a_peak(shape=BLOCK)), calendar)
    lessons = planned.calendars[0].lesson_days(None)
    after = utc("2024-09-02T06:30")
    found = [stamp(peak.bell) for peak in upcoming_peaks(planned, after, 1000)]
    assert len(found) == len(lessons) - 1
    assert sorted(set(found)) == found


def test_every_peak_of_a_year_is_found_once_wherever_the_looks_ahead_meet():
    """Asked at the minute of a bell, so that later looks begin and end on minutes of bells."""
    planned = a_workload(a_policy(a_peak(shape=BLOCK)), a_calendar(zone=a_calendar().zone))
    lessons = planned.calendars[0].lesson_days(None)
    found = ready(planned, "2024-09-02T06:30", 1000)
    assert len(found) == len(lessons) - 1
    assert sorted(set(found)) == found


def test_the_look_ahead_goes_over_a_summer_to_the_end_of_the_data():
    calendar = a_calendar(holidays=(a_holiday("2024-09-03", "2025-06-29"),))
    planned = a_workload(a_policy(a_peak(shape=BLOCK)), calendar)
    assert ready(planned, "2024-09-03T00:00", 5) == ["2025-06-30T06:20"]
    assert ready(planned, "2025-07-01T00:00", 5) == []


def test_after_the_data_only_demand_events_are_left_for_some_days():
    calendar = a_calendar(demand_events=(an_event(when=every("Sun")),))
    planned = a_workload(a_policy(a_peak(EVENT, shape=BLOCK)), calendar)
    after = "2025-07-10T00:00"
    assert ready(planned, after, 9) == ["2025-07-13T17:50"]


@pytest.mark.parametrize(
    ("minute", "want"),
    [
        pytest.param("07:14", None, id="before the write that may come early"),
        pytest.param("07:15", "first", id="five minutes early"),
        pytest.param("07:59", "first", id="to its end"),
        pytest.param("08:00", None, id="and not after the fall"),
        pytest.param("19:00", "evening", id="the larger of two that overlap"),
    ],
)
def test_the_peak_that_explains_a_minute(minute, want):
    policy = a_policy(
        a_peak(FIRST, name="first", shape=BLOCK),
        a_peak(EVENT, name="evening", shape=BLOCK, load_percent=200),
        a_peak(EVENT, name="smaller", shape=a_shape(10, 0, 90, 0)),
    )
    calendar = a_calendar(demand_events=(an_event(TUESDAY, "20:00"),))
    plan = plan_days(a_workload(policy, calendar), TUESDAY)
    found = peak_at(plan, utc(f"{TUESDAY}T{minute}"))
    assert want == (found and found.surge.occurrence.peak.name)


@pytest.mark.parametrize(
    ("minute", "want"),
    [
        pytest.param("08:02", "first", id="while the fall is put off to its mark"),
        pytest.param("08:20", "first", id="while a gap is held"),
        pytest.param("08:40", "PeriodStart", id="the later of the two"),
        pytest.param("09:04", "PeriodStart", id="while the last fall is put off"),
        pytest.param("09:05", None, id="not after it"),
    ],
)
def test_what_is_still_written_after_a_peak_is_explained_by_it(minute, want):
    """Ready from 07:20Z to 08:01Z and from 08:31Z to 09:01Z."""
    policy = a_policy(
        a_peak(FIRST, name="first", shape=a_shape(10, 0, 31, 0)), a_peak(PERIOD, shape=a_shape(4, 0, 26, 0))
    )
    calendar = a_calendar(bell_schedules=(a_bell_schedule("full", "08:30-09:20", "09:35-10:10"),))
    plan = plan_days(a_workload(policy, calendar), TUESDAY)
    found = peak_at(plan, utc(f"{TUESDAY}T{minute}"))
    assert want == (found and found.surge.occurrence.peak.name)


def only_peak(day: str = TUESDAY, policy=None, **fields):
    plan = plan_days(a_workload(a_policy(**policy or {}), a_calendar(**fields)), day)
    return plan.peaks[0]


def test_a_plain_day_is_explained_in_a_few_words():
    assert peak_sentence(only_peak()) == "FirstPeriodStart at Tue 12 Nov 08:30 (Regular, InPerson)"


def test_a_restart_tells_its_break_its_transition_its_label_and_every_factor():
    remote = InstructionMode.REMOTE
    gone_remote = an_exception(CalendarEvent.INSTRUCTIONAL_DAY, "2024-11-04", instruction_mode=remote)
    peak = only_peak(
        "2024-11-04",
        policy={
            "day_factors": (
                a_factor(2000, instruction_modes={remote}),
                a_factor(333, day_classes={DayClass.RESTART_AFTER_HOLIDAY}),
            )
        },
        holidays=(a_holiday("2024-10-28", "2024-11-03"),),
        rotation=a_rotation(),
        calendar_dates=(gone_remote,),
    )
    assert peak_sentence(peak) == (
        "FirstPeriodStart at Mon 04 Nov 08:30"
        " (RestartAfterHoliday, 9 days off before, ToRemote, Remote, label A)"
        ": x2000 2000 % x x333 333 % = 6660 %, capped at 5000 %"
    )


def test_an_event_on_a_day_without_lessons_tells_only_when_it_is():
    event = an_event("2024-11-17", "22:30")
    plan = plan_days(
        a_workload(a_policy(a_peak(EVENT, name="deadline")), a_calendar(demand_events=(event,))), "2024-11-17"
    )
    assert peak_sentence(plan.peaks[0]) == "deadline at Sun 17 Nov 22:30"


def test_the_bell_is_told_unshifted_on_the_wall_of_its_school():
    assert local_time(only_peak(cohorts=(a_cohort(offset=45),))) == "Tue 12 Nov 08:30"


def test_a_bell_in_the_hour_that_comes_twice_says_in_which_of_the_two_it_is():
    """A bell is in the first of the two."""
    event = an_event("2024-10-27", "02:30")
    workload = a_workload(a_policy(a_peak(EVENT, name="deadline")), a_calendar(demand_events=(event,)))
    (peak,) = plan_days(workload, "2024-10-27").peaks
    assert peak_sentence(peak) == "deadline at Sun 27 Oct 02:30 CEST"


@pytest.mark.parametrize(
    ("percent", "want"),
    [
        (Fraction(100), "100"),
        (Fraction(1331, 10), "133.1"),
        (Fraction(12345678, 1000), "12345.68"),
        (Fraction(1, 3), "0.33"),
        (Fraction(0), "0"),
        (Fraction(10**7), "10000000"),
    ],
)
def test_a_percentage_has_at_most_two_decimals(percent, want):
    assert want == percent_text(percent)
