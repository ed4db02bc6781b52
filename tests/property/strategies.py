"""Calendars and policies that hypothesis draws: small, odd, and always valid.

Two school weeks of September 2024 in one of five zones, so that every example is planned in milliseconds;
the odd things (regions, offsets to both sides, events over midnight, cron, zero pupils, remote days, factors
above the cap, shapes without ramp) are frequent.

A strategy is made once and drawn from often: to make and to check one costs more than to draw from it.
"""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from firstbell.core.calendar import (
    CalendarEvent,
    Cohort,
    DemandEventType,
    InstructionMode,
    OnClosure,
    RecurrenceCondition,
    RotationType,
    Weekday,
)
from firstbell.core.days import DayClass, SchoolDays
from firstbell.core.lead import NO_RISES, Rises
from firstbell.core.plan import Workload
from firstbell.core.policy import Bounds, PeakAnchor, Shape
from tests.builders import (
    a_bell_schedule,
    a_calendar,
    a_factor,
    a_holiday,
    a_peak,
    a_policy,
    a_rotation,
    a_row,
    a_school_year,
    an_event,
    an_exception,
    daily_cron,
    every,
)

REGIONS = ("north", "south")
ZONES = ("Europe/Brussels", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "UTC")
DATES = [f"2024-09-{day:02}" for day in range(2, 16)]
TIMES = ["00:00", "00:20", "07:00", "08:25", "08:30", "09:15", "12:30", "16:00", "22:30", "23:59"]
TYPES = list(DemandEventType)[:3]
BELLS = (
    a_bell_schedule("full", "08:30-09:20", "09:20-10:10", "10:25-11:15", "12:15-13:05"),
    a_bell_schedule("short", "08:30-09:20", "09:30-10:20"),
    a_bell_schedule("evening", "21:00-22:00", "22:05-24:00"),
)
SCHEDULES = st.sampled_from([schedule.name for schedule in BELLS])

shapes = st.builds(
    Shape,
    lead=st.sampled_from([1, 5, 10, 30]),
    ramp=st.sampled_from([0, 1, 7, 20]),
    hold=st.sampled_from([0, 5, 30]),
    decay=st.sampled_from([0, 1, 9, 45]),
)
offsets = st.integers(min_value=-20, max_value=25) | st.sampled_from([-90, 0, 120])
pupils = st.sampled_from([9_999, 10_000, 0, 1]) | st.integers(min_value=1000, max_value=50_000)

BOOLEANS = st.booleans()
FIRST_DATES = st.sampled_from(DATES)
LAST_DATES = {
    first: st.sampled_from([first, first, *[day for day in DATES if day > first]]) for first in DATES
}
CALENDAR_EVENTS = st.sampled_from(CalendarEvent)
ANY_SCHEDULE = st.none() | SCHEDULES
ANY_MODE = st.none() | st.sampled_from(InstructionMode)
DAYS_OF_EXCEPTIONS = st.sampled_from([frozenset(), frozenset({Weekday.FRIDAY, Weekday.MONDAY})])
EVENT_TYPES = st.sampled_from(TYPES)
ONE_IN_SIX = st.integers(0, 5)
CRON_MINUTES = st.sampled_from([0, 45, 600])
STARTS = st.sampled_from(TIMES)
ENDS = st.none() | st.sampled_from([*TIMES, "24:00"])
EVENT_DAYS = st.sampled_from(["", "Sun", "Mon Wed", "Fri Sat"])
CONDITIONS = st.sampled_from(RecurrenceCondition)
CLOSURES = st.sampled_from(OnClosure)
REGION_LISTS = st.sampled_from([(), (), REGIONS])
SCHOOL_WEEKS = st.sampled_from(["Mon Tue Wed Thu Fri", "Sun Mon Tue Thu Sat"])
HOLIDAY_ENDS = st.sampled_from([None, "2024-09-09", "2024-09-11"])
ZONE_NAMES = st.sampled_from(ZONES)
SESSION_STARTS = st.sampled_from(["2024-09-02", "2024-09-04"])
UP_TO_TWO, UP_TO_THREE = st.integers(0, 2), st.integers(0, 3)
ONE_TO_THREE, TWO_TO_FOUR = st.integers(1, 3), st.integers(2, 4)
ANCHORS = st.sampled_from(PeakAnchor)
PEAK_TYPES = st.sampled_from([frozenset(), frozenset(TYPES[:2])])
LOADS = st.sampled_from([100, 37, 250, 0])
PEAK_REPLICAS = st.sampled_from([7, 300, 1, 0])
PUPILS_PER_REPLICA = st.sampled_from([1000, 7, 333, 60_000])
CAPS = st.sampled_from([5000, 1500, 100])
HOLD_GAPS = st.sampled_from([0, 7, 30, 90])


@cache
def scopes(regions: tuple[str, ...]) -> st.SearchStrategy:
    """A scope list: all, or one region where there are some."""
    return st.sampled_from([(), *[(region,) for region in regions]])


@cache
def a_region(regions: tuple[str, ...]) -> st.SearchStrategy:
    return st.sampled_from(regions)


@cache
def some_of(names: tuple[str, ...]) -> st.SearchStrategy:
    """No cohorts, or any of those names."""
    return st.just([]) | st.lists(st.sampled_from(names), unique=True)


@cache
@st.composite
def exceptions(draw, regions: tuple[str, ...], number: int):
    first = draw(FIRST_DATES)
    last = draw(LAST_DATES[first])
    return an_exception(
        draw(CALENDAR_EVENTS),
        first,
        last,
        name=f"x{number}",
        bell_schedule_name=draw(ANY_SCHEDULE),
        instruction_mode=draw(ANY_MODE),
        regions=draw(scopes(regions)),
        days_of_week=draw(DAYS_OF_EXCEPTIONS),
    )


@cache
@st.composite
def demand_events(
    draw, regions: tuple[str, ...], number: int, *, cron: bool = True, names: tuple[str, ...] = ()
):
    fields = {
        "name": f"e{number}",
        "type": draw(EVENT_TYPES),
        "regions": draw(scopes(regions)),
        "cohorts": tuple(draw(some_of(names))) if names else (),
    }
    if cron and draw(ONE_IN_SIX) == 0:
        minutes = draw(CRON_MINUTES)
        return an_event(when=daily_cron(draw(STARTS), minutes=minutes), start=None, **fields)
    end = draw(ENDS)
    start = draw(STARTS)
    if draw(BOOLEANS):
        return an_event(draw(FIRST_DATES), start, end, **fields)
    days = draw(EVENT_DAYS)
    condition = draw(CONDITIONS)
    return an_event(when=every(days, condition), start=start, end=end, **fields)


@cache
@st.composite
def cohorts(draw, regions: tuple[str, ...]):
    found = []
    for number in range(draw(ONE_TO_THREE)):
        region = draw(a_region(regions)) if regions else None
        found.append(
            Cohort(name=f"c{number}", pupils=draw(pupils), region=region, start_offset_minutes=draw(offsets))
        )
    return tuple(found)


@st.composite
def rotations(draw, types):
    return a_rotation(type=draw(types), on_closure=draw(CLOSURES))


@cache
def any_rotation(*, week_numbers: bool) -> st.SearchStrategy:
    """No rotation, or one; whose labels may go by the number of the week, or not."""
    types = [each for each in RotationType if week_numbers or each is not RotationType.CALENDAR_WEEKS]
    return st.none() | rotations(st.sampled_from(types))


@cache
@st.composite
def calendars(
    draw, *, cron=True, week_numbers=True, with_cohorts=True, regions: tuple[str, ...] | None = None
):
    if regions is None:
        regions = draw(REGION_LISTS)
    rotation = draw(any_rotation(week_numbers=week_numbers))
    week = draw(SCHOOL_WEEKS)
    rows = [a_row("Wed", "short"), a_row(week)]
    if rotation:
        rows.insert(0, a_row("Tue Fri", "short", labels=("B",), instruction_mode=InstructionMode.HYBRID))
    last = draw(HOLIDAY_ENDS)
    counted = draw(cohorts(regions)) if with_cohorts else ()
    names = tuple(cohort.name for cohort in counted)
    return a_calendar(
        zone=ZoneInfo(draw(ZONE_NAMES)),
        regions=regions,
        sessions=(a_school_year(draw(SESSION_STARTS), "2024-09-13"),),
        bell_schedules=BELLS,
        weekly_schedule=tuple(rows),
        rotation=rotation,
        holidays=(a_holiday("2024-09-09", last),) if last else (),
        calendar_dates=tuple(draw(exceptions(regions, number)) for number in range(draw(UP_TO_TWO))),
        demand_events=tuple(
            draw(demand_events(regions, number, cron=cron, names=names))
            for number in range(draw(UP_TO_THREE))
        ),
        cohorts=counted,
    )


@cache
@st.composite
def peaks(draw, number: int, *, by_replicas: bool | None = None):
    sized = draw(BOOLEANS) if by_replicas is None else by_replicas
    return a_peak(
        PeakAnchor.FIRST_PERIOD_START if number == 0 else draw(ANCHORS),
        name=f"p{number}",
        shape=draw(shapes),
        demand_event_types=draw(PEAK_TYPES),
        load_percent=draw(LOADS),
        replicas=draw(PEAK_REPLICAS) if sized else None,
    )


@cache
@st.composite
def policies(draw, *, by_replicas: bool | None = None):
    factors = [
        a_factor(2000, instruction_modes={InstructionMode.REMOTE}),
        a_factor(33, events={CalendarEvent.EXAM_DAY}),
        a_factor(111, day_classes={DayClass.FIRST_DAY_OF_WEEK, DayClass.REGULAR}),
        a_factor(150, labels={"A"}),
        a_factor(70, regions=("north",)),
    ]
    return a_policy(
        *[draw(peaks(number, by_replicas=by_replicas)) for number in range(draw(TWO_TO_FOUR))],
        pupils_per_replica=draw(PUPILS_PER_REPLICA),
        day_factors=tuple(factor for factor in factors if draw(BOOLEANS)),
        max_factor_percent=draw(CAPS),
        hold_gap_minutes=draw(HOLD_GAPS),
    )


def workload(policy, *found, bounds: Bounds | None = None, rises: Rises = NO_RISES) -> Workload:
    """A workload over those calendars, unbounded unless told otherwise."""
    return Workload(
        policy=policy,
        bounds=bounds or Bounds(minimum=0, maximum=None),
        calendars=tuple(SchoolDays(calendar) for calendar in found),
        rises=rises,
    )
