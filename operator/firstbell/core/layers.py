"""The layers of a calendar over time: which entries hold a date, and from where on others do.

School years, holidays and exceptions are asked by date, for all regions at once; what is for a region is cut
out of the answer. Between two marks no entry begins or ends, so that all of its dates are of one kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from firstbell.core.coverage import Coverage, bits_where, places, scope_bits
from firstbell.core.ordinary_week import OrdinaryWeek
from firstbell.core.rotation import DAYS_PER_WEEK, cycle_of, week_start
from firstbell.core.school_calendar import DateRange, RotationType, Weekday
from firstbell.core.week_table import Opening

if TYPE_CHECKING:
    from firstbell.core.school_calendar import CalendarDate, Holiday, Rotation, SchoolCalendar

_ONE_DAY = timedelta(days=1)


class Entries(NamedTuple):
    """Which school years, holidays and exceptions there are, each as bits in spec order."""

    years: int
    holidays: int
    exceptions: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Everything that is for one region. Two regions of one scope have the same days."""

    rows: int
    entries: Entries
    sessions: int = 0


class Layers:
    """The dated entries of a calendar. `span` holds every date that can have lessons, None where none can."""

    def __init__(self, calendar: SchoolCalendar) -> None:
        self.calendar = calendar
        self.years = calendar.school_years
        self.span = _span(calendar)
        self.cycle = cycle_of(calendar.rotation)
        self._weeks: dict[int, OrdinaryWeek] = {}
        self.year_dates = Coverage([year.dates for year in self.years])
        self.holiday_dates = Coverage([holiday.dates for holiday in calendar.holidays])
        self.exception_dates = Coverage([entry.dates for entry in calendar.calendar_dates])
        self.on_some_weekdays = bits_where(bool(entry.days_of_week) for entry in calendar.calendar_dates)
        self.on_weekday = self._on_weekdays()
        """Which exceptions hold on a weekday, by its number."""
        names = calendar.region_names
        self._restarts = calendar.rotation is not None and calendar.rotation.restarts_with is not None
        self._of_sessions = scope_bits(calendar.sessions, names)
        self._of_rows = scope_bits(calendar.weekly_schedule, names)
        self._of_years = scope_bits(self.years, names)
        self._of_holidays = scope_bits(calendar.holidays, names)
        self._of_exceptions = scope_bits(calendar.calendar_dates, names)
        self._closing = bits_where(not entry.event.has_lessons for entry in calendar.calendar_dates)
        self._opening = bits_where(entry.undoes_closure for entry in calendar.calendar_dates)
        self._labelled = bits_where(entry.labelled is True for entry in calendar.calendar_dates)
        self._not_labelled = bits_where(entry.labelled is False for entry in calendar.calendar_dates)
        self._opening_with_bells = self._opening & bits_where(
            entry.bell_schedule_name is not None for entry in calendar.calendar_dates
        )

    def _on_weekdays(self) -> tuple[int, ...]:
        """Return which exceptions hold on each weekday; most hold on all, and are not asked of each."""
        entries = self.calendar.calendar_dates
        every = (1 << len(entries)) - 1 & ~self.on_some_weekdays
        held = dict.fromkeys(Weekday, every)
        for index in places(self.on_some_weekdays):
            for weekday in entries[index].days_of_week:
                held[weekday] |= 1 << index
        return tuple(held[weekday] for weekday in Weekday)

    def scope(self, region: str | None) -> Scope:
        """Return what is for a region."""
        return Scope(
            rows=self._of_rows[region],
            sessions=self._of_sessions[region] if self._restarts else 0,
            entries=Entries(self._of_years[region], self._of_holidays[region], self._of_exceptions[region]),
        )

    @cached_property
    def regions_by_scope(self) -> dict[Scope, list[str | None]]:
        """The regions in spec order, those of one scope together."""
        found: dict[Scope, list[str | None]] = {}
        for region in self.calendar.region_names:
            found.setdefault(self.scope(region), []).append(region)
        return found

    def restarts(self, scope: Scope) -> dict[int, int]:
        """Tell where the rotation of a scope begins anew, as ordinals, and the state before that day."""
        rotation = self.calendar.rotation
        if rotation is None or self.span is None:
            return {}
        dates = set(self.cycle.new_years(self.span))
        if rotation.restarts_with is not None:
            for index in places(scope.sessions):
                session = self.calendar.sessions[index]
                if session.type is rotation.restarts_with and session.dates.first > (
                    rotation.anchor or date.min
                ):
                    dates.add(self._first_taught(session.dates.first, scope, rotation))
        return {day.toordinal(): self.cycle.anew(day) for day in dates if day in self.span}

    def _first_taught(self, day: date, scope: Scope, rotation: Rotation) -> date:
        """Return the next week where weeks take turns and nothing is taught from a date to its week's end."""
        if rotation.type is RotationType.DAY_CYCLE:
            return day
        after = week_start(day, rotation.week_starts_on) + timedelta(days=DAYS_PER_WEEK)
        taught = {weekday.number for row in self.week(scope).rows for weekday in row.days_of_week}
        left = {(day + timedelta(days=n)).weekday() for n in range((after - day).days)}
        return day if taught & left else after

    def week(self, scope: Scope) -> OrdinaryWeek:
        """Return the ordinary week of a scope, one for all scopes that have the same."""
        rows = scope.rows
        if rows not in self._weeks:
            self._weeks[rows] = OrdinaryWeek(
                tuple(self.calendar.weekly_schedule[index] for index in places(rows)), self.cycle
            )
        return self._weeks[rows]

    def on(self, day: date, scope: Scope) -> Entries:
        """Return the entries of a scope that hold a date."""
        years, holidays, exceptions = self.held(day)
        of = scope.entries
        exceptions &= self.on_weekday[day.weekday()]
        return Entries(years & of.years, holidays & of.holidays, exceptions & of.exceptions)

    def holiday(self, on: Entries) -> Holiday | None:
        """Return the first of the holidays that hold a date."""
        return self.calendar.holidays[next(places(on.holidays))] if on.holidays else None

    def exceptions(self, on: Entries) -> list[CalendarDate]:
        """Return the exceptions that hold a date, in spec order."""
        entries = self.calendar.calendar_dates
        return [entries[index] for index in places(on.exceptions)]

    def counts(self, exceptions: int) -> bool:
        """Tell whether a day counts for the rotation: the last exception that says so decides."""
        told_not = (exceptions & self._not_labelled).bit_length()
        return told_not == 0 or (exceptions & self._labelled).bit_length() > told_not

    def opened(self, exceptions: int) -> Opening:
        """Return what exceptions do together: a later one undoes an earlier one."""
        if not exceptions:
            return Opening.NONE
        closed = (exceptions & self._closing).bit_length()
        if not (exceptions & self._opening) >> closed:
            return Opening.CLOSED if closed else Opening.NONE
        return Opening.BY_BELLS if (exceptions & self._opening_with_bells) >> closed else Opening.BY_ROW

    @cached_property
    def marks(self) -> tuple[tuple[int, Entries], ...]:
        """What holds the first ordinal of the span, and each on which an entry begins or has just ended.

        In any region; ascending.
        """
        if self.span is None:
            return ()
        dates = {self.span.first}
        if (begins := self.cycle.begins) is not None:
            dates.add(begins)
        for coverage in (self.year_dates, self.holiday_dates, self.exception_dates):
            dates.update(coverage.firsts)
            dates.update(last + _ONE_DAY for last in coverage.lasts)
        return tuple((day.toordinal(), self.held(day)) for day in sorted(dates) if day in self.span)

    def held(self, day: date) -> Entries:
        """Return what holds a date, in any region; of exceptions on some weekdays only: on the right one."""
        return Entries(self.year_dates.on(day), self.holiday_dates.on(day), self.exception_dates.on(day))


def _span(calendar: SchoolCalendar) -> DateRange | None:
    """Return the range from the first to the last date on which a day could have lessons."""
    ranges = [year.dates for year in calendar.school_years]
    ranges += [entry.dates for entry in calendar.calendar_dates if entry.undoes_closure]
    if not ranges:
        return None
    return DateRange(first=min(span.first for span in ranges), last=max(span.last for span in ranges))
