"""What a peak under way must not fall below, minute by minute."""

from __future__ import annotations

from firstbell.core.plan import make_plan
from firstbell.core.policy import PeakAnchor
from tests.builders import (
    a_bell_schedule,
    a_calendar,
    a_cohort,
    a_factor,
    a_peak,
    a_policy,
    a_shape,
    a_workload,
    an_event,
    clock,
    plan_days,
    utc,
)

TUESDAY = "2024-11-12"
SHAPE = a_shape(lead=10, ramp=6, hold=30, decay=20)


def guarded(*peaks, policy=None, **fields) -> list[tuple[str, int]]:
    """Where what is still to come changes, on a Tuesday whose first bell is at 07:30 UTC."""
    plan = plan_days(a_workload(a_policy(*peaks, **policy or {}), a_calendar(**fields)), TUESDAY)
    got, before = [], 0
    for minute in range(plan.start, plan.end):
        value = plan.still_to_come_at(minute)
        if value != before:
            got.append((clock(minute), value))
        before = value
    return got


def test_from_the_first_minute_of_the_ramp_to_the_end_of_the_hold_it_is_the_height():
    assert guarded(a_peak(shape=SHAPE)) == [("07:14", 6), ("08:00", 0)]


def test_a_lower_later_part_is_all_that_is_left_when_the_height_has_passed():
    """Two thirds of the pupils start at the bell, one third half an hour later."""
    cohorts = (a_cohort(40_000), a_cohort(20_000, offset=30))
    peak = a_peak(shape=a_shape(lead=10, ramp=0, hold=10, decay=0))

    assert guarded(peak, cohorts=cohorts) == [("07:20", 4), ("07:40", 2), ("08:10", 0)]


def test_occurrences_are_apart_and_of_two_under_way_the_larger_counts():
    schedule = a_bell_schedule("full", "08:30-09:20", "09:20-10:10")
    shape = a_shape(lead=5, ramp=10, hold=10, decay=0)
    first = a_peak(PeakAnchor.FIRST_PERIOD_START, shape=shape)
    later = a_peak(PeakAnchor.PERIOD_START, shape=shape, load_percent=50)
    last = a_peak(PeakAnchor.LAST_PERIOD_END, shape=a_shape(5, 100, 0, 0), load_percent=20)

    assert guarded(first, bell_schedules=(schedule,)) == [("07:15", 6), ("07:40", 0)]
    assert guarded(first, later, bell_schedules=(schedule,)) == [
        ("07:15", 6),
        ("07:40", 0),
        ("08:05", 3),
        ("08:30", 0),
    ]
    assert guarded(first, later, last, bell_schedules=(schedule,))[:2] == [("07:15", 6), ("07:40", 3)]


def test_an_event_is_under_way_until_its_end_and_hold():
    event = an_event(TUESDAY, start="20:00", end="21:00")
    peak = a_peak(PeakAnchor.DEMAND_EVENT, shape=SHAPE)

    assert guarded(peak, demand_events=(event,)) == [("18:44", 6), ("20:30", 0)]


def test_what_asks_for_nothing_guards_nothing():
    nothing = a_factor(percent=0)

    assert guarded(a_peak(shape=SHAPE), policy={"day_factors": (nothing,)}) == []


def test_a_peak_that_a_plan_begins_in_the_middle_of_is_under_way():
    planned = a_workload(a_policy(a_peak(shape=SHAPE)), a_calendar())
    plan = make_plan(planned, utc(f"{TUESDAY}T07:45"), utc(f"{TUESDAY}T09:00"))

    assert [plan.still_to_come_at(plan.start + later) for later in (0, 14, 15)] == [6, 6, 0]
