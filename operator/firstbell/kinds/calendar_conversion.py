"""From what a person wrote to the calendar that the core plans with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from firstbell.core import SchoolCalendar
from firstbell.core import calendar as core
from firstbell.kinds.calendar_checks import calendar_problems, own_exception_problems
from firstbell.kinds.calendar_date import CalendarDateSpec, ExceptionFieldsSpec
from firstbell.kinds.calendar_exception import CalendarExceptionSpec
from firstbell.kinds.calendar_refs import CalendarKind, CalendarRefSpec
from firstbell.kinds.cron import CronLine, read_cron
from firstbell.kinds.demand_event import DemandEventSpec
from firstbell.kinds.problems import Problem, Refused
from firstbell.kinds.reading import read_spec
from firstbell.kinds.school_calendar import SchoolCalendarSpec
from firstbell.kinds.school_time import RotationSpec, WeeklyRowSpec
from firstbell.kinds.time_zones import read_zone
from firstbell.kinds.uniqueness import repeated


def read_calendar(namespace: str, name: str, spec: object) -> SchoolCalendar | Refused:
    """Return the calendar of a `spec` as it comes from YAML or the API, or all that is wrong with it."""
    model = read_spec(SchoolCalendarSpec, spec)
    return model if isinstance(model, Refused) else to_calendar(namespace, name, model)


def to_calendar(namespace: str, name: str, spec: SchoolCalendarSpec) -> SchoolCalendar | Refused:
    """Return the calendar of a spec whose fields have the right shape, or all else that is wrong."""
    zone = read_zone(spec.time_zone, "spec.timeZone")
    crons = _crons(spec.demand_events)
    problems = [zone] if isinstance(zone, Problem) else []
    problems += calendar_problems(spec)
    problems += [cron for cron in crons.values() if isinstance(cron, Problem)]
    if problems or isinstance(zone, Problem):
        return Refused(problems=tuple(problems))
    return SchoolCalendar(
        namespace=namespace,
        name=name,
        zone=zone,
        sessions=tuple(_sessions(spec)),
        bell_schedules=tuple(_bell_schedules(spec)),
        weekly_schedule=tuple(_weekly_row(row) for row in spec.weekly_schedule),
        regions=tuple(region.name for region in spec.regions),
        rotation=_rotation(spec.rotation) if spec.rotation else None,
        holidays=tuple(_holidays(spec)),
        calendar_dates=tuple(_calendar_date(entry) for entry in spec.calendar_dates),
        demand_events=tuple(_demand_event(event, crons.get(event.name)) for event in spec.demand_events),
        cohorts=tuple(_cohorts(spec)),
        restart_min_break_days=spec.restart_min_break_days,
        suspended=spec.suspend,
    )


def read_exception(name: str, spec: object) -> tuple[CalendarExceptionSpec, core.CalendarDate] | Refused:
    """Return the spec of a CalendarException and what it lays over its calendar, or all that is wrong."""
    model = read_spec(CalendarExceptionSpec, spec)
    if isinstance(model, Refused):
        return model
    problems = (
        *repeated(model, ("spec",)),
        *_ref_problems(model.calendar_ref),
        *own_exception_problems(model, "spec"),
    )
    return Refused(problems=problems) if problems else (model, to_exception(name, model))


def _ref_problems(ref: CalendarRefSpec) -> Iterator[Problem]:
    if ref.kind is CalendarKind.CLUSTER_SCHOOL_CALENDAR:
        message = "a ClusterSchoolCalendar is everybody's, and no namespace lays exceptions over it"
        cure = "Put it into the calendarDates of that calendar, or name a SchoolCalendar of this namespace"
        yield Problem(path="spec.calendarRef.kind", message=message, cure=cure)


def to_exception(
    name: str, fields: ExceptionFieldsSpec, source: core.ExceptionSource = core.ExceptionSource.EXCEPTIONS
) -> core.CalendarDate:
    """Return an exception whose own fields were checked, as the core lays it over a calendar."""
    return core.CalendarDate(
        name=name,
        dates=core.DateRange(first=fields.start_date, last=fields.end_date or fields.start_date),
        event=fields.event,
        days_of_week=frozenset(fields.days_of_week),
        bell_schedule_name=fields.bell_schedule_name,
        instruction_mode=fields.instruction_mode,
        regions=fields.regions,
        announced_time=fields.announced_time,
        labelled=fields.labelled,
        source=source,
    )


def _calendar_date(entry: CalendarDateSpec) -> core.CalendarDate:
    return to_exception(entry.name, entry, core.ExceptionSource.CALENDAR_DATES)


def _crons(events: Iterable[DemandEventSpec]) -> dict[str, CronLine | Problem]:
    return {
        event.name: read_cron(event.recurrence.schedule, f"spec.demandEvents[{index}].recurrence.schedule")
        for index, event in enumerate(events)
        if event.recurrence and event.recurrence.schedule
    }


def _sessions(spec: SchoolCalendarSpec) -> Iterator[core.AcademicSession]:
    for session in spec.academic_sessions:
        yield core.AcademicSession(
            name=session.name,
            type=session.type,
            dates=core.DateRange(first=session.start_date, last=session.end_date),
            regions=session.regions,
        )


def _bell_schedules(spec: SchoolCalendarSpec) -> Iterator[core.BellSchedule]:
    for schedule in spec.bell_schedules:
        periods = tuple(
            core.ClassPeriod(name=period.name, start=period.start_time, end=period.end_time)
            for period in schedule.class_periods
        )
        yield core.BellSchedule(name=schedule.name, periods=periods)


def _weekly_row(row: WeeklyRowSpec) -> core.WeeklyRow:
    return core.WeeklyRow(
        days_of_week=frozenset(row.days_of_week),
        bell_schedule_name=row.bell_schedule_name,
        instruction_mode=row.instruction_mode or core.InstructionMode.IN_PERSON,
        labels=row.labels,
        regions=row.regions,
    )


def _rotation(rotation: RotationSpec) -> core.Rotation:
    return core.Rotation(
        type=rotation.type,
        labels=rotation.labels,
        anchor=rotation.anchor_date,
        on_closure=rotation.on_closure or core.OnClosure.SKIP,
        week_starts_on=rotation.week_starts_on or core.Weekday.MONDAY,
        restarts_with=core.SessionType(rotation.restarts_with) if rotation.restarts_with else None,
    )


def _holidays(spec: SchoolCalendarSpec) -> Iterator[core.Holiday]:
    for holiday in spec.holidays:
        yield core.Holiday(
            name=holiday.name,
            dates=core.DateRange(first=holiday.start_date, last=holiday.end_date),
            type=holiday.type or core.HolidayType.SCHOOL_HOLIDAY,
            regions=holiday.regions,
        )


def _demand_event(event: DemandEventSpec, cron: CronLine | Problem | None) -> core.DemandEvent:
    when: core.OneDate | core.WeeklyRecurrence | core.CronRecurrence
    if isinstance(cron, CronLine):
        when = core.CronRecurrence(schedule=cron, duration_minutes=event.duration_minutes or 0)
    elif event.date is not None:
        when = core.OneDate(day=event.date, last=_last_day(event))
    else:
        recurrence = event.recurrence
        when = core.WeeklyRecurrence(
            days_of_week=frozenset(recurrence.days_of_week if recurrence else ()),
            condition=(recurrence and recurrence.condition) or core.RecurrenceCondition.ALWAYS,
        )
    return core.DemandEvent(
        name=event.name,
        type=event.type,
        when=when,
        start=event.start_time,
        end=event.end_time,
        regions=event.regions,
        cohorts=event.cohorts,
        first_date=event.start_date if event.recurrence else None,
        last_date=event.end_date if event.recurrence else None,
        exclude_holidays=bool(event.exclude_holidays),
    )


def _last_day(event: DemandEventSpec) -> date | None:
    """Return the date on which an event over several days ends."""
    return None if event.end_date == event.date or event.end_time is None else event.end_date


def _cohorts(spec: SchoolCalendarSpec) -> Iterator[core.Cohort]:
    for cohort in spec.cohorts:
        yield core.Cohort(
            name=cohort.name,
            pupils=cohort.pupils,
            region=cohort.region,
            start_offset_minutes=cohort.start_offset_minutes or 0,
        )
