"""Demand events, which no offset shifts: what they count, which day is theirs, where they meet bells.

Default calendar: 60,000 pupils, first bell 07:30Z in winter; default policy: 10,000 pupils to a replica.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from firstbell.core.calendar import CalendarEvent, InstructionMode
from firstbell.core.days import DayClass
from firstbell.core.policy import PeakAnchor
from tests.builders import (
    a_calendar,
    a_cohort,
    a_factor,
    a_peak,
    a_policy,
    a_shape,
    a_workload,
    an_event,
    an_exception,
    changes,
    daily_cron,
    every,
    plan_days,
    replicas_by_minute,
    scheduled_replicas,
    utc,
)
from tests.property.reference import reference_replicas

if TYPE_CHECKING:
    from firstbell.core.plan import Workload

TUESDAY, MONDAY = "2024-11-12", "2024-11-18"
FIRST, EVENT = PeakAnchor.FIRST_PERIOD_START, PeakAnchor.DEMAND_EVENT
BLOCK = a_shape(lead=10, ramp=0, hold=30, decay=0)  # 40 minutes, from ten before
TWO_REGIONS = {"regions": ("north", "south")}
SOUTH = a_cohort(50_000, region="south")


def day(policy, *calendars, on: str = TUESDAY) -> list[tuple[str, int]]:
    """The changes of one day, without the zero that it starts with."""
    return changes(plan_days(a_workload(policy, *calendars), on))[1:]


def agrees(planned: Workload, on: str, days: int = 1) -> None:
    """Asserts that core and slow reference agree at every minute."""
    plan = plan_days(planned, on, days)
    assert reference_replicas(planned, plan.start, plan.end) == replicas_by_minute(plan)


def test_an_event_counts_all_cohorts_of_its_regions_unshifted():
    """Offsets of an hour to both sides move the bells and not the event."""
    cohorts = (
        a_cohort(30_000, -60, region="north", name="early"),
        a_cohort(20_000, 60, region="north", name="late"),
        SOUTH,
    )
    event = an_event(TUESDAY, "20:00", regions=("north",))
    calendar = a_calendar(cohorts=cohorts, demand_events=(event,), **TWO_REGIONS)
    assert day(a_policy(a_peak(EVENT, shape=BLOCK)), calendar) == [("18:50", 5), ("19:30", 0)]


@pytest.mark.parametrize("offset", [-600, 600])
def test_an_event_is_found_at_its_first_and_last_minute_though_all_bells_are_shifted(offset):
    calendar = a_calendar(cohorts=(a_cohort(offset=offset),), demand_events=(an_event(TUESDAY, "20:00"),))
    planned = a_workload(a_policy(a_peak(EVENT, shape=BLOCK)), calendar)
    minutes = [utc(f"{TUESDAY}T{at}") for at in ("18:49", "18:50", "19:29", "19:30")]
    assert [scheduled_replicas(planned, minute) for minute in minutes] == [0, 6, 6, 0]


def test_an_event_takes_the_factors_of_the_date_it_starts_on():
    """Sunday evening before a remote Monday is 100 %, Monday evening is not."""
    remote = an_exception(CalendarEvent.INSTRUCTIONAL_DAY, MONDAY, instruction_mode=InstructionMode.REMOTE)
    policy = a_policy(
        a_peak(EVENT, shape=BLOCK), day_factors=(a_factor(300, instruction_modes={InstructionMode.REMOTE}),)
    )
    event = an_event(when=every("Sun Mon"), start="22:30", end="23:59")
    calendar = a_calendar(calendar_dates=(remote,), demand_events=(event,))
    assert max(count for _, count in day(policy, calendar, on="2024-11-17")) == 6
    assert max(count for _, count in day(policy, calendar, on=MONDAY)) == 18


def test_an_event_over_midnight_keeps_the_factors_of_its_start_and_its_tail_is_not_lost():
    """From Friday 23:30 to Saturday 00:30: Saturday's plan begins with Friday's load."""
    policy = a_policy(
        a_peak(EVENT, shape=BLOCK), day_factors=(a_factor(200, day_classes={DayClass.REGULAR}),)
    )
    calendar = a_calendar(demand_events=(an_event("2024-11-15", "23:30", "00:30"),))
    plan = plan_days(a_workload(policy, calendar), "2024-11-16")
    assert changes(plan) == [("23:00", 12), ("00:00", 0)]


def test_a_deadline_at_23_59_reaches_into_the_next_day_and_starts_on_its_own():
    policy = a_policy(a_peak(EVENT, shape=a_shape(lead=0, ramp=30, hold=5, decay=15)))
    calendar = a_calendar(demand_events=(an_event("2024-11-17", "23:59"),))
    planned = a_workload(policy, calendar)
    assert changes(plan_days(planned, "2024-11-17"))[-1] == ("22:55", 6)
    assert changes(plan_days(planned, "2024-11-18"))[:2] == [("23:00", 6), ("23:07", 5)]


def test_an_event_meets_shifted_bells_and_each_cohort_takes_the_larger():
    """Bell 07:30Z for one cohort, 08:30Z for the other; the event, at 07:40Z, is larger than a bell."""
    policy = a_policy(a_peak(FIRST, shape=BLOCK), a_peak(EVENT, shape=a_shape(0, 0, 60, 0), load_percent=200))
    calendar = a_calendar(
        cohorts=(a_cohort(20_000), a_cohort(40_000, 60)), demand_events=(an_event(TUESDAY, "08:40"),)
    )
    assert day(policy, calendar) == [("07:20", 2), ("07:40", 12), ("08:40", 4), ("09:00", 0)]
    agrees(a_workload(policy, calendar), TUESDAY)


def test_an_event_meets_a_bell_only_where_offsets_have_moved_it():
    """By the schedule the bell is over hours before the event; for those who start later it is not."""
    policy = a_policy(a_peak(FIRST, shape=BLOCK), a_peak(EVENT, shape=BLOCK, load_percent=50))
    calendar = a_calendar(
        cohorts=(a_cohort(20_000), a_cohort(40_000, 240)), demand_events=(an_event(TUESDAY, "12:30"),)
    )
    assert day(policy, calendar)[2:] == [("11:20", 5), ("12:00", 0)]


def test_a_smaller_event_adds_only_the_cohorts_that_no_bell_rings_for():
    policy = a_policy(a_peak(FIRST, shape=BLOCK), a_peak(EVENT, shape=a_shape(0, 0, 60, 0), load_percent=50))
    calendar = a_calendar(
        cohorts=(a_cohort(20_000), a_cohort(40_000, 60)), demand_events=(an_event(TUESDAY, "08:40"),)
    )
    assert day(policy, calendar) == [
        ("07:20", 2),
        ("07:40", 4),
        ("08:00", 3),
        ("08:20", 5),
        ("08:40", 4),
        ("09:00", 0),
    ]
    agrees(a_workload(policy, calendar), TUESDAY)


@pytest.mark.parametrize("percent", [30, 100, 170])
def test_an_exam_all_day_over_the_bells_of_several_cohorts_equals_the_slow_reference(percent):
    """Ramps, decays, every anchor, offsets to both sides, a second event that overlaps the first."""
    anchors = (FIRST, PeakAnchor.PERIOD_START, PeakAnchor.AFTER_BREAK, PeakAnchor.LAST_PERIOD_END)
    bells = [
        a_peak(anchor, load_percent=100 - 20 * rank, shape=a_shape(7, 13, 11, 17))
        for rank, anchor in enumerate(anchors)
    ]
    policy = a_policy(*bells, a_peak(EVENT, load_percent=percent), pupils_per_replica=997)
    calendar = a_calendar(
        cohorts=(a_cohort(31_000, -25), a_cohort(17_000, 0), a_cohort(9_001, 3), a_cohort(1, 140)),
        demand_events=(an_event(TUESDAY, "08:30", "12:00"), an_event(TUESDAY, "11:40", "13:10")),
    )
    agrees(a_workload(policy, calendar), TUESDAY)


def test_a_daily_event_that_never_ends_meets_every_bell_and_equals_the_slow_reference():
    policy = a_policy(a_peak(FIRST), a_peak(EVENT, load_percent=20), pupils_per_replica=1000)
    calendar = a_calendar(
        cohorts=(a_cohort(20_000), a_cohort(40_000, 45)),
        demand_events=(an_event(when=daily_cron("00:00", minutes=1500), start=None),),
    )
    agrees(a_workload(policy, calendar), "2024-11-15", days=2)


CLASSES = (
    a_cohort(30_000, -60, name="first-years"),
    a_cohort(20_000, name="second-years"),
    a_cohort(10_000, 60, name="graduating"),
)


def of_classes(*events, **fields):
    return a_calendar(cohorts=CLASSES, demand_events=events, **fields)


@pytest.mark.parametrize(
    ("cohorts", "replicas"),
    [
        ((), 6),
        (("graduating",), 1),
        (("first-years",), 3),
        (("first-years", "graduating"), 4),
        (("graduating", "first-years", "second-years"), 6),
    ],
)
def test_an_event_of_some_cohorts_counts_their_pupils_alone(cohorts, replicas):
    calendar = of_classes(an_event(TUESDAY, "20:00", cohorts=cohorts))
    policy = a_policy(a_peak(EVENT, shape=BLOCK))
    assert day(policy, calendar) == [("18:50", replicas), ("19:30", 0)]
    agrees(a_workload(policy, calendar), TUESDAY)


def test_a_pupil_of_two_events_at_a_time_counts_once():
    """30,000 in one and 40,000 in the other, of whom 30,000 are the same, are 40,000 pupils."""
    calendar = of_classes(
        an_event(TUESDAY, "20:00", "21:00", name="one", cohorts=("first-years",)),
        an_event(TUESDAY, "20:00", "21:00", name="two", cohorts=("first-years", "graduating")),
    )
    policy = a_policy(a_peak(EVENT, shape=BLOCK))
    assert max(count for _, count in day(policy, calendar)) == 4
    agrees(a_workload(policy, calendar), TUESDAY)


def test_pupils_in_lessons_and_others_at_an_event_are_all_there():
    """At the bell of the second years the graduating class, whose own bell is an hour later, has an exam."""
    calendar = of_classes(an_event(TUESDAY, "08:30", "08:40", cohorts=("graduating",)))
    policy = a_policy(a_peak(FIRST, shape=BLOCK), a_peak(EVENT, name="exam", shape=BLOCK, load_percent=300))
    planned = a_workload(policy, calendar)
    assert scheduled_replicas(planned, utc(f"{TUESDAY}T07:30")) == 2 + 3
    assert scheduled_replicas(planned, utc(f"{TUESDAY}T06:30")) == 3
    agrees(planned, TUESDAY)


def test_cohorts_and_regions_narrow_an_event_down_together():
    cohorts = (a_cohort(30_000, region="north", name="up"), a_cohort(20_000, region="south", name="down"))
    event = an_event(TUESDAY, "20:00", regions=("north",), cohorts=("up", "down"))
    calendar = a_calendar(cohorts=cohorts, demand_events=(event,), **TWO_REGIONS)
    assert day(a_policy(a_peak(EVENT, shape=BLOCK)), calendar) == [("18:50", 3), ("19:30", 0)]


def test_replicas_of_a_peak_are_split_over_all_pupils_of_whom_some_come():
    calendar = of_classes(an_event(TUESDAY, "20:00", cohorts=("graduating",)))
    policy = a_policy(a_peak(EVENT, shape=BLOCK, replicas=60), pupils_per_replica=None)
    assert day(policy, calendar) == [("18:50", 10), ("19:30", 0)]
