"""The founding morning: Flemish secondary schools, Monday 20 April 2020, first bell 08:30 in Brussels.

The numbers can be worked out by hand: 418,500 pupils at 60,000 to a replica are 7 on a
regular day; remote lessons multiply by 20, a restart by 2.2, a Monday by 1.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from firstbell.core.calendar import InstructionMode
from firstbell.core.days import DayClass, Transition
from tests.builders import clock, on, plan_days
from tests.scenarios.manifests import EXAMPLES, workload_of

if TYPE_CHECKING:
    from firstbell.core.plan import Plan, Workload

REMOTE, IN_PERSON = InstructionMode.REMOTE, InstructionMode.IN_PERSON
FIRST, RESTART = DayClass.FIRST_DAY_OF_SCHOOL_YEAR, DayClass.RESTART_AFTER_HOLIDAY
WEEK, REGULAR = DayClass.FIRST_DAY_OF_WEEK, DayClass.REGULAR


@pytest.fixture(scope="module")
def smartschool() -> Workload:
    return workload_of(EXAMPLES / "smartschool-monday.yaml")


@pytest.fixture(scope="module")
def founding_day(smartschool) -> Plan:
    return plan_days(smartschool, "2020-04-20")


def highest(plan: Plan) -> tuple[int, str]:
    """The highest value of a plan and when it is reached, in UTC."""
    step = max(plan.steps, key=lambda step: step.replicas)
    return step.replicas, clock(step.minute)


@pytest.mark.parametrize(
    ("day", "kind", "want"),
    [
        pytest.param("2019-09-02", (FIRST, None, IN_PERSON), (16, "06:20"), id="first day of the year"),
        pytest.param("2019-11-04", (RESTART, None, IN_PERSON), (16, "07:20"), id="after a clock change"),
        pytest.param("2020-03-09", (WEEK, None, IN_PERSON), (8, "07:17"), id="an ordinary Monday"),
        pytest.param("2020-03-10", (REGULAR, None, IN_PERSON), (7, "07:15"), id="a regular day"),
        pytest.param("2020-03-16", (WEEK, Transition.TO_REMOTE, REMOTE), (154, "07:20"), id="gone remote"),
        pytest.param("2020-04-03", (REGULAR, None, REMOTE), (140, "06:20"), id="the Friday before Easter"),
        pytest.param("2020-04-20", (RESTART, None, REMOTE), (307, "06:20"), id="the founding morning"),
        pytest.param("2020-04-22", (REGULAR, None, REMOTE), (140, "06:20"), id="a remote Wednesday"),
    ],
)  # fmt: skip
def test_the_highest_of_each_day_and_when_it_is_reached(smartschool, day, kind, want):
    lessons = smartschool.calendars[0].day(None, on(day)).lessons
    assert kind == (lessons.day_class, lessons.transition, lessons.instruction_mode)
    assert want == highest(plan_days(smartschool, day))


@pytest.mark.parametrize(
    ("day", "reason"),
    [("2020-04-19", "holidays/paasvakantie"), ("2020-05-01", "holidays/dag-van-de-arbeid")],
)
def test_without_lessons_the_minimum_stays(smartschool, day, reason):
    assert smartschool.calendars[0].day(None, on(day)).reason == reason
    assert [step.replicas for step in plan_days(smartschool, day).steps] == [4]


@pytest.mark.parametrize(
    ("day", "days"), [("2019-11-04", 9), ("2020-04-20", 16), ("2020-01-06", 16), ("2020-03-02", 9)]
)
def test_how_long_the_break_was(smartschool, day, days):
    assert days == smartschool.calendars[0].day(None, on(day)).lessons.break_days


def test_the_founding_day_is_ready_ten_minutes_before_the_bell_and_until_its_hold_ends(founding_day):
    values = [(clock(step.minute), step.replicas) for step in founding_day.steps]
    assert values[:2] == [("22:00", 4), ("05:48", 5)]
    index = values.index(("06:20", 307))
    assert values[index + 1] == ("06:47", 306)


def test_wednesday_afternoon_is_free(smartschool):
    """The last change of lessons is at 11:15, 09:15Z: with its tail the day is over."""
    plan = plan_days(smartschool, "2020-04-22")
    assert (clock(plan.steps[-1].minute), plan.steps[-1].replicas) == ("09:34", 4)


def test_both_public_statements_of_that_morning_at_once(smartschool, founding_day):
    """More than double the busy weeks before, and up to 40 times a normal lesson day."""
    regular, monday, friday = (
        highest(plan_days(smartschool, day))[0] for day in ("2020-03-10", "2020-03-09", "2020-04-03")
    )
    top = highest(founding_day)[0]
    assert (regular, monday, friday, top) == (7, 8, 140, 307)
    assert (round(top / regular), round(top / monday), round(top / friday, 1)) == (44, 38, 2.2)


def test_a_fall_is_written_at_the_next_five_minute_mark(founding_day):
    """The hold ends at 06:47Z: of the fall to 304 at 06:48Z nothing is kept after 06:50Z."""
    by_time = {clock(run.start): run.value for run in founding_day.writes}
    assert [by_time[time] for time in ("06:20", "06:50", "06:55", "07:00")] == [307, 304, 296, 278]
    assert all(run.start % 5 == 0 for run in founding_day.writes)


def test_why_it_is_so_high(founding_day):
    peak = founding_day.peaks[0]
    product = peak.surge.factors
    assert (peak.surge.occurrence.peak.name, peak.wanted, clock(peak.ready_by)) == (
        "first-lesson",
        307,
        "06:20",
    )
    assert [(factor.name, factor.percent) for factor in product.factors] == [
        ("remote", 2000),
        ("restart", 220),
    ]
    assert (product.percent, product.capped) == (4400, False)


def test_the_writes_of_the_founding_day_are_at_most_a_fifth_of_its_steps(founding_day):
    """52 for 312: what falls in five minutes is one write, and no fall is put off further."""
    assert len(founding_day.writes) * 5 <= len(founding_day.steps)
    minutes = range(founding_day.start, founding_day.end)
    assert all(founding_day.write_at(minute) >= founding_day.replicas_at(minute) for minute in minutes)
