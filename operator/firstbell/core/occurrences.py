"""When the peaks of a policy take place, over an interval.

Occurrences are generated for every civil date whose load can reach the interval, in each calendar's own
zone: the interval is widened by the longest peak, the widest cohort offset and the longest event, so that
nothing is lost at midnight, on a weekend or across a clock change. Bells shift with a cohort's start
offset, demand events do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from firstbell.core.bells import MINUTES_PER_DAY, Minute, bell, local_date, minute_of_day, wall_to_minute
from firstbell.core.days import Day, SchoolDays, each_day
from firstbell.core.policy import Peak, PeakAnchor
from firstbell.core.school_calendar import (
    CronRecurrence,
    DateRange,
    DemandEvent,
    OneDate,
    RecurrenceCondition,
    Weekday,
    WeeklyRecurrence,
    covers,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import time
    from zoneinfo import ZoneInfo

    from firstbell.core.school_calendar import ClassPeriod, SchoolCalendar

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Occurrence:
    """One peak around one bell or event of one region, before any cohort offset.

    `bell` and `end` are equal for a bell; an event lasts from `bell` to `end`. `peak_index` is the peak's
    place in the policy. `event` names the demand event, None for a bell, and `cohorts` those who take part in
    it, empty for all of the region.
    """

    peak_index: int
    peak: Peak
    day: Day
    bell: Minute
    end: Minute
    event: str | None = None
    cohorts: tuple[str, ...] = ()

    @property
    def shifts_with_cohorts(self) -> bool:
        """Whether a cohort's start offset moves this occurrence."""
        return self.event is None

    @property
    def load_start(self) -> Minute:
        """The last minute at which the shape is still 0, before the ramp."""
        return self.bell - self.peak.shape.lead - self.peak.shape.ramp

    @property
    def full_start(self) -> Minute:
        """The first minute at which the shape is 1."""
        return self.bell - self.peak.shape.lead

    @property
    def full_end(self) -> Minute:
        """Where the decay starts: after this minute the shape is below 1 (with a decay of 0, from it on)."""
        return self.end + self.peak.shape.hold

    @property
    def load_end(self) -> Minute:
        """The first minute at which the shape is 0 again."""
        return self.full_end + self.peak.shape.decay


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """How far from its bell the load of an occurrence can lie, in minutes: to plan wide enough."""

    before: int
    after: int

    def dates(self, zone: ZoneInfo, start: Minute, end: Minute) -> DateRange:
        """Return the dates whose bells may bring load to [start, end), and a day to both sides."""
        return DateRange(
            first=local_date(zone, start - self.after) - ONE_DAY,
            last=local_date(zone, end + self.before) + ONE_DAY,
        )


def reach(peaks: Iterable[Peak], school_days: SchoolDays) -> Reach:
    """Return the widest that any peak reaches around the bells of that calendar, offsets included."""
    events = school_days.calendar.demand_events
    wide = _reach(peaks, *_offsets(school_days))
    return Reach(before=wide.before, after=wide.after + max((longest(event) for event in events), default=0))


def _reach(peaks: Iterable[Peak], earliest: int, latest: int) -> Reach:
    """Return the widest any of the peaks reaches around a bell or an instant, with those offsets."""
    peaks = tuple(peaks)
    head = max((peak.shape.lead + peak.shape.ramp for peak in peaks), default=0)
    tail = max((peak.shape.hold + peak.shape.decay for peak in peaks), default=0)
    return Reach(before=head + max(0, -earliest), after=tail + 1 + max(0, latest))


def _offsets(school_days: SchoolDays) -> tuple[int, int]:
    """Return the earliest and the latest start offset of all cohorts, in minutes."""
    offsets = [cohort.start_offset_minutes for cohort in school_days.calendar.cohorts] or [0]
    return min(offsets), max(offsets)


def longest(event: DemandEvent) -> int:
    """Return the most minutes that an event can last.

    One that ends on the next day lasts less than two days, whatever the clocks do meanwhile.
    """
    when = event.when
    if isinstance(when, CronRecurrence):
        return when.duration_minutes
    days = (when.last - when.day).days if isinstance(when, OneDate) and when.last is not None else 0
    return (days + 2) * MINUTES_PER_DAY


def event_minutes(event: DemandEvent) -> int:
    """Tell how many minutes an event lasts by the wall clock."""
    if isinstance(event.when, CronRecurrence):
        return event.when.duration_minutes
    if event.start is None or event.end is None:
        return 0
    begins = event.when.day if isinstance(event.when, OneDate) else date.min
    days = (end_date(event, begins) - begins).days
    return days * MINUTES_PER_DAY + minute_of_day(event.end) - minute_of_day(event.start)


def occurrences(
    peaks: Sequence[Peak], school_days: SchoolDays, start: Minute, end: Minute
) -> Iterator[Occurrence]:
    """Yield every occurrence whose load may fall into [start, end), by region, date and peak.

    A few that just miss the interval may be among them, since cohorts of one region may be spread less than
    those of all: callers look at the minutes, not at the list.
    """
    calendar = school_days.calendar
    if calendar.suspended or not peaks:
        return
    bells = _Bells(peaks, school_days, start, end)
    events = [_Event(event, peaks, school_days, start, end) for event in calendar.demand_events]
    for region in calendar.region_names:
        yield from bells.occurrences(region)
        for event in events:
            yield from event.occurrences(region)


class _Bells:
    """The peaks that are tied to bells, over an interval."""

    def __init__(self, peaks: Sequence[Peak], school_days: SchoolDays, start: Minute, end: Minute) -> None:
        self._peaks = [pair for pair in enumerate(peaks) if pair[1].anchor is not PeakAnchor.DEMAND_EVENT]
        self._days = school_days
        self._start, self._end = start, end
        self._earliest, self._latest = _offsets(school_days)
        wide = _reach((peak for _, peak in self._peaks), self._earliest, self._latest)
        self._dates = wide.dates(school_days.calendar.zone, start, end)
        self._anchored: dict[str, list[tuple[int, Peak, time]]] = {}

    def occurrences(self, region: str | None) -> Iterator[Occurrence]:
        """Yield those of a region, by date, peak and bell."""
        if not self._peaks or not self._any_anchored():
            return
        zone = self._days.calendar.zone
        for on in self._days.lesson_dates_from(region, self._dates.first):
            if on > self._dates.last:
                return
            day = self._days.day(region, on)
            if day.lessons is None:
                continue
            for index, peak, at in self._of(day.lessons.bell_schedule_name):
                minute = bell(zone, on, at)
                shape = peak.shape
                first = minute - shape.lead - shape.ramp + self._earliest
                if first < self._end and minute + shape.hold + shape.decay + self._latest > self._start:
                    yield Occurrence(peak_index=index, peak=peak, day=day, bell=minute, end=minute)

    def _any_anchored(self) -> bool:
        """Tell whether any bell schedule has a bell for any peak, so that looking at days is of use."""
        return any(self._of(schedule.name) for schedule in self._days.calendar.bell_schedules)

    def _of(self, schedule: str) -> list[tuple[int, Peak, time]]:
        if schedule not in self._anchored:
            periods = self._days.calendar.bell_schedule(schedule).periods
            self._anchored[schedule] = [
                (index, peak, at) for index, peak in self._peaks for at in anchored(peak, periods)
            ]
        return self._anchored[schedule]


def anchored(peak: Peak, periods: Sequence[ClassPeriod]) -> Iterator[time]:
    """Yield the wall-clock times of a day's periods that a peak is tied to."""
    match peak.anchor:
        case PeakAnchor.FIRST_PERIOD_START:
            yield periods[0].start
        case PeakAnchor.PERIOD_START:
            yield from (period.start for period in periods[1:])
        case PeakAnchor.AFTER_BREAK:
            for earlier, later in pairwise(periods):
                if minute_of_day(later.start) - minute_of_day(earlier.end) >= peak.min_break_minutes:
                    yield later.start
        case PeakAnchor.LAST_PERIOD_END:
            yield periods[-1].end
        case PeakAnchor.DEMAND_EVENT:
            return


class _Event:
    """The peaks that one demand event brings, over an interval. Its times are those of every region."""

    def __init__(
        self, event: DemandEvent, peaks: Sequence[Peak], school_days: SchoolDays, start: Minute, end: Minute
    ) -> None:
        self._event = event
        self._peaks = [pair for pair in enumerate(peaks) if wants(pair[1], event)]
        self._days = school_days
        self._start, self._end = start, end
        self._regions = regions_of(event, school_days.calendar)

    def occurrences(self, region: str | None) -> Iterator[Occurrence]:
        """Yield those of a region, by date and peak."""
        if not self._peaks or region not in self._regions:
            return
        for on, starts, ends in self._times:
            wanting = [
                (index, peak)
                for index, peak in self._peaks
                if starts - peak.shape.lead - peak.shape.ramp < self._end
                and ends + peak.shape.hold + peak.shape.decay > self._start
            ]
            if not wanting or not takes_place(self._event, self._days, region, on):
                continue
            day = self._days.day(region, on)
            for index, peak in wanting:
                yield Occurrence(
                    peak_index=index,
                    peak=peak,
                    day=day,
                    bell=starts,
                    end=ends,
                    event=self._event.name,
                    cohorts=self._event.cohorts,
                )

    @cached_property
    def _times(self) -> list[tuple[date, Minute, Minute]]:
        """The date that it belongs to, its start and its end, wherever its condition holds."""
        wide = _reach((peak for _, peak in self._peaks), 0, 0)
        wide = Reach(before=wide.before, after=wide.after + longest(self._event))
        zone = self._days.calendar.zone
        return list(_event_times(self._event, zone, wide.dates(zone, self._start, self._end)))


def regions_of(event: DemandEvent, calendar: SchoolCalendar) -> frozenset[str | None]:
    """Return the regions whose pupils an event is for: those it names, and of these where its cohorts are."""
    regions = frozenset(region for region in calendar.region_names if covers(event.regions, region))
    if not event.cohorts:
        return regions
    names = frozenset(event.cohorts)
    return regions & {cohort.region for cohort in calendar.cohorts if cohort.name in names}


def wants(peak: Peak, event: DemandEvent) -> bool:
    """Tell whether a peak is for an event of that type."""
    types = peak.demand_event_types
    return peak.anchor is PeakAnchor.DEMAND_EVENT and (not types or event.type in types)


def _event_times(
    event: DemandEvent, zone: ZoneInfo, dates: DateRange
) -> Iterator[tuple[date, Minute, Minute]]:
    """Yield when an event would take place: the date that it belongs to, its start and its end."""
    if isinstance(event.when, CronRecurrence):
        walls = list(event.when.schedule.occurrences(dates.first, dates.last))
        known = set(walls)
        for wall in (wall for wall in walls if event.may_begin_on(wall.date())):
            for start in _instants(zone, wall, known):
                yield wall.date(), start, start + event.when.duration_minutes
        return
    if event.start is None:
        return
    for on in _event_dates(event, dates):
        start = bell(zone, on, event.start)
        end = start
        if event.end is not None:
            end = bell(zone, end_date(event, on), event.end)
        # A clock change may turn a short event round; it never ends before it starts.
        yield on, start, max(start, end)


def _instants(zone: ZoneInfo, wall: datetime, walls: set[datetime]) -> Iterator[Minute]:
    """Yield when a wall-clock time of a cron line comes.

    Twice where clocks go back and it comes hour by hour.

    Of a line that takes place once at night the first of the two counts, as of a bell.
    """
    first, second = wall_to_minute(zone, wall), wall_to_minute(zone, wall.replace(fold=1))
    yield first
    if second > first:
        back = timedelta(minutes=second - first)
        if wall - back in walls or wall + back in walls:
            yield second


def _event_dates(event: DemandEvent, dates: DateRange) -> Iterator[date]:
    when = event.when
    if isinstance(when, OneDate):
        if when.day in dates:
            yield when.day
    elif isinstance(when, WeeklyRecurrence):
        for on in each_day(dates):
            if event.may_begin_on(on) and (not when.days_of_week or Weekday.of(on) in when.days_of_week):
                yield on


def end_date(event: DemandEvent, on: date) -> date:
    """Return the date on which an event ends that begins on a date and has an end."""
    if isinstance(event.when, OneDate) and event.when.last is not None:
        return event.when.last
    if event.start is None or event.end is None:
        return on
    return on + ONE_DAY if minute_of_day(event.end) <= minute_of_day(event.start) else on


def takes_place(event: DemandEvent, school_days: SchoolDays, region: str | None, on: date) -> bool:
    """Tell whether the condition of an event holds in a region, on a date of its own."""
    if event.exclude_holidays and school_days.is_holiday(region, on):
        return False
    if not isinstance(event.when, WeeklyRecurrence):
        return True
    match event.when.condition:
        case RecurrenceCondition.ALWAYS:
            return True
        case RecurrenceCondition.INSTRUCTIONAL_DAY:
            return school_days.has_lessons(region, on)
        case RecurrenceCondition.BEFORE_INSTRUCTIONAL_DAY:
            return school_days.has_lessons(region, on + ONE_DAY)
