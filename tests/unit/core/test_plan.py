"""What a plan tells: steps with bounds and reasons, writes, and one row per peak.

Default calendar: 60,000 pupils, first bell 07:30Z in winter; default policy: 10,000 pupils to a replica.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from firstbell.core.coalesce import Run
from firstbell.core.plan import LimitedBy, Plan, clamp, make_plan
from firstbell.core.policy import Bounds, PeakAnchor
from tests.builders import (
    a_bell_schedule,
    a_calendar,
    a_cohort,
    a_factor,
    a_holiday,
    a_peak,
    a_policy,
    a_shape,
    a_workload,
    an_event,
    changes,
    clock,
    plan_days,
    replicas_by_minute,
    scheduled_replicas,
    stamp,
    utc,
)

TUESDAY = "2024-11-12"
FIRST, PERIOD, EVENT = PeakAnchor.FIRST_PERIOD_START, PeakAnchor.PERIOD_START, PeakAnchor.DEMAND_EVENT
LAST = PeakAnchor.LAST_PERIOD_END
BLOCK = a_shape(lead=10, ramp=0, hold=30, decay=0)  # 40 minutes, from ten before
MIN, MAX = LimitedBy.MIN_REPLICAS, LimitedBy.MAX_REPLICAS


def tuesday(*peaks, minimum: int = 0, maximum: int | None = None, policy=None, **fields) -> Plan:
    planned = a_workload(
        a_policy(*peaks, **policy or {}), a_calendar(**fields), minimum=minimum, maximum=maximum
    )
    return plan_days(planned, TUESDAY)


@pytest.mark.parametrize(
    ("wanted", "want"),
    [(1, (2, MIN)), (2, (2, None)), (3, (3, None)), (5, (5, None)), (6, (5, MAX))],
    ids=["below", "at the minimum", "between", "at the maximum", "above"],
)
def test_a_value_within_bounds_and_which_bound_it_met(wanted, want):
    assert want == clamp(wanted, Bounds(minimum=2, maximum=5))


def test_without_a_maximum_nothing_is_too_much():
    assert clamp(10**9, Bounds(minimum=2, maximum=None)) == (10**9, None)


def test_steps_are_where_replicas_or_the_limit_change_plus_the_first():
    """A ramp through minimum and maximum; at the minimum itself the limit goes and the number stays."""
    shape = a_shape(lead=10, ramp=6, hold=30, decay=0)
    plan = tuesday(a_peak(shape=shape), minimum=2, maximum=5)
    got = [(clock(s.minute), s.replicas, s.wanted, s.peak, s.limited_by) for s in plan.steps]
    name = "FirstPeriodStart"
    assert got == [
        ("23:00", 2, 1, name, MIN),
        ("07:16", 2, 2, name, None),
        ("07:17", 3, 3, name, None),
        ("07:18", 4, 4, name, None),
        ("07:19", 5, 5, name, None),
        ("07:20", 5, 6, name, MAX),
        ("08:00", 2, 0, None, MIN),
    ]


def test_a_step_wants_the_highest_value_until_the_next_and_names_the_peak_that_reaches_it():
    """Both peaks are above the maximum, one after the other without a gap: the second is higher."""
    plan = tuesday(
        a_peak(FIRST, shape=a_shape(10, 0, 40, 0)),
        a_peak(PERIOD, shape=BLOCK, load_percent=200),
        maximum=5,
        bell_schedules=(a_bell_schedule("full", "08:30-09:20", "09:20-10:10"),),
    )
    got = [(clock(s.minute), s.replicas, s.wanted, s.peak, s.limited_by) for s in plan.steps]
    assert got == [
        ("23:00", 0, 0, None, None),
        ("07:20", 5, 12, "PeriodStart", MAX),
        ("08:50", 0, 0, None, None),
    ]


def test_the_peak_of_a_step_is_the_one_that_contributes_most_over_all_cohorts():
    """At 08:20Z the early cohort changes lessons, 2 replicas, and the late one arrives, 4."""
    plan = tuesday(
        a_peak(FIRST, shape=BLOCK),
        a_peak(PERIOD, shape=BLOCK),
        cohorts=(a_cohort(20_000), a_cohort(40_000, 50)),
        bell_schedules=(a_bell_schedule("full", "08:30-09:20", "09:20-10:10"),),
    )
    step = next(step for step in plan.steps if clock(step.minute) == "08:10")
    assert (step.replicas, step.peak) == (6, "FirstPeriodStart")


def test_at_a_tie_over_all_cohorts_the_peak_that_stands_first_in_the_policy_is_named():
    """At 08:20Z as many change lessons as arrive."""
    change, arrive = a_peak(PERIOD, name="change", shape=BLOCK), a_peak(FIRST, name="arrive", shape=BLOCK)
    fields = {
        "cohorts": (a_cohort(20_000), a_cohort(20_000, 50)),
        "bell_schedules": (a_bell_schedule("full", "08:30-09:20", "09:20-10:10"),),
    }
    named = [
        next(step.peak for step in tuesday(*peaks, **fields).steps if clock(step.minute) == "08:10")
        for peaks in ((change, arrive), (arrive, change))
    ]
    assert named == ["change", "arrive"]


def test_a_plan_takes_in_ramps_of_later_bells_and_tails_of_earlier_ones():
    """Two hours that hold no bell: the tail of 07:30Z and the ramp of 10:30Z."""
    late = a_bell_schedule("full", "08:30-09:20", "11:30-12:00")
    planned = a_workload(
        a_policy(a_peak(FIRST, shape=BLOCK), a_peak(PERIOD, shape=a_shape(60, 0, 1, 0))),
        a_calendar(bell_schedules=(late,)),
    )
    plan = make_plan(planned, utc(f"{TUESDAY}T07:45"), utc(f"{TUESDAY}T09:45"))
    assert changes(plan) == [("07:45", 6), ("08:00", 0), ("09:30", 6)]
    told = [(clock(peak.bell), clock(peak.ready_by)) for peak in plan.peaks]
    assert told == [("07:30", "07:20"), ("10:30", "09:30")]


def test_writes_are_made_on_five_minute_marks_and_hold_short_gaps():
    """Ready at 07:28; 25 minutes later, at 08:33, a second bell that rings for half as many."""
    plan = tuesday(
        a_peak(FIRST, shape=a_shape(2, 0, 33, 0)),
        a_peak(PERIOD, shape=a_shape(2, 0, 10, 0), load_percent=50),
        bell_schedules=(a_bell_schedule("full", "08:30-09:20", "09:35-10:10"),),
    )
    assert changes(plan) == [("23:00", 0), ("07:28", 6), ("08:03", 0), ("08:33", 3), ("08:45", 0)]
    assert [(clock(run.start), run.value) for run in plan.writes] == [
        ("23:00", 0),
        ("07:25", 6),
        ("08:05", 3),
        ("08:45", 0),
    ]
    longer = replace(plan.workload, policy=replace(plan.workload.policy, hold_gap_minutes=0))
    apart = [(clock(run.start), run.value) for run in make_plan(longer, plan.start, plan.end).writes]
    assert apart == [("23:00", 0), ("07:25", 6), ("08:05", 0), ("08:30", 3), ("08:45", 0)]


def test_writes_know_what_lies_just_outside_of_the_plan():
    """A plan that begins while a fall is put off, and one that ends just before a rise."""
    plan = tuesday(a_peak(shape=a_shape(8, 0, 31, 0)))
    put_off = make_plan(plan.workload, utc(f"{TUESDAY}T08:02"), utc(f"{TUESDAY}T08:30"))
    assert [(clock(run.start), run.value) for run in put_off.writes] == [("08:02", 6), ("08:05", 0)]
    to_rise = make_plan(plan.workload, utc(f"{TUESDAY}T07:00"), utc(f"{TUESDAY}T07:22"))
    assert changes(to_rise) == [("07:00", 0)]
    assert [(clock(run.start), run.value) for run in to_rise.writes] == [("07:00", 0), ("07:20", 6)]


def test_values_at_a_minute():
    plan = tuesday(a_peak(shape=a_shape(8, 0, 30, 0)), minimum=2, maximum=5)
    at = utc(f"{TUESDAY}T07:21")
    assert (plan.replicas_at(at), plan.wanted_at(at), plan.write_at(at)) == (2, 0, 5)
    assert (plan.replicas_at(at + 1), plan.wanted_at(at + 1)) == (5, 6)
    assert plan.next_write(plan.start) == Run(utc(f"{TUESDAY}T07:20"), utc(f"{TUESDAY}T08:00"), 5)
    assert plan.next_write(plan.end) is None


@pytest.mark.parametrize("outside", ["2024-11-11T22:59", "2024-11-12T23:00"])
def test_a_minute_outside_the_plan_is_an_index_error(outside):
    plan = tuesday()
    for asked in (plan.replicas_at, plan.write_at, plan.wanted_at):
        with pytest.raises(IndexError, match="outside the plan"):
            asked(utc(outside))


def test_one_scheduled_value_is_that_of_the_plan():
    plan = tuesday(minimum=2, maximum=5)
    assert scheduled_replicas(plan.workload, utc(f"{TUESDAY}T07:30")) == 5
    assert scheduled_replicas(plan.workload, utc(f"{TUESDAY}T03:00")) == 2


def peaks_of(plan: Plan) -> list[tuple]:
    """(peak, region, bell, ready by, wanted, whole plan then) of each planned peak."""
    found = []
    for peak in plan.peaks:
        what = peak.surge.occurrence
        row = (what.peak.name, what.day.region, clock(what.bell), clock(peak.ready_by))
        found.append((*row, peak.wanted, peak.replicas))
    return found


def test_a_peak_tells_what_it_alone_needs_when_it_must_be_ready_and_the_whole_plan_then():
    """Two regions; the south's bell is an hour later by its own schedule and twice as large."""
    plan = tuesday(
        a_peak(FIRST, name="first", shape=a_shape(10, 0, 90, 0)),
        a_peak(EVENT, name="evening", shape=BLOCK, load_percent=50),
        regions=("north", "south"),
        cohorts=(a_cohort(20_000, region="north"), a_cohort(40_000, 60, region="south")),
        demand_events=(an_event(TUESDAY, "20:00", regions=("south",)),),
        maximum=5,
    )
    assert peaks_of(plan) == [
        ("first", "north", "07:30", "07:20", 2, 2),
        ("first", "south", "07:30", "08:20", 4, 5),
        ("evening", "south", "19:00", "18:50", 2, 2),
    ]


def test_a_peak_is_one_row_per_bell_never_per_cohort_and_with_spread_cohorts_may_follow_the_bell():
    """Three cohorts half an hour apart; a peak that holds 40 minutes has two of them at its highest."""
    cohorts = (a_cohort(20_000, -30), a_cohort(20_000, 0), a_cohort(30_000, 30))
    plan = tuesday(a_peak(shape=BLOCK), cohorts=cohorts)
    assert peaks_of(plan) == [("FirstPeriodStart", None, "07:30", "07:50", 5, 5)]


def test_a_peak_must_be_ready_at_the_first_minute_that_needs_all_its_replicas():
    """Up to 2.1 replicas the third is needed where the ramp ends, up to 2.9 six minutes earlier."""
    plan = tuesday(a_peak(shape=a_shape(10, 20, 30, 0)), cohorts=(a_cohort(21_000),))
    assert changes(plan)[-2:] == [("07:20", 3), ("08:00", 0)]
    small = tuesday(a_peak(shape=a_shape(10, 20, 30, 0)), cohorts=(a_cohort(29_000),))
    assert changes(small)[-2:] == [("07:14", 3), ("08:00", 0)]
    assert [clock(peak.ready_by) for plan in (plan, small) for peak in plan.peaks] == ["07:20", "07:14"]


def test_peaks_come_by_calendar_region_and_bell():
    planned = a_workload(
        a_policy(a_peak(LAST, name="last", shape=BLOCK), a_peak(FIRST, name="first", shape=BLOCK)),
        a_calendar(name="one"),
        a_calendar(
            name="two",
            regions=("b", "a"),
            cohorts=(a_cohort(region="a"), a_cohort(region="b")),
        ),
    )
    got = [
        (peak.calendar, peak.surge.occurrence.day.region, peak.surge.occurrence.peak.name)
        for peak in plan_days(planned, TUESDAY).peaks
    ]
    rows = [("ns/one", None), ("ns/two", "b"), ("ns/two", "a")]
    assert got == [(*row, name) for row in rows for name in ("first", "last")]


def test_a_peak_carries_its_day_its_zone_and_its_factors():
    plan = tuesday(policy={"day_factors": (a_factor(150),)})
    (peak,) = plan.peaks
    assert str(peak.zone) == "Europe/Brussels"
    assert [factor.percent for factor in peak.surge.factors.factors] == [150]
    assert peak.surge.occurrence.day.lessons.bell_schedule_name == "full"


def test_a_peak_without_load_is_no_row():
    for fields in ({"cohorts": (a_cohort(0),)}, {"holidays": (a_holiday(TUESDAY),)}):
        assert tuesday(**fields).peaks == ()
    assert tuesday(a_peak(load_percent=0)).peaks == ()


def test_a_peak_whose_load_ends_before_the_plan_or_starts_after_it_is_no_row():
    """The minute before the ramp shows and the minute after the decay ends, nothing is planned."""
    plan = tuesday(a_peak(shape=BLOCK))
    before = make_plan(plan.workload, utc(f"{TUESDAY}T06:00"), utc(f"{TUESDAY}T07:20"))
    after = make_plan(plan.workload, utc(f"{TUESDAY}T08:00"), utc(f"{TUESDAY}T09:00"))
    edge = make_plan(plan.workload, utc(f"{TUESDAY}T07:59"), utc(f"{TUESDAY}T09:00"))
    assert [len(found.peaks) for found in (before, after, edge)] == [0, 0, 1]
    assert [peak.replicas for peak in edge.peaks] == [6]


def test_a_peak_tells_the_whole_plan_even_where_it_was_ready_hours_before_the_plan_begins():
    """An exam from 08:30 to 16:00 local, asked for at noon: at 07:20Z a bell asked for more."""
    plan = tuesday(
        a_peak(EVENT, name="exam", shape=BLOCK, load_percent=50),
        a_peak(EVENT, name="second", shape=BLOCK, load_percent=25),
        a_peak(FIRST, shape=BLOCK),
        demand_events=(an_event(TUESDAY, "08:30", "16:00"),),
        maximum=5,
    )
    noon = make_plan(plan.workload, utc(f"{TUESDAY}T12:00"), utc(f"{TUESDAY}T13:00"))
    assert peaks_of(noon) == [
        ("exam", None, "07:30", "07:20", 3, 5),
        ("second", None, "07:30", "07:20", 2, 5),
    ]


def test_a_plan_over_a_clock_change_has_as_many_minutes_as_the_day():
    for day, hours in (("2024-10-27", 25), ("2025-03-30", 23), (TUESDAY, 24)):
        plan = plan_days(a_workload(a_policy()), day)
        assert len(replicas_by_minute(plan)) == 60 * hours


def test_the_plan_of_a_week_is_the_days_of_that_week():
    planned = a_workload(a_policy(a_peak(shape=BLOCK)))
    plan = plan_days(planned, "2024-10-25", 4)
    got = [(stamp(step.minute), step.replicas) for step in plan.steps[1:]]
    assert got == [
        ("2024-10-25T06:20", 6),
        ("2024-10-25T07:00", 0),
        ("2024-10-28T07:20", 6),
        ("2024-10-28T08:00", 0),
    ]
