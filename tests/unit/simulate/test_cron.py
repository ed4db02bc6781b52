"""The floor that a careful team writes by hand."""

from __future__ import annotations

from firstbell.domain.calendar import CalendarEvent, InstructionMode
from firstbell.domain.days import DayClass
from firstbell.simulate.cron import CronFloor, HpaWithCron, careful_floor
from firstbell.simulate.hpa import HorizontalPodAutoscaler, HpaSpec
from firstbell.simulate.observed import MetricDelay, Observed
from firstbell.simulate.pods import Cluster, Pods
from tests.builders import a_calendar, a_factor, a_holiday, a_peak, a_policy, a_workload, an_exception, on

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
