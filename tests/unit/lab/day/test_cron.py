"""The floor that a careful team writes by hand."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from firstbell.core.bells import start_of_day
from firstbell.core.calendar import CalendarEvent, InstructionMode
from firstbell.core.days import DayClass
from firstbell.lab.day.cron import CronFloor, HpaWithCron, careful_floor
from firstbell.lab.day.hpa import HorizontalPodAutoscaler, HpaSpec
from firstbell.lab.day.observed import MetricDelay, Observed
from firstbell.lab.day.pods import Cluster, Pods
from tests.builders import (
    SCHOOL_WEEK,
    a_bell_schedule,
    a_calendar,
    a_cohort,
    a_factor,
    a_holiday,
    a_peak,
    a_policy,
    a_row,
    a_workload,
    an_exception,
    on,
    stamp,
)

MONDAY = a_factor(110, day_classes={DayClass.FIRST_DAY_OF_WEEK})


def floor(day: str, *factors, in_utc=False, **calendar) -> CronFloor | None:
    workload = a_workload(
        a_policy(a_peak(), day_factors=factors), a_calendar(**calendar), minimum=2, maximum=100
    )
    return careful_floor(workload, on(day), in_utc=in_utc)


def hours(found: CronFloor) -> tuple[str, str]:
    return tuple(f"{second // 3600:02}:{second // 60 % 60:02}" for second in (found.start, found.end))


def test_it_stands_around_the_usual_first_bell():
    assert hours(floor("2024-09-13")) == ("07:00", "09:00")


def test_it_is_enough_for_each_of_the_last_five_lesson_days():
    assert floor("2024-09-13").replicas == 6
    assert floor("2024-09-13", MONDAY).replicas == 7
    assert floor("2024-09-11", MONDAY).replicas == 7


def test_it_looks_over_a_holiday_to_the_last_lesson_days():
    holiday = a_holiday("2024-10-28", "2024-11-03")
    assert floor("2024-11-04", MONDAY, holidays=(holiday,)).replicas == 7


def test_it_does_not_know_what_kind_of_day_today_is():
    remote = a_factor(2000, instruction_modes={InstructionMode.REMOTE})
    at_home = an_exception(
        CalendarEvent.INSTRUCTIONAL_DAY, "2024-09-13", instruction_mode=InstructionMode.REMOTE
    )
    assert floor("2024-09-13", remote, calendar_dates=(at_home,)).replicas == 6


def test_on_the_first_day_of_all_it_is_that_of_the_days_after():
    assert floor("2024-09-02").replicas == 6


def zoned(zone: str, pupils: int, bell: str = "08:15", days: str = SCHOOL_WEEK, **fields):
    """A calendar in a zone, with one first bell."""
    return a_calendar(
        name=zone,
        zone=ZoneInfo(zone),
        bell_schedules=(a_bell_schedule("full", f"{bell}-14:45"),),
        weekly_schedule=(a_row(days),),
        cohorts=(a_cohort(pupils),),
        **fields,
    )


def stands(day: str, *calendars, in_utc: bool = False) -> str | None:
    """When the floor for these calendars begins, in UTC."""
    found = careful_floor(a_workload(a_policy(), *calendars, maximum=100), on(day), in_utc=in_utc)
    begins = start_of_day(calendars[0].zone, on(day))
    return None if found is None else stamp(begins + found.start // 60)


EAST, WEST = zoned("America/New_York", 990_000), zoned("America/Los_Angeles", 10_000)
SYDNEY = zoned("Australia/Sydney", 990_000)


@pytest.mark.parametrize("calendars", [(EAST, WEST), (WEST, EAST)], ids=["east first", "west first"])
def test_it_stands_where_the_pupils_are_in_either_order_of_the_calendars(calendars):
    """06:45 in New York, in winter time."""
    assert stands("2024-12-03", *calendars) == "2024-12-03T11:45"


@pytest.mark.parametrize("day", ["2024-12-01", "2024-12-02", "2024-12-04"])
def test_where_most_pupils_are_a_day_ahead_it_stands_at_their_bell(day):
    """08:15 in Sydney is 21:15 of the day before in UTC, 13:15 in Los Angeles: on Sundays, too."""
    assert stands(day, WEST, SYDNEY) == f"{day}T19:45"


def test_where_most_pupils_are_a_day_ahead_there_is_none_on_their_weekend():
    assert stands("2024-12-06", WEST, SYDNEY) is None


def test_clocks_that_change_elsewhere_move_it_with_its_own_pupils():
    """On 4 November 2024 New York has left summer time; Phoenix, whose dates are simulated, never had it."""
    phoenix = zoned("America/Phoenix", 10)
    assert [stands(day, phoenix, EAST) for day in ("2024-11-01", "2024-11-04")] == [
        "2024-11-01T10:45",
        "2024-11-04T11:45",
    ]
    assert stands("2024-11-04", EAST, phoenix, in_utc=True) == "2024-11-04T10:45"


def test_bells_close_together_count_together_against_a_larger_one_far_away():
    early, later = zoned("Europe/Paris", 30_000, "08:00"), zoned("Europe/Berlin", 31_000, "08:20")
    london = zoned("Europe/London", 40_000, "09:30")
    for calendars in ((early, later, london), (london, later, early)):
        assert stands("2024-12-03", *calendars) == "2024-12-03T05:50"


def test_the_cohorts_of_a_calendar_weigh_as_much_as_their_pupils():
    few, many = a_cohort(1_000), a_cohort(9_000, 90)
    assert hours(floor("2024-09-13", cohorts=(few, many))) == ("08:30", "10:30")


def test_every_calendar_has_its_weekdays():
    """Sunday to Thursday in Dubai, Monday to Friday in Brussels, in either order."""
    dubai = zoned("Asia/Dubai", 10_000, days="Sun Mon Tue Wed Thu")
    brussels = zoned("Europe/Brussels", 90_000)
    for calendars in ((dubai, brussels), (brussels, dubai)):
        told = [stands(day, *calendars) for day in ("2024-12-06", "2024-12-07", "2024-12-08")]
        assert told == ["2024-12-06T05:45", None, "2024-12-08T05:45"]


def test_on_a_weekday_without_lessons_there_is_none():
    assert floor("2024-09-14") is None


def test_without_any_lesson_day_there_is_none():
    assert floor("2030-09-13") is None


def test_in_utc_it_keeps_the_hour_of_its_writing():
    """Brussels went from UTC+2 to UTC+1 in the holiday: what was 07:00 is 06:00 now."""
    holiday = a_holiday("2024-10-28", "2024-11-03")
    assert hours(floor("2024-11-04", holidays=(holiday,))) == ("07:00", "09:00")
    assert hours(floor("2024-11-04", holidays=(holiday,), in_utc=True)) == ("06:00", "08:00")


def test_the_minimum_is_raised_for_its_hours_and_no_longer():
    hpa = HorizontalPodAutoscaler(HpaSpec(minimum=2, maximum=50))
    scaling = HpaWithCron(hpa, CronFloor(start=60, end=120, replicas=9))
    pods, observed = Pods(Cluster(), 2), Observed(MetricDelay())
    floors, most = [], 0
    for now in range(150):
        scaling.act(now, pods, observed)
        observed.note(0, 2)
        floors.append(scaling.floor)
        most = max(most, pods.wanted)
    assert (floors[59], floors[60], floors[119], floors[120]) == (2, 9, 9, 2)
    assert most == 9


def test_without_one_it_is_the_hpa_alone():
    hpa = HorizontalPodAutoscaler(HpaSpec(minimum=2, maximum=50))
    scaling = HpaWithCron(hpa, None)
    scaling.act(0, Pods(Cluster(), 2), Observed(MetricDelay()))
    assert scaling.floor == 2
