"""The trapezoid of one peak, minute by minute, and the rounding of load to replicas.

One bell at 07:30Z; 60,000 pupils at 10,000 to a replica are 6 replicas at shape 1.
"""

from __future__ import annotations

from math import ceil

import pytest

from firstbell.core.policy import PeakAnchor, Shape
from tests.builders import (
    a_calendar,
    a_cohort,
    a_factor,
    a_peak,
    a_policy,
    a_shape,
    a_workload,
    an_event,
    changes,
    plan_days,
    replicas_by_minute,
)

TUESDAY = "2024-11-12"
EVENT = PeakAnchor.DEMAND_EVENT


def steps(shape: Shape, pupils: int = 60_000, per_replica: int = 10_000, **policy) -> list[tuple[str, int]]:
    """The changes on one Tuesday under one FirstPeriodStart peak of that shape."""
    planned = a_workload(
        a_policy(a_peak(shape=shape), pupils_per_replica=per_replica, **policy),
        a_calendar(cohorts=(a_cohort(pupils),)),
    )
    return changes(plan_days(planned, TUESDAY))


@pytest.mark.parametrize(
    ("shape", "want"),
    [
        pytest.param(
            a_shape(lead=10, ramp=6, hold=30, decay=6),
            [
                ("23:00", 0),
                *[("07:15", 1), ("07:16", 2), ("07:17", 3), ("07:18", 4), ("07:19", 5), ("07:20", 6)],
                *[("08:01", 5), ("08:02", 4), ("08:03", 3), ("08:04", 2), ("08:05", 1), ("08:06", 0)],
            ],
            id="0 at b-lead-ramp, 1 from b-lead to e+hold, 0 again at e+hold+decay",
        ),
        pytest.param(
            a_shape(lead=10, ramp=0, hold=30, decay=0),
            [("23:00", 0), ("07:20", 6), ("08:00", 0)],
            id="a ramp or decay of 0 is a step",
        ),
        pytest.param(
            a_shape(lead=0, ramp=0, hold=1, decay=0),
            [("23:00", 0), ("07:30", 6), ("07:31", 0)],
            id="the shortest: the minute of the bell",
        ),
        pytest.param(
            a_shape(lead=1, ramp=0, hold=0, decay=0),
            [("23:00", 0), ("07:29", 6), ("07:30", 0)],
            id="or the minute before it",
        ),
        pytest.param(
            a_shape(lead=0, ramp=1, hold=1, decay=1),
            [("23:00", 0), ("07:30", 6), ("07:32", 0)],
            id="a decay of 1 still is 1 at e+hold, a ramp of 1 still 0 at b-lead-1",
        ),
        pytest.param(
            a_shape(lead=0, ramp=2, hold=1, decay=4),
            [
                ("23:00", 0),
                *[("07:29", 3), ("07:30", 6), ("07:32", 5), ("07:33", 3), ("07:34", 2), ("07:35", 0)],
            ],
            id="linear between, rounded up",
        ),
    ],
)  # fmt: skip
def test_the_shape_of_one_peak(shape, want):
    assert want == steps(shape)


@pytest.mark.parametrize(
    ("pupils", "want"),
    [(80_000, 8), (80_001, 9), (79_999, 8), (1, 1), (0, 0)],
    ids=["8 stays 8", "one pupil more is 9", "one less is 8", "one pupil is a replica", "nobody is none"],
)
def test_replicas_are_the_load_rounded_up_exactly(pupils, want):
    assert want == max(count for _, count in steps(a_shape(), pupils))


def test_eight_does_not_become_nine_by_a_rounding_error():
    """400,000 pupils at 55,000 to a replica on a 110 % day are 8 replicas; in floats they would be 9."""
    got = steps(a_shape(ramp=7, decay=11), 400_000, 55_000, day_factors=(a_factor(110),))
    assert max(count for _, count in got) == 8
    assert ceil(400_000 * 1.1 / 55_000) == 9


def test_load_percent_scales_a_peak():
    peak = a_peak(load_percent=45)
    plan = plan_days(a_workload(a_policy(peak)), TUESDAY)
    assert max(replicas_by_minute(plan)) == 3


@pytest.mark.parametrize(
    ("end", "want"),
    [
        pytest.param(
            None, [("23:00", 0), ("19:00", 6), ("19:30", 0)], id="an instant is a bell: 1 until e+hold"
        ),
        pytest.param("21:00", [("23:00", 0), ("19:00", 6), ("20:30", 0)], id="an event lasts from b to e"),
    ],
)
def test_an_event_lasts_from_b_to_e(end, want):
    peak = a_peak(EVENT, shape=a_shape(lead=0, ramp=0, hold=30, decay=0))
    event = an_event(TUESDAY, "20:00", end)
    got = changes(plan_days(a_workload(a_policy(peak), a_calendar(demand_events=(event,))), TUESDAY))
    assert want == got


def test_an_event_without_hold_ends_with_its_end_and_starts_a_lead_before():
    peak = a_peak(EVENT, shape=a_shape(lead=15, ramp=0, hold=0, decay=0))
    event = an_event(TUESDAY, "20:00", "21:00")
    got = changes(plan_days(a_workload(a_policy(peak), a_calendar(demand_events=(event,))), TUESDAY))
    assert got == [("23:00", 0), ("18:45", 6), ("20:00", 0)]
