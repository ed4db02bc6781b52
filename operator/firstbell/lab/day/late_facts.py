"""Which CalendarExceptions bear on a time that is played, and how that is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.core.calendar import ExceptionSource
from firstbell.core.instants import local_date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.core import Workload
    from firstbell.core.instants import Minute


@dataclass(frozen=True, kw_only=True, slots=True)
class LateFact:
    """A CalendarException, and the SchoolCalendar that it is laid over."""

    name: str
    calendar: str

    @property
    def sentence(self) -> str:
        """It in words, without a full stop."""
        laid = f"CalendarException {self.name} is laid over SchoolCalendar {self.calendar}"
        return f"{laid}, known from when it was announced"


def late_facts(workload: Workload, start: Minute, end: Minute) -> Iterator[LateFact]:
    """Yield those of the days that [start, end), in minutes since 1970, touches where the school is."""
    first, last = local_date(workload.zone, start), local_date(workload.zone, end - 1)
    for days in workload.calendars:
        for entry in days.calendar.calendar_dates:
            late = entry.source is ExceptionSource.EXCEPTIONS
            if late and entry.dates.first <= last and first <= entry.dates.last:
                yield LateFact(name=entry.name, calendar=days.calendar.name)
