"""When peaks take place: which bells, which events, on which dates, around every clock change.

Default calendar: Monday to Friday in Brussels (UTC+2 until 26 October 2024), full days with periods
08:30-09:20, 09:20-10:10, 10:25-11:15 and 13:00-15:00.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from firstbell.core.calendar import CalendarEvent, DemandEventType, RecurrenceCondition
from firstbell.core.days import SchoolDays
from firstbell.core.occurrences import Occurrence, occurrences, reach
from firstbell.core.policy import PeakAnchor
from tests.builders import (
    a_bell_schedule,
    a_calendar,
    a_cohort,
    a_holiday,
    a_peak,
    a_row,
    a_school_year,
    a_shape,
    an_event,
    an_exception,
    daily_cron,
    every,
    stamp,
    utc,
)

TUESDAY = ("2024-11-12T00:00", "2024-11-13T00:00")
FIRST, PERIOD, BREAK = PeakAnchor.FIRST_PERIOD_START, PeakAnchor.PERIOD_START, PeakAnchor.AFTER_BREAK
LAST, EVENT = PeakAnchor.LAST_PERIOD_END, PeakAnchor.DEMAND_EVENT
ALWAYS, ON, BEFORE = RecurrenceCondition
DEADLINE, OTHER = DemandEventType.ASSIGNMENT_DEADLINE, DemandEventType.OTHER


def rung(*peaks, between: tuple[str, str] = TUESDAY, **fields) -> list[Occurrence]:
    """The occurrences whose bell lies in that time, by bell."""
    start, end = map(utc, between)
    found = occurrences(peaks, SchoolDays(a_calendar(**fields)), start, end)
    return sorted((o for o in found if start <= o.bell < end), key=lambda o: (o.bell, o.peak_index))


def times(*peaks, **fields) -> list[str]:
    """The bells of one Tuesday in winter, as UTC times of day."""
    return [stamp(found.bell)[11:] for found in rung(*peaks, **fields)]


def event_times(event, *, peak=None, between: tuple[str, str], **fields) -> list[str]:
    """When an event takes place, as `start/end` in UTC."""
    found = rung(peak or a_peak(EVENT), between=between, demand_events=(event,), **fields)
    return [f"{stamp(o.bell)[5:]}/{stamp(o.end)[5:]}" for o in found]


@pytest.mark.parametrize(
    ("peak", "want"),
    [
        pytest.param(a_peak(FIRST), ["07:30"], id="FirstPeriodStart is the first period's start"),
        pytest.param(a_peak(PERIOD), ["08:20", "09:25", "12:00"], id="PeriodStart is every later period's"),
        pytest.param(a_peak(BREAK), ["09:25", "12:00"], id="AfterBreak is a later period after 10 minutes"),
        pytest.param(a_peak(BREAK, min_break_minutes=15), ["09:25", "12:00"], id="a break exactly as long"),
        pytest.param(a_peak(BREAK, min_break_minutes=16), ["12:00"], id="not after a shorter break"),
        pytest.param(a_peak(BREAK, min_break_minutes=0), ["08:20", "09:25", "12:00"], id="no break needed"),
        pytest.param(a_peak(LAST), ["14:00"], id="LastPeriodEnd is the last period's end"),
        pytest.param(a_peak(EVENT), [], id="a DemandEvent rings no bell"),
    ],
)
def test_what_a_peak_is_tied_to(peak, want):
    assert want == times(peak)


def test_a_break_is_counted_on_the_wall_clock():
    """The clocks go back between two night lessons: 02:50 to 03:00 is 70 minutes of time, 10 of clock."""
    night = a_row("Sat Sun", "night")
    schedule = a_calendar().bell_schedules[0]
    fields = {
        "weekly_schedule": (night,),
        "bell_schedules": (schedule, a_bell_schedule("night", "01:00-02:50", "03:00-04:00")),
        "between": ("2024-10-26T12:00", "2024-10-27T12:00"),
    }
    assert times(a_peak(BREAK, min_break_minutes=10), **fields) == ["02:00"]
    assert times(a_peak(BREAK, min_break_minutes=11), **fields) == []


def test_a_day_rings_the_bells_of_its_own_schedule():
    late = an_exception(CalendarEvent.LATE_ARRIVAL, "2024-11-12", bell_schedule_name="late")
    assert times(a_peak(FIRST), a_peak(LAST), calendar_dates=(late,)) == ["09:30", "14:00"]


def test_a_day_without_lessons_rings_no_bell():
    assert times(a_peak(FIRST), holidays=(a_holiday("2024-11-12"),)) == []


@pytest.mark.parametrize(
    ("day", "want"),
    [
        ("2024-10-25", "2024-10-25T06:30"),
        ("2024-10-28", "2024-10-28T07:30"),
        ("2025-03-28", "2025-03-28T07:30"),
        ("2025-03-31", "2025-03-31T06:30"),
    ],
)
def test_the_bell_stays_on_the_wall_when_the_clocks_change(day, want):
    found = rung(a_peak(FIRST), between=(f"{day}T00:00", f"{day}T23:59"))
    assert [want] == [stamp(occurrence.bell) for occurrence in found]


def test_a_suspended_calendar_rings_nothing_and_neither_does_a_policy_without_peaks():
    assert rung(a_peak(FIRST), suspended=True) == []
    assert rung() == []


def test_a_calendar_without_days_still_has_its_demand_events():
    event = an_event("2024-11-12", "20:00")
    found = rung(a_peak(FIRST), a_peak(EVENT), sessions=(), demand_events=(event,))
    assert [(o.event, o.day.lessons) for o in found] == [("event", None)]


def test_far_outside_the_data_nothing_rings():
    assert rung(a_peak(FIRST), between=("2031-01-01T00:00", "2031-03-01T00:00")) == []


@pytest.mark.parametrize(
    ("end", "want"),
    [
        pytest.param(None, "11-12T21:30/11-12T21:30", id="an absent end is one instant"),
        pytest.param("22:30", "11-12T21:30/11-13T21:30", id="an end equal to the start is a day later"),
        pytest.param("23:59", "11-12T21:30/11-12T22:59", id="an end at 23:59 is on the same day"),
        pytest.param("00:15", "11-12T21:30/11-12T23:15", id="an end before the start is on the next day"),
        pytest.param("22:29", "11-12T21:30/11-13T21:29", id="even if that is almost a day later"),
    ],
)
def test_how_long_an_event_lasts(end, want):
    assert [want] == event_times(an_event("2024-11-12", "22:30", end), between=TUESDAY)


@pytest.mark.parametrize(
    ("zone", "day", "start", "end", "want"),
    [
        pytest.param(
            "Europe/Brussels", "2025-03-30", "02:30", "03:15", "03-30T01:30/03-30T01:30",
            id="a start that the gap moves past the end: never before the start",
        ),
        pytest.param(
            "Europe/Brussels", "2025-03-29", "23:00", "06:00", "03-29T22:00/03-30T04:00",
            id="over a night that is an hour short",
        ),
        pytest.param(
            "Europe/Brussels", "2024-10-26", "23:00", "06:00", "10-26T21:00/10-27T05:00",
            id="over a night that is an hour long",
        ),
        pytest.param(
            "Europe/Brussels", "2024-10-27", "02:15", "02:45", "10-27T00:15/10-27T00:45",
            id="in the hour that comes twice: the first",
        ),
        pytest.param(
            "America/New_York", "2025-03-08", "23:59", "02:30", "03-09T04:59/03-09T07:30",
            id="an end in the gap moves forward",
        ),
        pytest.param(
            "America/Santiago", "2024-09-07", "23:30", "00:30", "09-08T03:30/09-08T04:30",
            id="over a midnight that is in a gap",
        ),
        pytest.param(
            "Africa/Cairo", "2024-04-26", "00:00", "00:45", "04-25T22:00/04-25T22:45",
            id="wholly inside a gap at midnight",
        ),
        pytest.param(
            "Australia/Sydney", "2025-04-05", "23:00", "03:00", "04-05T12:00/04-05T17:00",
            id="over a southern autumn night",
        ),
    ],
)  # fmt: skip
def test_events_over_clock_changes(zone, day, start, end, want):
    between = (f"{day[:4]}-{want[:5]}T00:00", f"{day[:4]}-{want[:5]}T23:59")
    year = (a_school_year("2024-01-08", "2025-12-19"),)
    assert [want] == event_times(
        an_event(day, start, end), between=between, zone=ZoneInfo(zone), sessions=year
    )


def test_an_event_belongs_to_the_civil_date_of_its_start():
    """Sunday 23:59 to Monday 00:30 is Sunday's: without lessons, whatever Monday is."""
    found = rung(
        a_peak(EVENT),
        between=("2024-11-10T22:00", "2024-11-11T22:00"),
        demand_events=(an_event("2024-11-10", "23:59", "00:30"),),
    )
    assert [(str(o.day.date), o.day.lessons) for o in found] == [("2024-11-10", None)]


def starts(event, **fields) -> list[int]:
    """The days of November 2024 on which an event takes place."""
    found = rung(
        a_peak(EVENT), between=("2024-11-01T00:00", "2024-12-01T00:00"), demand_events=(event,), **fields
    )
    return [occurrence.day.date.day for occurrence in found]


@pytest.mark.parametrize(
    ("recurrence", "want"),
    [
        pytest.param(every("Sun"), [3, 10, 17, 24], id="every Sunday"),
        pytest.param(every("Sun Wed"), [3, 6, 10, 13, 17, 20, 24, 27], id="on two weekdays"),
        pytest.param(every(), list(range(1, 31)), id="empty daysOfWeek is every day"),
        pytest.param(every("Mon", ON), [4, 18, 25], id="only on days with lessons"),
        pytest.param(every("Sun", BEFORE), [3, 17, 24], id="only before a day with lessons"),
        pytest.param(every("Mon", BEFORE), [4, 11, 18, 25], id="which may itself be a holiday"),
        pytest.param(every("Fri Sat", BEFORE), [], id="never before a day without"),
    ],
)
def test_when_a_recurring_event_takes_place(recurrence, want):
    """Monday 11 November is a holiday."""
    assert want == starts(an_event(when=recurrence), holidays=(a_holiday("2024-11-11"),))


def test_before_an_instructional_day_asks_each_region():
    calendar = {
        "regions": ("a", "b"),
        "cohorts": (),
        "holidays": (a_holiday("2024-11-11", regions=("a",)),),
    }
    event = an_event(when=every("Sun", BEFORE))
    assert starts(event, **calendar) == sorted([3, 17, 24, 3, 10, 17, 24])


def test_an_event_takes_place_in_its_regions_only():
    found = rung(
        a_peak(EVENT),
        regions=("a", "b", "c"),
        cohorts=(),
        demand_events=(an_event("2024-11-12", regions=("c", "a")),),
    )
    assert [occurrence.day.region for occurrence in found] == ["a", "c"]


def test_a_peak_takes_the_events_of_its_types_and_with_no_types_all():
    found = rung(
        a_peak(EVENT, demand_event_types=frozenset({DEADLINE})),
        a_peak(EVENT, demand_event_types=frozenset({OTHER})),
        a_peak(EVENT),
        a_peak(EVENT, demand_event_types=frozenset({DemandEventType.EXAM})),
        demand_events=(an_event("2024-11-12", type=DEADLINE), an_event("2024-11-12", type=OTHER)),
    )
    assert sorted(occurrence.peak_index for occurrence in found) == [0, 1, 2, 2]


def test_a_cron_event_brings_its_own_times_and_lasts_elapsed_minutes():
    """The night of 27 October is an hour longer: 01:30 to 03:30 would be 180 minutes of time."""
    event = an_event(when=daily_cron("01:30", "20:00", minutes=120), start=None)
    got = event_times(event, between=("2024-10-26T22:00", "2024-10-27T22:00"))
    assert got == ["10-26T23:30/10-27T01:30", "10-27T19:00/10-27T21:00"]


def test_the_reach_of_a_policy_is_its_longest_peak_with_the_widest_offsets_and_the_longest_event():
    shape = a_shape(lead=5, ramp=10, hold=7, decay=3)
    cohorts = (a_cohort(offset=-20), a_cohort(offset=15))
    event = an_event(when=daily_cron("20:00", minutes=90), start=None)
    days = SchoolDays(a_calendar(cohorts=cohorts, demand_events=(event,)))
    got = reach((a_peak(shape=shape), a_peak(EVENT, shape=a_shape(1, 1, 20, 20))), days)
    assert (got.before, got.after) == (15 + 20, 40 + 1 + 15 + 90)


@pytest.mark.parametrize(
    ("offset", "bell"),
    [(0, "2024-11-12T07:30"), (-1500, "2024-11-12T07:30"), (1500, "2024-11-12T07:30")],
    ids=["no offset", "more than a day before", "more than a day after"],
)
def test_occurrences_are_generated_as_far_as_offsets_reach(offset, bell):
    """Asked for the minute of the shifted bell only, the day that rings it is found."""
    days = SchoolDays(a_calendar(cohorts=(a_cohort(offset=offset),)))
    at = utc(bell) + offset
    assert utc(bell) in {found.bell for found in occurrences((a_peak(),), days, at, at + 1)}


def test_a_long_cron_event_that_began_days_ago_is_found():
    event = an_event(when=daily_cron("20:00", minutes=5 * 1440), start=None)
    days = SchoolDays(a_calendar(demand_events=(event,)))
    at = utc("2024-11-12T19:00") + 5 * 1440
    found = occurrences((a_peak(EVENT),), days, at, at + 1)
    assert utc("2024-11-12T19:00") in {occurrence.bell for occurrence in found}
