"""Two days over which the clocks change, planned minute by minute against the slow reference.

Each has an evening school, a deadline just before midnight and an event over midnight, so that load lies
on both sides of the change and of the civil date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from firstbell.core.policy import PeakAnchor
from tests.builders import (
    a_bell_schedule,
    a_calendar,
    a_cohort,
    a_peak,
    a_policy,
    a_row,
    a_school_year,
    a_shape,
    a_workload,
    an_event,
    clock,
    every,
    plan_days,
    replicas_by_minute,
)
from tests.property.reference import reference_replicas

if TYPE_CHECKING:
    from firstbell.core.plan import Workload

CHANGES = [
    pytest.param("Europe/Brussels", "2025-03-29", 23, id="Brussels, spring"),
    pytest.param("Europe/Brussels", "2024-10-26", 25, id="Brussels, autumn"),
    pytest.param("America/New_York", "2027-03-13", 23, id="New York, spring"),
    pytest.param("America/New_York", "2026-10-31", 25, id="New York, autumn"),
    pytest.param("America/Santiago", "2024-09-07", 23, id="Santiago, spring, the gap is at midnight"),
    pytest.param("America/Santiago", "2025-04-05", 25, id="Santiago, autumn, Saturday is the long day"),
    pytest.param("Africa/Cairo", "2024-04-25", 23, id="Cairo, spring, the gap is at midnight"),
    pytest.param("Australia/Sydney", "2024-10-05", 23, id="Sydney, spring in October"),
    pytest.param("Australia/Sydney", "2025-04-05", 25, id="Sydney, autumn in April"),
    pytest.param("Australia/Lord_Howe", "2024-10-05", 23.5, id="Lord Howe, half an hour"),
]


def workload(zone: str) -> Workload:
    calendar = a_calendar(
        zone=ZoneInfo(zone),
        sessions=(a_school_year("2024-01-08", "2027-12-17"),),
        weekly_schedule=(a_row("Sat Sun Thu Fri", "all-hours"), a_row("Mon Tue Wed")),
        bell_schedules=(
            a_bell_schedule("full", "08:30-09:20", "09:20-10:10"),
            a_bell_schedule("all-hours", "00:10-00:50", "01:30-02:20", "02:30-03:10", "22:00-23:50"),
        ),
        cohorts=(a_cohort(31_000, -25), a_cohort(17_000), a_cohort(9_000, 70)),
        demand_events=(
            an_event(when=every(), start="23:59", name="deadline"),
            an_event(when=every(), start="23:30", end="02:45", name="night"),
        ),
    )
    shape = a_shape(lead=7, ramp=11, hold=13, decay=17)
    bells = (PeakAnchor.FIRST_PERIOD_START, PeakAnchor.PERIOD_START, PeakAnchor.LAST_PERIOD_END)
    policy = a_policy(
        *(a_peak(anchor, shape=shape, load_percent=100 - 10 * rank) for rank, anchor in enumerate(bells)),
        a_peak(PeakAnchor.DEMAND_EVENT, shape=shape, load_percent=60),
        pupils_per_replica=997,
    )
    return a_workload(policy, calendar)


@pytest.mark.parametrize(("zone", "first", "hours"), CHANGES)
def test_every_minute_of_both_days_equals_the_slow_reference(zone, first, hours):
    planned = workload(zone)
    plan = plan_days(planned, first, days=2)
    assert plan.end - plan.start == 60 * (24 + hours)
    assert len(set(replicas_by_minute(plan))) > 10
    assert reference_replicas(planned, plan.start, plan.end) == replicas_by_minute(plan)


@pytest.mark.parametrize(
    ("zone", "friday", "monday", "want"),
    [
        ("Europe/Brussels", "2025-03-28", "2025-03-31", ("07:30", "06:30")),
        ("Europe/Brussels", "2024-10-25", "2024-10-28", ("06:30", "07:30")),
        ("America/New_York", "2027-03-12", "2027-03-15", ("13:30", "12:30")),
        ("America/New_York", "2026-10-30", "2026-11-02", ("12:30", "13:30")),
        ("Australia/Sydney", "2024-10-04", "2024-10-07", ("22:30", "21:30")),
        ("America/Santiago", "2025-04-04", "2025-04-07", ("11:30", "12:30")),
    ],
)
def test_replicas_are_ready_ten_minutes_before_the_bell_on_the_wall_on_both_sides(zone, friday, monday, want):
    calendar = a_calendar(zone=ZoneInfo(zone), sessions=(a_school_year("2024-01-08", "2027-12-17"),))
    planned = a_workload(a_policy(a_peak(shape=a_shape(ramp=0))), calendar)
    found = [plan_days(planned, day).peaks[0] for day in (friday, monday)]
    assert want == tuple(clock(peak.bell) for peak in found)
    assert [peak.bell - peak.ready_by for peak in found] == [10, 10]
