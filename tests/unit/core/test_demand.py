"""How load adds up: peaks of one cohort, cohorts, regions, calendars.

Default calendar: 60,000 pupils, first bell 07:30Z in winter; default policy: 10,000 pupils to a replica.
"""

from __future__ import annotations

from fractions import Fraction
from zoneinfo import ZoneInfo

from firstbell.core.calendar import CalendarEvent, InstructionMode
from firstbell.core.days import DayClass
from firstbell.core.demand import demand, offsets_by_region, region_loads, total_weight
from firstbell.core.plan import make_plan
from firstbell.core.policy import PeakAnchor
from tests.builders import (
    a_bell_schedule,
    a_calendar,
    a_cohort,
    a_factor,
    a_holiday,
    a_peak,
    a_policy,
    a_row,
    a_shape,
    a_workload,
    an_event,
    an_exception,
    changes,
    plan_days,
    utc,
)

TUESDAY = "2024-11-12"
FIRST, PERIOD, EVENT = PeakAnchor.FIRST_PERIOD_START, PeakAnchor.PERIOD_START, PeakAnchor.DEMAND_EVENT
BLOCK = a_shape(lead=10, ramp=0, hold=30, decay=0)  # 40 minutes, from ten before
TWO_REGIONS = {"regions": ("north", "south")}
NORTH, SOUTH = a_cohort(30_000, region="north"), a_cohort(50_000, region="south")


def day(policy, *calendars, on: str = TUESDAY) -> list[tuple[str, int]]:
    """The changes of one day, without the zero that it starts with."""
    return changes(plan_days(a_workload(policy, *calendars), on))[1:]


def test_overlapping_peaks_of_one_cohort_do_not_add_the_largest_counts():
    """The second bell, 08:20Z, asks for half; the first holds until 08:30Z."""
    policy = a_policy(
        a_peak(FIRST, shape=a_shape(10, 0, 60, 0)), a_peak(PERIOD, shape=BLOCK, load_percent=50)
    )
    calendar = a_calendar(bell_schedules=(a_bell_schedule("full", "08:30-09:20", "09:20-10:10"),))
    assert day(policy, calendar) == [("07:20", 6), ("08:30", 3), ("08:50", 0)]


def test_the_larger_of_two_peaks_counts_even_if_it_comes_second():
    policy = a_policy(
        a_peak(FIRST, shape=a_shape(10, 0, 60, 0), load_percent=50), a_peak(PERIOD, shape=BLOCK)
    )
    calendar = a_calendar(bell_schedules=(a_bell_schedule("full", "08:30-09:20", "09:20-10:10"),))
    assert day(policy, calendar) == [("07:20", 3), ("08:10", 6), ("08:50", 0)]


def test_cohorts_add_and_each_starts_by_its_own_offset():
    calendar = a_calendar(cohorts=(a_cohort(20_000, -15), a_cohort(40_000, 5)))
    got = day(a_policy(a_peak(shape=BLOCK)), calendar)
    assert got == [("07:05", 2), ("07:25", 6), ("07:45", 4), ("08:05", 0)]


def test_offsets_are_elapsed_time_also_over_a_clock_change():
    """A bell at 01:30 on the night that is an hour longer, and a cohort 120 minutes after it."""
    calendar = a_calendar(
        weekly_schedule=(a_row("Sat Sun"),),
        bell_schedules=(a_bell_schedule("full", "01:30-02:00"),),
        cohorts=(a_cohort(offset=120),),
    )
    assert day(a_policy(a_peak(shape=BLOCK)), calendar, on="2024-10-27")[0] == ("01:20", 6)


def test_cohorts_of_one_offset_are_counted_together():
    calendar = a_calendar(cohorts=(a_cohort(5_000, name="one"), a_cohort(5_001, name="two")))
    assert day(a_policy(a_peak(shape=BLOCK)), calendar) == [("07:20", 2), ("08:00", 0)]


def test_calendars_add_even_with_the_same_pupils():
    calendar = a_calendar()
    assert day(a_policy(a_peak(shape=BLOCK)), calendar, calendar) == [("07:20", 12), ("08:00", 0)]


def test_calendars_in_two_zones_are_each_on_their_own_clock():
    other = a_calendar(name="other", zone=ZoneInfo("UTC"))
    got = day(a_policy(a_peak(shape=BLOCK)), a_calendar(), other)
    assert got == [("07:20", 6), ("08:00", 0), ("08:20", 6), ("09:00", 0)]


def test_regions_add_and_a_closed_one_asks_for_nothing():
    policy = a_policy(a_peak(shape=BLOCK))
    calendar = a_calendar(cohorts=(NORTH, SOUTH), **TWO_REGIONS)
    assert day(policy, calendar) == [("07:20", 8), ("08:00", 0)]
    closed = a_calendar(
        cohorts=(NORTH, SOUTH), holidays=(a_holiday(TUESDAY, regions=("south",)),), **TWO_REGIONS
    )
    assert day(policy, closed) == [("07:20", 3), ("08:00", 0)]


def test_a_region_without_a_cohort_asks_for_nothing_neither_by_bell_nor_by_event():
    """Bells and an event that meet, in a region that nobody is in."""
    policy = a_policy(a_peak(FIRST, shape=BLOCK), a_peak(EVENT, shape=BLOCK))
    calendar = a_calendar(cohorts=(NORTH,), demand_events=(an_event(TUESDAY, "08:30"),), **TWO_REGIONS)
    plan = plan_days(a_workload(policy, calendar), TUESDAY)
    assert changes(plan)[1:] == [("07:20", 3), ("08:00", 0)]
    assert {peak.surge.occurrence.day.region for peak in plan.peaks} == {"north"}


def test_a_cohort_of_nobody_asks_for_nothing():
    assert day(a_policy(), a_calendar(cohorts=(a_cohort(0),))) == []
    assert day(a_policy(a_peak(replicas=5)), a_calendar(cohorts=(a_cohort(0),))) == []


def test_the_load_of_a_cohort_is_pupils_by_load_percent_by_every_factor_of_its_day_and_region():
    """60,000 x 50 % x 200 % x 150 % = 90,000; the south, 50,000 more, has no factor of its own: 25,000."""
    policy = a_policy(
        a_peak(shape=BLOCK, load_percent=50),
        day_factors=(
            a_factor(200, instruction_modes={InstructionMode.REMOTE}),
            a_factor(150, regions=("north",)),
        ),
    )
    remote = an_exception(
        CalendarEvent.INSTRUCTIONAL_DAY,
        TUESDAY,
        instruction_mode=InstructionMode.REMOTE,
        regions=("north",),
    )
    cohorts = (a_cohort(60_000, region="north"), SOUTH)
    calendar = a_calendar(cohorts=cohorts, calendar_dates=(remote,), **TWO_REGIONS)
    assert day(policy, calendar)[0] == ("07:20", 12)


def test_the_cap_holds_per_day_and_the_uncapped_product_stays_known():
    policy = a_policy(
        a_peak(shape=BLOCK), day_factors=(a_factor(2000), a_factor(500)), max_factor_percent=5000
    )
    plan = plan_days(a_workload(policy, a_calendar(cohorts=(a_cohort(10_000),))), TUESDAY)
    assert changes(plan)[1] == ("07:20", 50)
    (peak,) = plan.peaks
    assert (peak.surge.factors.percent, peak.surge.factors.uncapped_percent) == (5000, 10000)


def test_peak_replicas_are_split_over_all_cohorts_of_all_calendars_by_pupils():
    """12 replicas for 60,000 + 20,000 + 40,000 pupils; the second calendar is away."""
    policy = a_policy(a_peak(shape=BLOCK, replicas=12), pupils_per_replica=None)
    here = a_calendar(cohorts=(a_cohort(60_000), a_cohort(20_000, 60)))
    away = a_calendar(name="away", cohorts=(a_cohort(40_000),), holidays=(a_holiday(TUESDAY),))
    assert day(policy, here, away) == [("07:20", 6), ("08:00", 0), ("08:20", 2), ("09:00", 0)]
    assert max(count for _, count in day(policy, here, away, on="2024-11-13")) == 10


def test_peak_replicas_take_the_place_of_load_percent_and_factors_still_multiply():
    policy = a_policy(
        a_peak(shape=BLOCK, replicas=3, load_percent=1000),
        day_factors=(a_factor(220, day_classes={DayClass.REGULAR}),),
    )
    assert day(policy) == [("07:20", 7), ("08:00", 0)]


def test_replicas_at_peak_are_what_a_peak_of_a_hundred_percent_needs_with_all_cohorts():
    """A peak asks for its share of them, a closed region for none, and factors multiply."""
    policy = a_policy(
        a_peak(FIRST, shape=BLOCK, load_percent=50),
        a_peak(PERIOD, shape=BLOCK, load_percent=100),
        a_peak(EVENT, shape=BLOCK, replicas=7),
        pupils_per_replica=None,
        replicas_at_peak=16,
        day_factors=(a_factor(200, events={CalendarEvent.LATE_ARRIVAL}),),
    )
    fields = {
        "cohorts": (NORTH, SOUTH),
        "bell_schedules": (a_bell_schedule("full", "08:30-09:20", "11:00-11:50"),),
        "demand_events": (an_event(TUESDAY, "18:00"),),
        **TWO_REGIONS,
    }
    whole = [("07:20", 8), ("08:00", 0), ("09:50", 16), ("10:30", 0), ("16:50", 7), ("17:30", 0)]
    assert day(policy, a_calendar(**fields)) == whole
    closed = (a_holiday(TUESDAY, regions=("north",)),)
    assert day(policy, a_calendar(holidays=closed, **fields))[:3] == [
        ("07:20", 5),
        ("08:00", 0),
        ("09:50", 10),
    ]
    late = (an_exception(CalendarEvent.LATE_ARRIVAL, TUESDAY),)
    assert day(policy, a_calendar(calendar_dates=late, **fields))[0] == ("07:20", 16)


def test_replicas_at_peak_are_split_over_all_calendars_and_need_no_cohorts():
    policy = a_policy(a_peak(shape=BLOCK), pupils_per_replica=None, replicas_at_peak=12)
    assert day(policy, a_calendar(cohorts=())) == [("07:20", 12), ("08:00", 0)]
    small = a_calendar(name="small", cohorts=(a_cohort(20_000, name="few"),), zone=ZoneInfo("UTC"))
    assert day(policy, a_calendar(), small) == [("07:20", 9), ("08:00", 0), ("08:20", 3), ("09:00", 0)]


def test_without_cohorts_every_region_weighs_the_same():
    policy = a_policy(a_peak(shape=BLOCK, replicas=9), pupils_per_replica=None)
    calendar = a_calendar(regions=("a", "b", "c"), cohorts=(), holidays=(a_holiday(TUESDAY, regions=("b",)),))
    assert day(policy, calendar) == [("07:20", 6), ("08:00", 0)]


def test_pupils_by_region_and_offset():
    days = a_workload(
        a_policy(), a_calendar(cohorts=(NORTH, a_cohort(1, -5, region="north")), **TWO_REGIONS)
    ).calendars
    assert offsets_by_region(days[0]) == {"north": ((-5, 1), (0, 30_000)), "south": ()}
    assert total_weight(days) == 30_001


def test_demand_is_told_by_peak_and_at_a_tie_by_the_one_that_stands_first():
    """A bell and an event of equal height: the event stands first in the policy."""
    policy = a_policy(a_peak(EVENT, name="event", shape=BLOCK), a_peak(FIRST, name="bell", shape=BLOCK))
    planned = a_workload(policy, a_calendar(demand_events=(an_event(TUESDAY, "08:30"),)))
    plan = plan_days(planned, TUESDAY)
    assert [step.peak for step in plan.steps] == [None, "event", None]
    start, end = utc(f"{TUESDAY}T07:25"), utc(f"{TUESDAY}T07:27")
    loads = region_loads(policy, planned.calendars, start, end)
    found = demand(policy, loads, start, end)
    assert {peak: [Fraction(x, found.scale) for x in curve] for peak, curve in found.by_peak.items()} == {
        0: [6, 6],
        1: [0, 0],
    }
    assert found.replicas() == [6, 6]


def test_an_empty_interval_has_no_demand():
    planned = a_workload(a_policy())
    at = utc(f"{TUESDAY}T07:30")
    assert make_plan(planned, at, at).steps == ()
    assert demand(planned.policy, region_loads(planned.policy, planned.calendars, at, at), at, at).total == []
