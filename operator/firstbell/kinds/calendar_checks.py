"""What a calendar's spec asks beyond the shape of its fields: order, and names that exist.

The API server asks the same by the rules of `school_time`, `calendar_date`, `demand_event` and
`calendar_rules`; here every problem has its exact path.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Protocol

from firstbell.core.calendar import ODD_AND_EVEN, RotationType, SessionType, Weekday
from firstbell.core.instants import clock_text, minute_of_day
from firstbell.kinds.calendar_date import ExceptionFieldsSpec
from firstbell.kinds.calendar_rules import DAYS_PER_YEAR, MOST_YEARS
from firstbell.kinds.demand_event import LONGEST_EVENT_DAYS, DemandEventSpec
from firstbell.kinds.problems import Problem, nearest, quoted
from firstbell.kinds.school_calendar import SchoolCalendarSpec
from firstbell.kinds.school_time import BellScheduleSpec, RotationSpec
from firstbell.kinds.uniqueness import repeated

_OF_DAYS = (
    "For one event write date, and endDate where it ends on a later one; for one on each of its days "
    "recurrence: {daysOfWeek: []}"
)


class _Scoped(Protocol):
    @property
    def regions(self) -> tuple[str, ...]: ...


class _Named(_Scoped, Protocol):
    @property
    def bell_schedule_name(self) -> str | None: ...


def calendar_problems(spec: SchoolCalendarSpec) -> tuple[Problem, ...]:
    """Return all that is wrong with a calendar whose fields have the right shape, zone and cron aside."""
    return (
        *repeated(spec, ("spec",)),
        *_order(spec),
        *_names(spec),
        *_regions(spec),
        *_cohorts(spec),
        *_demand_events(spec),
        *(_rotation(spec.rotation) if spec.rotation else ()),
        *_span(spec),
    )


def own_exception_problems(entry: ExceptionFieldsSpec, path: str) -> Iterator[Problem]:
    """Yield what can be wrong with an exception without knowing its calendar."""
    if entry.end_date is not None:
        yield from _dates(entry.start_date, entry.end_date, path)
    if entry.event.needs_bell_schedule and entry.bell_schedule_name is None:
        yield Problem(
            path=f"{path}.bellScheduleName",
            message=f"is missing, and {entry.event} means nothing without bells of its own",
            cure="Name the bell schedule of that day",
        )


def exception_name_problems(
    entry: _Named, path: str, bells: Iterable[str], regions: Iterable[str]
) -> Iterator[Problem]:
    """Yield the names in an exception that its calendar does not have."""
    if entry.bell_schedule_name is not None:
        yield from _known(entry.bell_schedule_name, bells, f"{path}.bellScheduleName", "bell schedule")
    yield from _scope(entry, path, regions)


def _dates(start: date, end: date, path: str, first: str = "startDate") -> Iterator[Problem]:
    if end < start:
        yield Problem(
            path=f"{path}.endDate",
            message=f"{end} is before {first} {start}",
            cure=f"Both dates are inclusive: endDate is the last day, {first} the first",
        )


def _order(spec: SchoolCalendarSpec) -> Iterator[Problem]:
    for index, session in enumerate(spec.academic_sessions):
        yield from _dates(session.start_date, session.end_date, f"spec.academicSessions[{index}]")
    for index, schedule in enumerate(spec.bell_schedules):
        yield from _periods(schedule, f"spec.bellSchedules[{index}]")
    for index, holiday in enumerate(spec.holidays):
        yield from _dates(holiday.start_date, holiday.end_date, f"spec.holidays[{index}]")
    for index, entry in enumerate(spec.calendar_dates):
        yield from own_exception_problems(entry, f"spec.calendarDates[{index}]")


def _periods(schedule: BellScheduleSpec, path: str) -> Iterator[Problem]:
    previous = None
    for index, period in enumerate(schedule.class_periods):
        here = f"{path}.classPeriods[{index}]"
        if minute_of_day(period.end_time) <= minute_of_day(period.start_time):
            end, start = clock_text(period.end_time), clock_text(period.start_time)
            midnight = end == "00:00"
            yield Problem(
                path=f"{here}.endTime",
                message=f"{end} is not after startTime {start}",
                cure="Write 24:00 for the end of the day"
                if midnight
                else "Write times of 24 hours, the start before the end",
            )
        if previous is not None and minute_of_day(period.start_time) < minute_of_day(previous.end_time):
            yield Problem(
                path=f"{here}.startTime",
                message=f"{period.start_time:%H:%M} is before period {quoted(previous.name)} ends at"
                f" {clock_text(previous.end_time)}",
                cure="List the periods in order of time, without overlap",
            )
        previous = period


def _names(spec: SchoolCalendarSpec) -> Iterator[Problem]:
    bells = [schedule.name for schedule in spec.bell_schedules]
    labels = spec.rotation.labels if spec.rotation else ()
    sessions = [session.name for session in spec.academic_sessions]
    for index, row in enumerate(spec.weekly_schedule):
        path = f"spec.weeklySchedule[{index}]"
        yield from _known(row.bell_schedule_name, bells, f"{path}.bellScheduleName", "bell schedule")
        for place, label in enumerate(row.labels):
            yield from _known(label, labels, f"{path}.labels[{place}]", "label of the rotation")
    regions = [region.name for region in spec.regions]
    for index, entry in enumerate(spec.calendar_dates):
        yield from exception_name_problems(entry, f"spec.calendarDates[{index}]", bells, regions)
    for index, session in enumerate(spec.academic_sessions):
        if session.parent_name is not None:
            others = [name for name in sessions if name != session.name]
            path = f"spec.academicSessions[{index}].parentName"
            yield from _known(session.parent_name, others, path, "other session")


def _known(name: str, names: Iterable[str], path: str, noun: str) -> Iterator[Problem]:
    names = tuple(names)
    if name not in names:
        yield Problem(
            path=path, message=f"there is no {noun} {quoted(name)}", cure=nearest(name, names, noun=noun)
        )


def _regions(spec: SchoolCalendarSpec) -> Iterator[Problem]:
    regions = [region.name for region in spec.regions]
    scoped: dict[str, Iterable[_Scoped]] = {
        "academicSessions": spec.academic_sessions,
        "weeklySchedule": spec.weekly_schedule,
        "holidays": spec.holidays,
        "demandEvents": spec.demand_events,
    }
    for field, entries in scoped.items():
        for index, entry in enumerate(entries):
            yield from _scope(entry, f"spec.{field}[{index}]", regions)


def _scope(entry: _Scoped, path: str, regions: Iterable[str]) -> Iterator[Problem]:
    for index, name in enumerate(entry.regions):
        yield from _known(name, regions, f"{path}.regions[{index}]", "region")


def _cohorts(spec: SchoolCalendarSpec) -> Iterator[Problem]:
    regions = [region.name for region in spec.regions]
    for index, cohort in enumerate(spec.cohorts):
        path = f"spec.cohorts[{index}].region"
        if cohort.region is not None:
            yield from _known(cohort.region, regions, path, "region")
        elif regions:
            message = "is missing, and the calendar has regions"
            yield Problem(path=path, message=message, cure=f"Name one of {', '.join(regions)}")


def _demand_events(spec: SchoolCalendarSpec) -> Iterator[Problem]:
    cohorts = [cohort.name for cohort in spec.cohorts]
    for index, event in enumerate(spec.demand_events):
        path = f"spec.demandEvents[{index}]"
        yield from _demand_event(event, path)
        for place, name in enumerate(event.cohorts):
            yield from _known(name, cohorts, f"{path}.cohorts[{place}]", "cohort")


def _demand_event(event: DemandEventSpec, path: str) -> Iterator[Problem]:
    recurrence = event.recurrence
    cron = recurrence is not None and recurrence.schedule is not None
    of_days = event.start_date is not None or event.exclude_holidays is not None
    if (event.date is None) == (recurrence is None) and not (recurrence is None and of_days):
        both = "both date and recurrence are given" if recurrence else "neither date nor recurrence is given"
        yield Problem(path=path, message=both, cure="Give exactly one of them")
    if cron and recurrence and ("days_of_week" in recurrence.model_fields_set or recurrence.condition):
        message = "schedule is given together with daysOfWeek or condition"
        cure = "Keep the schedule, or the weekdays and the condition"
        yield Problem(path=f"{path}.recurrence", message=message, cure=cure)
    if cron and event.start_time is not None:
        message, cure = "is given, but recurrence.schedule brings its own times", "Remove startTime"
        yield Problem(path=f"{path}.startTime", message=message, cure=cure)
    if not cron and event.start_time is None:
        cure = 'Add when it starts, like startTime: "16:00"'
        yield Problem(path=f"{path}.startTime", message="is missing", cure=cure)
    yield from _event_dates(event, path)
    if event.end_time is not None and event.start_time is None:
        message, cure = "is given without startTime", "Add startTime; with a cron line use durationMinutes"
        yield Problem(path=f"{path}.endTime", message=message, cure=cure)
    if event.duration_minutes is not None and not cron:
        message, cure = "goes with recurrence.schedule only", "Write endTime instead"
        yield Problem(path=f"{path}.durationMinutes", message=message, cure=cure)


def _event_dates(event: DemandEventSpec, path: str) -> Iterator[Problem]:
    """Yield what is wrong with the dates of an event, and with an end that is its start."""
    first = event.start_date or event.date
    if event.recurrence is None:
        fields = (("startDate", event.start_date), ("excludeHolidays", event.exclude_holidays))
        for field, value in fields:
            if value is not None:
                cure = "Remove it, or give recurrence instead of date" if event.date else _OF_DAYS
                yield Problem(path=f"{path}.{field}", message="goes with recurrence only", cure=cure)
        if event.end_date is not None and event.end_time is None:
            cure = "Add endTime, the time on that date at which it ends; 24:00 is the end of the day"
            yield Problem(path=f"{path}.endDate", message="is given without endTime", cure=cure)
    if event.end_date is not None and first is not None:
        if event.end_date < first:
            yield from _dates(first, event.end_date, path, "startDate" if event.start_date else "date")
        elif event.date is not None and (event.end_date - event.date).days > LONGEST_EVENT_DAYS:
            message = f"{event.end_date} is more than {LONGEST_EVENT_DAYS} days after {event.date}"
            yield Problem(path=f"{path}.endDate", message=message, cure="Make it several events")
    yield from _event_end(event, path)


def _event_end(event: DemandEventSpec, path: str) -> Iterator[Problem]:
    """Yield what is wrong with an end that is not after its start, where that does not name the next day."""
    start, end = event.start_time, event.end_time
    if start is None or end is None:
        return
    one_date = event.date is not None and event.end_date == event.date
    if one_date and minute_of_day(end) < minute_of_day(start):
        yield Problem(
            path=f"{path}.endTime",
            message=f"{clock_text(end)} is before startTime {clock_text(start)}, on one date",
            cure="Write the date on which it ends as endDate, or leave endDate out where that is the next",
        )
    lasts_days = event.date is not None and event.end_date is not None and event.end_date > event.date
    if minute_of_day(end) == minute_of_day(start) and not lasts_days:
        yield Problem(
            path=f"{path}.endTime",
            message=f"{clock_text(end)} is the startTime, too",
            cure="Leave it out for one instant, write 00:00 to 24:00 for a whole day, or make it two events",
        )


def _rotation(rotation: RotationSpec) -> Iterator[Problem]:
    path = "spec.rotation"
    if rotation.type is not RotationType.CALENDAR_WEEKS:
        for field, value in (("anchorDate", rotation.anchor_date), ("onClosure", rotation.on_closure)):
            if value is None:
                cure = f"Add it, or use type {RotationType.CALENDAR_WEEKS} for odd and even weeks"
                yield Problem(path=f"{path}.{field}", message="is missing", cure=cure)
        return
    if len(rotation.labels) != ODD_AND_EVEN:
        message = f"has {len(rotation.labels)} label{'s' if len(rotation.labels) > 1 else ''}"
        cure = "Write two: the label of odd weeks, then that of even ones"
        yield Problem(path=f"{path}.labels", message=message, cure=cure)
    if rotation.restarts_with is not None:
        message = "is given, but calendar weeks go by the number of the week"
        cure = "Remove it, or use AlternatingWeeks"
        yield Problem(path=f"{path}.restartsWith", message=message, cure=cure)
    if rotation.week_starts_on not in {None, Weekday.MONDAY}:
        message, cure = (
            "is given, but weeks of ISO 8601 start on Monday",
            "Remove it, or use AlternatingWeeks",
        )
        yield Problem(path=f"{path}.weekStartsOn", message=message, cure=cure)


def _span(spec: SchoolCalendarSpec) -> Iterator[Problem]:
    """Yield dates too far apart: a mistyped year would make a plan resolve centuries of days."""
    dated = [
        (day, f"spec.academicSessions[{index}].{field}")
        for index, session in enumerate(spec.academic_sessions)
        if session.type is SessionType.SCHOOL_YEAR
        for day, field in ((session.start_date, "startDate"), (session.end_date, "endDate"))
    ]
    dated += [
        (day, f"spec.calendarDates[{index}].{field}")
        for index, entry in enumerate(spec.calendar_dates)
        if entry.event.has_lessons
        for day, field in ((entry.start_date, "startDate"), (entry.end_date, "endDate"))
        if day is not None
    ]
    if not dated:
        return
    first, (last, path) = min(dated)[0], max(dated)
    yield from too_far_apart(first, last, path)


def too_far_apart(first: date, last: date, path: str) -> Iterator[Problem]:
    """Yield that a calendar would reach over more years than any does."""
    if (last - first).days > MOST_YEARS * DAYS_PER_YEAR:
        message = f"{last} is more than {MOST_YEARS} years after {first}, where the calendar starts"
        yield Problem(path=path, message=message, cure="Check the year")
