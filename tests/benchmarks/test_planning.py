"""What planning costs: processor time, because two cores are shared. Budgets are printed, never enforced.

    pytest --benchmark-only tests/benchmarks/test_planning.py

The founding year (Flanders, 2019-2020, 4 cohorts by start time) with its own policy, as it is and with 512
cohorts; one day of 8 periods; and 1,000 policies that share a calendar, planned 48 hours ahead as the
operator plans them: their writes.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from firstbell.core.days import SchoolDays
from firstbell.core.policy import PeakAnchor
from tests.builders import (
    a_bell_schedule,
    a_calendar,
    a_cohort,
    a_peak,
    a_policy,
    a_shape,
    a_workload,
    an_event,
    plan_days,
)
from tests.scenarios.manifests import EXAMPLES, workload_of

if TYPE_CHECKING:
    from firstbell.core.plan import Workload

pytestmark = pytest.mark.benchmark(timer=time.process_time, group="planning")
MANY = tuple(a_cohort(800 + number, number - 256) for number in range(512))
EIGHT_PERIODS = a_bell_schedule(
    "full", "08:30-09:20", "09:20-10:10", "10:25-11:15", "11:15-12:05",
    "13:05-13:55", "13:55-14:45", "15:00-15:50", "15:50-16:40",
)  # fmt: skip
YEAR = ("2019-09-01", 304)


@pytest.fixture(scope="module")
def smartschool() -> Workload:
    return workload_of(EXAMPLES / "smartschool-monday.yaml")


def with_cohorts(workload: Workload, cohorts) -> Workload:
    calendar = replace(workload.calendars[0].calendar, cohorts=cohorts)
    return replace(workload, calendars=(SchoolDays(calendar),))


def a_day_of_eight_periods(policy_peaks=(), **fields) -> Workload:
    change = a_peak(PeakAnchor.PERIOD_START, load_percent=45, shape=a_shape(5, 5, 10, 10))
    calendar = a_calendar(cohorts=MANY, bell_schedules=(EIGHT_PERIODS,), **fields)
    return a_workload(a_policy(a_peak(), change, *policy_peaks), calendar)


def test_one_day_with_512_cohorts_and_8_periods(benchmark):
    """Budget: 10 ms."""
    workload = a_day_of_eight_periods()
    assert benchmark(plan_days, workload, "2024-11-12").writes


def test_one_exam_day_with_512_cohorts_and_8_periods(benchmark):
    """No budget: an event from 08:30 to 16:00 meets every bell of 512 offsets."""
    workload = a_day_of_eight_periods(
        (a_peak(PeakAnchor.DEMAND_EVENT, load_percent=30),),
        demand_events=(an_event("2024-11-12", "08:30", "16:00"),),
    )
    assert benchmark(plan_days, workload, "2024-11-12").writes


def test_the_days_of_the_flemish_year(benchmark, smartschool):
    """Part of every change of a calendar: resolving its days."""
    calendar = smartschool.calendars[0].calendar
    assert benchmark(SchoolDays, calendar).days(None)


def test_the_flemish_year(benchmark, smartschool):
    """Budget: 500 ms."""
    assert benchmark.pedantic(plan_days, args=(smartschool, *YEAR), rounds=5).writes


def test_the_steps_of_the_flemish_year(benchmark, smartschool):
    """Budget: 500 ms, with every step that people are shown."""
    assert benchmark.pedantic(lambda: plan_days(smartschool, *YEAR).steps, rounds=5)


def test_the_flemish_year_with_512_cohorts(benchmark, smartschool):
    """Budget: 1 s."""
    workload = with_cohorts(smartschool, MANY)
    assert benchmark.pedantic(lambda: plan_days(workload, *YEAR).steps, rounds=5)


def test_a_thousand_autoscalers_that_share_a_calendar_of_4_cohorts_48_hours_ahead(benchmark, smartschool):
    """Budget: 1.5 s."""
    policies = [replace(smartschool.policy, name=f"web-{number}") for number in range(1000)]
    workloads = [replace(smartschool, policy=policy) for policy in policies]

    def plan_all() -> int:
        return sum(len(plan_days(workload, "2020-04-20", 2).writes) for workload in workloads)

    assert benchmark.pedantic(plan_all, rounds=3)
