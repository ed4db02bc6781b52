"""When the peaks of a policy take place, over an interval.

Occurrences are generated for every civil date whose load can reach the interval, in each calendar's own
zone: the interval is widened by the longest peak, the widest cohort offset and the longest event, so that
nothing is lost at midnight, on a weekend or across a clock change. Bells shift with a cohort's start
offset, demand events do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from firstbell.domain.bells import MINUTES_PER_DAY, Minute, bell, local_date, wall_to_minute
from firstbell.domain.calendar import (
    CronRecurrence,
    DateRange,
    DemandEvent,
    OneDate,
    RecurrenceCondition,
    Weekday,
    covers,
)
from firstbell.domain.days import Day, SchoolDays, each_day
from firstbell.domain.policy import Peak, PeakAnchor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from firstbell.domain.calendar import ClassPeriod

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Occurrence:
    """One peak around one bell or event of one region, before any cohort offset.

    `bell` and `end` are equal for a bell; an event lasts from `bell` to `end`. `peak_index` is the peak's
    place in the policy. `event` names the demand event, None for a bell.
    """

    peak_index: int
    peak: Peak
    day: Day
    bell: Minute
    end: Minute
    event: str | None = None

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


def reach(peaks: Iterable[Peak], school_days: SchoolDays) -> Reach:
    """The widest any peak of the policy reaches around the bells of that calendar, offsets included."""
    peaks = tuple(peaks)
    earliest, latest = _offsets(school_days)
    head = max((peak.shape.lead + peak.shape.ramp for peak in peaks), default=0)
    tail = max((peak.shape.hold + peak.shape.decay for peak in peaks), default=0)
    return Reach(
        before=head + max(0, -earliest),
        after=tail + 1 + max(0, latest) + _longest_event(school_days.calendar.demand_events),
    )


def _offsets(school_days: SchoolDays) -> tuple[int, int]:
    """The earliest and the latest start offset of all cohorts, in minutes."""
    offsets = [cohort.start_offset_minutes for cohort in school_days.calendar.cohorts] or [0]
    return min(offsets), max(offsets)


def _longest_event(events: Iterable[DemandEvent]) -> int:
    lengths = [0]
    for event in events:
        cron = isinstance(event.when, CronRecurrence)
        # An event that ends on the next day lasts less than two days, whatever the clocks do meanwhile.
        lengths.append(event.when.duration_minutes if cron else 2 * MINUTES_PER_DAY)  # type: ignore[union-attr]
    return max(lengths)


def occurrences(
    peaks: Sequence[Peak], school_days: SchoolDays, start: Minute, end: Minute
) -> Iterator[Occurrence]:
    """Every occurrence whose load may fall into [start, end), by region, date and peak.

    A few that just miss the interval may be among them, since cohorts of one region may be spread less than
    those of all: callers look at the minutes, not at the list.
    """
    calendar = school_days.calendar
    if calendar.suspended or not peaks:
        return
    earliest, latest = _offsets(school_days)
    for occurrence in _near(peaks, school_days, start, end):
        shifted = occurrence.shifts_with_cohorts
        first = occurrence.load_start + (earliest if shifted else 0)
        last = occurrence.load_end + (latest if shifted else 0)
        if first < end and last > start:
            yield occurrence


def _near(peaks: Sequence[Peak], school_days: SchoolDays, start: Minute, end: Minute) -> Iterator[Occurrence]:
    """Every occurrence of the dates from which load may reach [start, end), and some more."""
    calendar = school_days.calendar
    wide = reach(peaks, school_days)
    dates = DateRange(
        first=local_date(calendar.zone, start - wide.after) - ONE_DAY,
        last=local_date(calendar.zone, end + wide.before) + ONE_DAY,
    )
    bells = [(index, peak) for index, peak in enumerate(peaks) if peak.anchor is not PeakAnchor.DEMAND_EVENT]
    events = [(index, peak) for index, peak in enumerate(peaks) if peak.anchor is PeakAnchor.DEMAND_EVENT]
    for region in calendar.region_names:
        if bells:
            yield from _bell_occurrences(bells, school_days, region, dates)
        if events:
            yield from _event_occurrences(events, school_days, region, dates)


def _bell_occurrences(
    peaks: Iterable[tuple[int, Peak]], school_days: SchoolDays, region: str | None, dates: DateRange
) -> Iterator[Occurrence]:
    calendar = school_days.calendar
    if school_days.first is None or school_days.last is None:
        return
    first, last = max(dates.first, school_days.first), min(dates.last, school_days.last)
    if first > last:
        return
    for on in each_day(DateRange(first=first, last=last)):
        day = school_days.day(region, on)
        if day.lessons is None:
            continue
        periods = calendar.bell_schedule(day.lessons.bell_schedule_name).periods
        for index, peak in peaks:
            for at in _anchored(peak, periods):
                minute = bell(calendar.zone, on, at)
                yield Occurrence(peak_index=index, peak=peak, day=day, bell=minute, end=minute)


def _anchored(peak: Peak, periods: Sequence[ClassPeriod]) -> Iterator[time]:
    """The wall-clock times of a day's periods that a peak is tied to."""
    match peak.anchor:
        case PeakAnchor.FIRST_PERIOD_START:
            yield periods[0].start
        case PeakAnchor.PERIOD_START:
            yield from (period.start for period in periods[1:])
        case PeakAnchor.AFTER_BREAK:
            for earlier, later in pairwise(periods):
                if _minutes(later.start) - _minutes(earlier.end) >= peak.min_break_minutes:
                    yield later.start
        case PeakAnchor.LAST_PERIOD_END:
            yield periods[-1].end
        case PeakAnchor.DEMAND_EVENT:
            return


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _event_occurrences(
    peaks: Sequence[tuple[int, Peak]], school_days: SchoolDays, region: str | None, dates: DateRange
) -> Iterator[Occurrence]:
    for event in school_days.calendar.demand_events:
        wanting = [
            (index, peak)
            for index, peak in peaks
            if not peak.demand_event_types or event.type in peak.demand_event_types
        ]
        if not wanting or not covers(event.regions, region):
            continue
        for day, start, end in _event_times(event, school_days, region, dates):
            for index, peak in wanting:
                yield Occurrence(peak_index=index, peak=peak, day=day, bell=start, end=end, event=event.name)


def _event_times(
    event: DemandEvent, school_days: SchoolDays, region: str | None, dates: DateRange
) -> Iterator[tuple[Day, Minute, Minute]]:
    """When an event takes place in a region: the day it belongs to, its start and its end."""
    zone = school_days.calendar.zone
    if isinstance(event.when, CronRecurrence):
        for wall in event.when.schedule.occurrences(dates.first, dates.last):
            start = wall_to_minute(zone, wall)
            yield school_days.day(region, wall.date()), start, start + event.when.duration_minutes
        return
    if event.start is None:
        return
    for on in _event_dates(event, school_days, region, dates):
        start = bell(zone, on, event.start)
        end = start
        if event.end is not None and event.end != event.start:
            next_day = event.end < event.start
            end = wall_to_minute(zone, datetime.combine(on + ONE_DAY if next_day else on, event.end))
        # A clock change may turn a short event round; it never ends before it starts.
        yield school_days.day(region, on), start, max(start, end)


def _event_dates(
    event: DemandEvent, school_days: SchoolDays, region: str | None, dates: DateRange
) -> Iterator[date]:
    when = event.when
    if isinstance(when, OneDate):
        if when.day in dates:
            yield when.day
        return
    if isinstance(when, CronRecurrence):
        return
    for on in each_day(dates):
        if when.days_of_week and Weekday.of(on) not in when.days_of_week:
            continue
        if when.condition is RecurrenceCondition.INSTRUCTIONAL_DAY:
            wanted = school_days.day(region, on).instructional
        elif when.condition is RecurrenceCondition.BEFORE_INSTRUCTIONAL_DAY:
            wanted = school_days.day(region, on + ONE_DAY).instructional
        else:
            wanted = True
        if wanted:
            yield on
