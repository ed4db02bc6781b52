"""The hours that a wall clock jumps over, in order, so that bells can be asked whether they lie there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from firstbell.core.bells import Minute, instant_of, start_of_day

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from zoneinfo import ZoneInfo

_ONE_DAY = timedelta(days=1)
_NO_TIME = timedelta(0)


@dataclass(frozen=True, slots=True)
class ClockGap:
    """Wall-clock times from `start` (inclusive) to `end` (exclusive), naive, that do not exist."""

    start: datetime
    end: datetime

    def __contains__(self, wall: datetime) -> bool:
        return self.start <= wall < self.end

    @property
    def dates(self) -> Iterator[date]:
        """The dates that it takes from, ascending."""
        on = self.start.date()
        while datetime.combine(on, time.min) < self.end:
            yield on
            on += _ONE_DAY


@lru_cache(maxsize=64)
def clock_gaps(zone: ZoneInfo, first: date, last: date) -> tuple[ClockGap, ...]:
    """Return every gap of the dates from `first` to `last`, both inclusive, in order."""
    gaps = []
    before = _offset_at_midnight(zone, first)
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        on = first.fromordinal(ordinal)
        after = _offset_at_midnight(zone, on + _ONE_DAY)
        if after > before:
            at = _change(zone, start_of_day(zone, on) - 1, start_of_day(zone, on + _ONE_DAY) + 1)
            starts = instant_of(at).replace(tzinfo=None) + before
            gaps.append(ClockGap(starts, starts + (after - before)))
        before = after
    return tuple(gaps)


def _offset_at_midnight(zone: ZoneInfo, on: date) -> timedelta:
    return zone.utcoffset(datetime.combine(on, time.min)) or _NO_TIME


def _change(zone: ZoneInfo, before: Minute, after: Minute) -> Minute:
    """Return the minute at which the offset changes between two that differ."""
    old = instant_of(before).astimezone(zone).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if instant_of(middle).astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
