"""Calendars and policies for tests: sane defaults, keyword overrides, nothing hidden that a test is about.

The default calendar is one ordinary year in Brussels, Monday to Friday, with three bell schedules (`full`,
`short`, `late`) and 60,000 pupils; the default policy gives one replica to 10,000 of them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from firstbell.core import SchoolCalendar
from firstbell.core.bells import END_OF_DAY, Minute, instant_of, minute_of, start_of_day
from firstbell.core.calendar import (
    AcademicSession,
    BellSchedule,
    CalendarDate,
    CalendarEvent,
    ClassPeriod,
    Cohort,
    CronRecurrence,
    DateRange,
    DemandEvent,
    DemandEventType,
    Holiday,
    OnClosure,
    OneDate,
    RecurrenceCondition,
    Rotation,
    RotationType,
    SessionType,
    Weekday,
    WeeklyRecurrence,
    WeeklyRow,
)
from firstbell.core.days import Day, SchoolDays
from firstbell.core.lead import NO_RISES, Rises
from firstbell.core.plan import Plan, Workload, clamp, make_plan, scheduled_at
from firstbell.core.policy import Bounds, DayFactor, Match, Peak, PeakAnchor, Policy, Shape

if TYPE_CHECKING:
    from collections.abc import Iterator

BRUSSELS = ZoneInfo("Europe/Brussels")
YEAR = ("2024-09-02", "2025-06-30")
SCHOOL_WEEK = "Mon Tue Wed Thu Fri"


def on(text: str) -> date:
    """`2024-09-02` as a date."""
    return date.fromisoformat(text)


def at(text: str) -> time:
    """`08:30` as a time of day, `24:00` as its end."""
    return END_OF_DAY if text == "24:00" else time.fromisoformat(text)


def utc(text: str) -> Minute:
    """`2024-09-02T06:30` read as UTC, as a minute."""
    return minute_of(datetime.fromisoformat(text).replace(tzinfo=UTC))


def clock(minute: Minute) -> str:
    """A minute as `HH:MM` in UTC."""
    return instant_of(minute).strftime("%H:%M")


def stamp(minute: Minute) -> str:
    """A minute as `2024-09-02T06:30` in UTC."""
    return instant_of(minute).strftime("%Y-%m-%dT%H:%M")


def weekdays(text: str) -> frozenset[Weekday]:
    """`Mon Tue` as weekdays; any beginning of a name will do."""
    return frozenset(next(day for day in Weekday if day.startswith(word)) for word in text.split())


def a_range(first: str, last: str | None = None) -> DateRange:
    return DateRange(first=on(first), last=on(last or first))


def a_school_year(first: str = YEAR[0], last: str = YEAR[1], **fields: Any) -> AcademicSession:
    defaults: dict[str, Any] = {
        "name": f"sy-{first}",
        "type": SessionType.SCHOOL_YEAR,
        "dates": a_range(first, last),
    }
    return AcademicSession(**defaults | fields)


def a_bell_schedule(name: str, *spans: str) -> BellSchedule:
    """`a_bell_schedule("full", "08:30-09:20")`: periods are named by their place."""
    periods = []
    for number, span in enumerate(spans, start=1):
        start, end = span.split("-")
        periods.append(ClassPeriod(name=str(number), start=at(start), end=at(end)))
    return BellSchedule(name=name, periods=tuple(periods))


def a_row(days: str = SCHOOL_WEEK, bells: str = "full", **fields: Any) -> WeeklyRow:
    return WeeklyRow(days_of_week=weekdays(days), bell_schedule_name=bells, **fields)


def a_holiday(first: str, last: str | None = None, **fields: Any) -> Holiday:
    defaults: dict[str, Any] = {"name": "holiday", "dates": a_range(first, last)}
    return Holiday(**defaults | fields)


def an_exception(event: CalendarEvent, first: str, last: str | None = None, **fields: Any) -> CalendarDate:
    defaults: dict[str, Any] = {"name": "exception", "dates": a_range(first, last), "event": event}
    return CalendarDate(**defaults | fields)


def a_rotation(labels: str = "A B", **fields: Any) -> Rotation:
    defaults: dict[str, Any] = {
        "type": RotationType.DAY_CYCLE,
        "labels": tuple(labels.split()),
        "anchor": on(YEAR[0]),
        "on_closure": OnClosure.HOLD,
    }
    return Rotation(**defaults | fields)


def an_event(
    day: str | None = None, start: str | None = "20:00", end: str | None = None, **fields: Any
) -> DemandEvent:
    """A demand event on one date, or with `when=` on any other."""
    defaults: dict[str, Any] = {
        "name": "event",
        "type": DemandEventType.ASSIGNMENT_DEADLINE,
        "when": OneDate(day=on(day)) if day else None,
        "start": at(start) if start else None,
        "end": at(end) if end else None,
    }
    return DemandEvent(**defaults | fields)


def every(days: str = "", condition: RecurrenceCondition = RecurrenceCondition.ALWAYS) -> WeeklyRecurrence:
    return WeeklyRecurrence(days_of_week=weekdays(days), condition=condition)


class DailyAt:
    """A cron schedule that rings at the same wall-clock times every day."""

    def __init__(self, *times: str) -> None:
        self._times = [at(text) for text in times]
        self.most_per_day = len(times)

    def occurrences(self, first: date, last: date) -> Iterator[datetime]:
        for offset in range((last - first).days + 1):
            for when in self._times:
                yield datetime.combine(first + timedelta(days=offset), when)


def daily_cron(*times: str, minutes: int = 0) -> CronRecurrence:
    return CronRecurrence(schedule=DailyAt(*times), duration_minutes=minutes)


def a_cohort(pupils: int = 60_000, offset: int = 0, **fields: Any) -> Cohort:
    defaults: dict[str, Any] = {"name": f"c{offset}", "pupils": pupils, "start_offset_minutes": offset}
    return Cohort(**defaults | fields)


def a_calendar(**fields: Any) -> SchoolCalendar:
    defaults: dict[str, Any] = {
        "namespace": "ns",
        "name": "school",
        "zone": BRUSSELS,
        "sessions": (a_school_year(),),
        "bell_schedules": (
            a_bell_schedule("full", "08:30-09:20", "09:20-10:10", "10:25-11:15", "13:00-15:00"),
            a_bell_schedule("short", "08:30-09:20", "09:20-10:10"),
            a_bell_schedule("late", "10:30-11:15", "13:00-15:00"),
        ),
        "weekly_schedule": (a_row(),),
        "cohorts": (a_cohort(),),
    }
    return SchoolCalendar(**defaults | fields)


def a_shape(lead: int = 10, ramp: int = 20, hold: int = 30, decay: int = 30) -> Shape:
    return Shape(lead=lead, ramp=ramp, hold=hold, decay=decay)


def a_peak(anchor: PeakAnchor = PeakAnchor.FIRST_PERIOD_START, **fields: Any) -> Peak:
    defaults: dict[str, Any] = {"name": f"{anchor}", "anchor": anchor}
    return Peak(**defaults | fields)


def a_factor(percent: int, **match: Any) -> DayFactor:
    """`a_factor(220, day_classes={...})`: lists are given as sets."""
    match = {key: value if key == "regions" else frozenset(value) for key, value in match.items()}
    return DayFactor(name=f"x{percent}", match=Match(**match), percent=percent)


def a_policy(*peaks: Peak, **fields: Any) -> Policy:
    defaults: dict[str, Any] = {
        "namespace": "ns",
        "name": "web",
        "calendar_names": ("school",),
        "peaks": peaks or (a_peak(),),
        "pupils_per_replica": 10_000,
        "longest_lead_minutes": 0,
    }
    return Policy(**defaults | fields)


def a_workload(
    policy: Policy,
    *calendars: SchoolCalendar,
    minimum: int = 0,
    maximum: int | None = None,
    rises: Rises = NO_RISES,
) -> Workload:
    bounds = Bounds(minimum=minimum, maximum=maximum)
    resolved = tuple(SchoolDays(calendar) for calendar in calendars or (a_calendar(),))
    return Workload(policy=policy, bounds=bounds, calendars=resolved, rises=rises)


def plan_days(workload: Workload, first: str, days: int = 1) -> Plan:
    """The plan over whole civil dates in the zone of the first calendar."""
    zone = workload.zone
    start = on(first)
    return make_plan(workload, start_of_day(zone, start), start_of_day(zone, start + timedelta(days=days)))


def scheduled_replicas(workload: Workload, minute: Minute) -> int:
    """The scheduled value at one minute, within bounds."""
    return scheduled_at(workload, [minute])[minute]


def replicas_by_minute(plan: Plan) -> list[int]:
    """The schedule within bounds, one value a minute."""
    bounds = plan.workload.bounds
    return [clamp(wanted, bounds)[0] for wanted in plan.wanted.between(plan.start, plan.end)]


def writes_by_minute(plan: Plan) -> list[int]:
    """What the writes bring a workload to, one value a minute."""
    return [run.value for run in plan.writes for _ in range(run.start, run.end)]


def changes(plan: Plan) -> list[tuple[str, int]]:
    """The steps of a plan as ("HH:MM", replicas), in UTC."""
    return [(clock(step.minute), step.replicas) for step in plan.steps]


def day_of(calendar: SchoolCalendar, text: str, region: str | None = None) -> Day:
    """One resolved date of a calendar."""
    return SchoolDays(calendar).day(region, on(text))
