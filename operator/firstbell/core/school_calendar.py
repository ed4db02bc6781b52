"""The facts of a school calendar, as values.

Words follow 1EdTech OneRoster (academic session, school year) and the Ed-Fi Data Standard (bell schedule,
class period, calendar date, calendar event). Every date range is inclusive at both ends; every time of day
is wall clock in the calendar's zone. What a value may not be is refused here once, so that nothing
downstream has to ask again; people meet the same rules earlier, with the path of the field, in `kinds/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from firstbell.core.bells import minute_of_day

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime, time
    from zoneinfo import ZoneInfo


class Weekday(StrEnum):
    """A day of the week; `Weekday.of(day)` reads it off a date."""

    MONDAY = "Monday"
    TUESDAY = "Tuesday"
    WEDNESDAY = "Wednesday"
    THURSDAY = "Thursday"
    FRIDAY = "Friday"
    SATURDAY = "Saturday"
    SUNDAY = "Sunday"

    @staticmethod
    def of(day: date) -> Weekday:
        """Return the weekday of a civil date."""
        return _WEEKDAYS[day.weekday()]

    @staticmethod
    def numbered(number: int) -> Weekday:
        """Return the weekday of a number as `date.weekday()` counts: 0 for Monday."""
        return _WEEKDAYS[number]

    @property
    def number(self) -> int:
        """0 for Monday to 6 for Sunday, as `date.weekday()` counts."""
        return _WEEKDAYS.index(self)


_WEEKDAYS = tuple(Weekday)
_EVERY_WEEKDAY = frozenset(Weekday)
ODD_AND_EVEN = 2


class SessionType(StrEnum):
    """OneRoster's types of academic session. Only a SchoolYear decides which days have lessons."""

    SCHOOL_YEAR = "SchoolYear"
    SEMESTER = "Semester"
    TERM = "Term"
    GRADING_PERIOD = "GradingPeriod"


class HolidayType(StrEnum):
    """Why a holiday is one; it informs people and lint, never the arithmetic."""

    SCHOOL_HOLIDAY = "SchoolHoliday"
    PUBLIC_HOLIDAY = "PublicHoliday"
    LOCAL_HOLIDAY = "LocalHoliday"
    STAFF_DAY = "StaffDay"


class InstructionMode(StrEnum):
    """Where lessons take place."""

    IN_PERSON = "InPerson"
    REMOTE = "Remote"
    HYBRID = "Hybrid"


class CalendarEvent(StrEnum):
    """What an exception does to a day: Ed-Fi's calendar events, late arrival and early dismissal apart."""

    INSTRUCTIONAL_DAY = "InstructionalDay"
    MAKE_UP_DAY = "MakeUpDay"
    LATE_ARRIVAL = "LateArrival"
    EARLY_DISMISSAL = "EarlyDismissal"
    EXAM_DAY = "ExamDay"
    HOLIDAY = "Holiday"
    NON_INSTRUCTIONAL_DAY = "NonInstructionalDay"
    TEACHER_ONLY_DAY = "TeacherOnlyDay"
    WEATHER_DAY = "WeatherDay"
    EMERGENCY_DAY = "EmergencyDay"
    STRIKE = "Strike"

    @property
    def has_lessons(self) -> bool:
        """True for an open event, False for one that closes the day."""
        return self in _OPEN_EVENTS

    @property
    def shortens(self) -> bool:
        """True for what makes a lesson day shorter, and is nothing without lessons."""
        return self in _SHORTENING_EVENTS

    @property
    def needs_bell_schedule(self) -> bool:
        """True where the event means nothing without bells of its own."""
        return self in _EVENTS_WITH_OWN_BELLS


_OPEN_EVENTS = frozenset(
    {
        CalendarEvent.INSTRUCTIONAL_DAY,
        CalendarEvent.MAKE_UP_DAY,
        CalendarEvent.LATE_ARRIVAL,
        CalendarEvent.EARLY_DISMISSAL,
        CalendarEvent.EXAM_DAY,
    }
)
_SHORTENING_EVENTS = frozenset({CalendarEvent.LATE_ARRIVAL, CalendarEvent.EARLY_DISMISSAL})
_EVENTS_WITH_OWN_BELLS = _SHORTENING_EVENTS | {CalendarEvent.MAKE_UP_DAY}


class RotationType(StrEnum):
    """How labels such as A and B follow each other: by lesson day, by week, or by the week's number."""

    DAY_CYCLE = "DayCycle"
    ALTERNATING_WEEKS = "AlternatingWeeks"
    CALENDAR_WEEKS = "CalendarWeeks"


class OnClosure(StrEnum):
    """What a closed day does to its label: held for the next lesson day, or skipped as printed."""

    HOLD = "Hold"
    SKIP = "Skip"


class DemandEventType(StrEnum):
    """Load that no bell rings for."""

    REPORT_CARD = "ReportCard"
    RESULTS_RELEASE = "ResultsRelease"
    ENROLLMENT_OPENING = "EnrollmentOpening"
    ASSIGNMENT_DEADLINE = "AssignmentDeadline"
    HOMEWORK_EVENING = "HomeworkEvening"
    PARENT_CONFERENCE = "ParentConference"
    EXAM = "Exam"
    OTHER = "Other"


class RecurrenceCondition(StrEnum):
    """Which of the matching weekdays a recurring demand event takes place on."""

    ALWAYS = "Always"
    INSTRUCTIONAL_DAY = "InstructionalDay"
    BEFORE_INSTRUCTIONAL_DAY = "BeforeInstructionalDay"


class ExceptionSource(StrEnum):
    """Where an exception was written; the word stands in the day's reason."""

    CALENDAR_DATES = "calendarDates"
    EXCEPTIONS = "exceptions"


def covers(scope: tuple[str, ...], region: str | None) -> bool:
    """Tell whether a scope list takes in `region`: an empty scope is every region."""
    return not scope or region in scope


def _require(condition: bool, message: str) -> None:  # noqa: FBT001 - reads as a sentence at the call
    if not condition:
        raise ValueError(message)


@dataclass(frozen=True, kw_only=True, slots=True)
class DateRange:
    """Civil dates from `first` to `last`, both inclusive."""

    first: date
    last: date

    def __post_init__(self) -> None:
        _require(self.first <= self.last, f"range ends on {self.last}, before it starts on {self.first}")

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def overlaps(self, other: DateRange) -> bool:
        """Tell whether the two have a date in common."""
        return self.first <= other.last and other.first <= self.last

    @property
    def days(self) -> int:
        """How many days, both ends counted."""
        return (self.last - self.first).days + 1

    @property
    def weekdays(self) -> frozenset[Weekday]:
        """The weekdays that there are in it."""
        start = self.first.weekday()
        return frozenset(
            _WEEKDAYS[(start + n) % len(_WEEKDAYS)] for n in range(min(self.days, len(_WEEKDAYS)))
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class AcademicSession:
    """A school year or a part of one; `regions` empty = all."""

    name: str
    type: SessionType
    dates: DateRange
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassPeriod:
    """One lesson, half-open: [start, end) on the wall clock of its day, at most to the day's end."""

    name: str
    start: time
    end: time

    def __post_init__(self) -> None:
        _require(
            minute_of_day(self.start) < minute_of_day(self.end),
            f"class period {self.name!r} ends before it starts",
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class BellSchedule:
    """The periods of one kind of day, in order and without overlap; at least one."""

    name: str
    periods: tuple[ClassPeriod, ...]

    def __post_init__(self) -> None:
        _require(bool(self.periods), f"bell schedule {self.name!r} has no class period")
        for earlier, later in zip(self.periods, self.periods[1:], strict=False):
            _require(
                minute_of_day(earlier.end) <= minute_of_day(later.start),
                f"bell schedule {self.name!r}: period {later.name!r} starts before {earlier.name!r} ends",
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class WeeklyRow:
    """What a weekday is in an ordinary week. `labels` empty = with any label of the rotation, or none."""

    days_of_week: frozenset[Weekday]
    bell_schedule_name: str
    instruction_mode: InstructionMode = InstructionMode.IN_PERSON
    labels: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Rotation:
    """A/B days, N-day cycles, alternating weeks, or odd and even weeks of ISO 8601.

    `anchor` is a date that carries the first label; weeks by number have none, and two labels. A rotation
    that `restarts_with` a type of session begins anew with each after the anchor.
    """

    type: RotationType
    labels: tuple[str, ...]
    anchor: date | None = None
    on_closure: OnClosure = OnClosure.SKIP
    week_starts_on: Weekday = Weekday.MONDAY
    restarts_with: SessionType | None = None

    def __post_init__(self) -> None:
        _require(bool(self.labels), "a rotation needs labels")
        if self.type is RotationType.CALENDAR_WEEKS:
            _require(len(self.labels) == ODD_AND_EVEN, "calendar weeks are odd or even: two labels")
            _require(self.restarts_with is None, "calendar weeks begin anew with the year, and nothing else")
        else:
            _require(self.anchor is not None, "a rotation needs an anchor")
        _require(len(set(self.labels)) == len(self.labels), "a rotation's labels must differ")


@dataclass(frozen=True, kw_only=True, slots=True)
class Holiday:
    """Days without lessons, known when the calendar was printed."""

    name: str
    dates: DateRange
    type: HolidayType = HolidayType.SCHOOL_HOLIDAY
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarDate:
    """An exception. A field that is None leaves what the layers below say.

    With `days_of_week` it holds only on these weekdays of its dates; empty = on each. `announced_time` is
    when people learned of it: information for replays, no effect on a plan. A day that is not `labelled`
    carries no label of the rotation and uses none up.
    """

    name: str
    dates: DateRange
    event: CalendarEvent
    days_of_week: frozenset[Weekday] = frozenset()
    bell_schedule_name: str | None = None
    instruction_mode: InstructionMode | None = None
    regions: tuple[str, ...] = ()
    announced_time: datetime | None = None
    labelled: bool | None = None
    source: ExceptionSource = ExceptionSource.CALENDAR_DATES

    @property
    def weekdays(self) -> frozenset[Weekday]:
        """The weekdays on which this entry holds, some of which its dates may not have."""
        return self.days_of_week or _EVERY_WEEKDAY

    @property
    def undoes_closure(self) -> bool:
        """True where this entry opens a day that something else closed.

        A make-up day always does, an instructional or exam day only on a single date: declaring a remote week
        must not open the teacher day inside it. A late arrival or an early dismissal never does: it shortens
        a day that has lessons.
        """
        single = self.dates.first == self.dates.last
        opens = self.event.has_lessons and not self.event.shortens
        return self.event is CalendarEvent.MAKE_UP_DAY or (opens and single)

    @property
    def reason(self) -> str:
        """How a day that this entry decided names it: `calendarDates/NAME` or `exceptions/NAME`."""
        return f"{self.source}/{self.name}"


class CronSchedule(Protocol):
    """A recurrence written as cron, as a value that lists its occurrences."""

    @property
    def most_per_day(self) -> int:
        """The most occurrences that a day can have."""
        ...

    def occurrences(self, first: date, last: date) -> Iterator[datetime]:
        """Yield naive wall-clock times on the civil dates `first` to `last`, both inclusive, ascending."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class WeeklyRecurrence:
    """Every one of these weekdays (empty = every day) on which the condition holds."""

    days_of_week: frozenset[Weekday]
    condition: RecurrenceCondition = RecurrenceCondition.ALWAYS


@dataclass(frozen=True, kw_only=True, slots=True)
class OneDate:
    """A demand event that takes place once; where it ends on a later date than `day`, that is `last`."""

    day: date
    last: date | None = None

    def __post_init__(self) -> None:
        _require(self.last is None or self.last > self.day, "a demand event ends on a later date, or its own")


@dataclass(frozen=True, kw_only=True, slots=True)
class CronRecurrence:
    """A demand event that follows a cron line; each lasts `duration_minutes` of elapsed time."""

    schedule: CronSchedule
    duration_minutes: int = 0

    def __post_init__(self) -> None:
        _require(self.duration_minutes >= 0, "a cron event's duration is minutes, at least 0")


@dataclass(frozen=True, kw_only=True, slots=True)
class DemandEvent:
    """Load that no bell rings for.

    `start` is None only with a cron recurrence, which brings its own times. `end` None is one instant; not
    after `start` it is on the next day; `END_OF_DAY` is the midnight after its date. What recurs does so from
    `first_date` to `last_date`, both inclusive, and on no holiday if it is to `exclude_holidays`. With
    `cohorts` only these take part, by name; empty = all of its regions.
    """

    name: str
    type: DemandEventType
    when: OneDate | WeeklyRecurrence | CronRecurrence
    start: time | None = None
    end: time | None = None
    regions: tuple[str, ...] = ()
    first_date: date | None = None
    last_date: date | None = None
    exclude_holidays: bool = False
    cohorts: tuple[str, ...] = ()

    def may_begin_on(self, day: date) -> bool:
        """Tell whether a date is within the bounds of what recurs."""
        after = self.first_date is None or self.first_date <= day
        return after and (self.last_date is None or day <= self.last_date)

    def __post_init__(self) -> None:
        _require(
            (self.start is None) == isinstance(self.when, CronRecurrence),
            f"demand event {self.name!r}: a start time belongs to every event but a cron one",
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Cohort:
    """Pupils who start at the same minute: `start_offset_minutes` after the bell schedule (may be negative).

    `region` is None exactly where the calendar declares no regions.
    """

    name: str
    pupils: int
    region: str | None = None
    start_offset_minutes: int = 0

    def __post_init__(self) -> None:
        _require(self.pupils >= 0, f"cohort {self.name!r} has a negative number of pupils")


@dataclass(frozen=True, kw_only=True, slots=True)
class SchoolCalendar:
    """All facts of one calendar. Order of rows, exceptions and regions has meaning and is kept."""

    namespace: str
    name: str
    zone: ZoneInfo
    sessions: tuple[AcademicSession, ...]
    bell_schedules: tuple[BellSchedule, ...] = ()
    weekly_schedule: tuple[WeeklyRow, ...] = ()
    regions: tuple[str, ...] = ()
    rotation: Rotation | None = None
    holidays: tuple[Holiday, ...] = ()
    calendar_dates: tuple[CalendarDate, ...] = ()
    demand_events: tuple[DemandEvent, ...] = ()
    cohorts: tuple[Cohort, ...] = ()
    restart_min_break_days: int = 5
    suspended: bool = False

    def __post_init__(self) -> None:
        _require(self.restart_min_break_days >= 0, "restart_min_break_days is days, at least 0")
        known = {schedule.name for schedule in self.bell_schedules}
        named = [row.bell_schedule_name for row in self.weekly_schedule]
        named += [entry.bell_schedule_name for entry in self.calendar_dates if entry.bell_schedule_name]
        for name in named:
            _require(name in known, f"bell schedule {name!r} does not exist")
        for cohort in self.cohorts:
            _require(
                cohort.region in (self.regions or (None,)),
                f"cohort {cohort.name!r}: region {cohort.region!r} is not declared",
            )
        names = {cohort.name for cohort in self.cohorts}
        for event in self.demand_events:
            _require(names.issuperset(event.cohorts), f"demand event {event.name!r}: a cohort does not exist")

    @property
    def key(self) -> str:
        """`namespace/name`; the name alone where it belongs to no namespace."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    @property
    def region_names(self) -> tuple[str | None, ...]:
        """Every declared region in spec order, or None alone where the calendar declares none."""
        return self.regions or (None,)

    @property
    def school_years(self) -> tuple[AcademicSession, ...]:
        """The sessions that decide which days have lessons."""
        return tuple(session for session in self.sessions if session.type is SessionType.SCHOOL_YEAR)

    def bell_schedule(self, name: str) -> BellSchedule:
        """Return the bell schedule of that name.

        Raises KeyError where there is none, which a calendar that was built cannot ask for.
        """
        for schedule in self.bell_schedules:
            if schedule.name == name:
                return schedule
        raise KeyError(name)
