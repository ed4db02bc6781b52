"""The bells that a recording covers, and the stretch of each."""

from __future__ import annotations

import pytest

from firstbell.core.policy import PeakAnchor
from firstbell.lab.record.bells import bell_windows
from tests.builders import (
    a_bell_schedule,
    a_calendar,
    a_cohort,
    a_peak,
    a_policy,
    a_shape,
    a_workload,
    an_event,
    stamp,
    utc,
)


def windows(workload, start: str, end: str) -> list[tuple[str, str, str]]:
    """Bell, start and end of the stretch of each, in UTC."""
    return [
        (stamp(one.peak.bell), stamp(one.start // 60), stamp(one.end // 60))
        for one in bell_windows(workload, utc(start) * 60, utc(end) * 60)
    ]


def test_the_stretch_is_from_ready_to_the_end_of_the_hold():
    school = a_workload(a_policy(a_peak(shape=a_shape(lead=10, ramp=0, hold=30, decay=45))))
    assert windows(school, "2025-02-04T00:00", "2025-02-05T00:00") == [
        ("2025-02-04T07:30", "2025-02-04T07:20", "2025-02-04T08:00")
    ]


def test_a_bell_whose_stretch_the_recording_does_not_cover_is_none():
    school = a_workload(a_policy(a_peak(shape=a_shape(lead=10, ramp=0, hold=30, decay=45))))
    assert windows(school, "2025-02-04T07:21", "2025-02-05T00:00") == []
    assert windows(school, "2025-02-04T07:20", "2025-02-04T07:59") == []
    assert len(windows(school, "2025-02-04T07:20", "2025-02-04T08:00")) == 1


def test_the_last_cohorts_hold_counts():
    calendar = a_calendar(cohorts=(a_cohort(30_000, -20), a_cohort(30_000, 15)))
    school = a_workload(a_policy(a_peak(shape=a_shape(lead=10, ramp=0, hold=30, decay=0))), calendar)
    # Both are in from 07:35, ten minutes before the late cohort's bell, whose hold ends at 08:15.
    assert windows(school, "2025-02-04T00:00", "2025-02-05T00:00") == [
        ("2025-02-04T07:30", "2025-02-04T07:35", "2025-02-04T08:15")
    ]


def test_an_event_is_not_shifted_by_cohorts():
    calendar = a_calendar(
        cohorts=(a_cohort(60_000, 15),), demand_events=(an_event("2025-02-04", "20:00", "21:00"),)
    )
    peak = a_peak(PeakAnchor.DEMAND_EVENT, shape=a_shape(lead=10, ramp=0, hold=30, decay=0))
    assert windows(a_workload(a_policy(peak), calendar), "2025-02-04T00:00", "2025-02-05T00:00") == [
        ("2025-02-04T19:00", "2025-02-04T18:50", "2025-02-04T20:30")
    ]


@pytest.mark.parametrize(
    ("day", "bell"),
    [
        ("2025-03-28", "2025-03-28T07:30"),
        ("2025-03-31", "2025-03-31T06:30"),
        ("2024-10-28", "2024-10-28T07:30"),
    ],
)
def test_bells_follow_the_wall_clock_over_clock_changes(day, bell):
    school = a_workload(a_policy())
    assert [one[0] for one in windows(school, f"{day}T00:00", f"{day}T23:00")] == [bell]


def test_a_bell_at_midnight_is_found_though_its_load_begins_on_the_day_before():
    calendar = a_calendar(bell_schedules=(a_bell_schedule("full", "00:00-01:00"),))
    school = a_workload(a_policy(a_peak(shape=a_shape(lead=10, ramp=0, hold=30, decay=0))), calendar)
    assert windows(school, "2025-02-03T22:00", "2025-02-04T22:00") == [
        ("2025-02-03T23:00", "2025-02-03T22:50", "2025-02-03T23:30")
    ]


def test_bells_come_in_order_of_time():
    change = a_peak(PeakAnchor.PERIOD_START, shape=a_shape(5, 5, 10, 10))
    found = windows(a_workload(a_policy(change, a_peak())), "2025-02-03T00:00", "2025-02-05T00:00")
    assert len(found) == 8
    assert found == sorted(found)
