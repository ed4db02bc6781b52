"""From wall clock to instants.

A bell is local wall clock on its date, then UTC. A time in a spring gap moves forward by the gap, an
ambiguous time takes the first of the two: both are what `fold=0` means. Inside the core an instant is a
whole minute since the epoch (`Minute`): plans are made of minutes, and integers are exact and fast. Zones
of today have whole-minute offsets; an older one is rounded down, towards earlier.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

Minute: TypeAlias = int
"""Whole minutes since 1970-01-01T00:00Z."""

END_OF_DAY = time(0, fold=1)
"""24:00, the end of a day: a midnight that `fold` marks, since no time of a day is 24:00."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTES_PER_DAY = 24 * 60
_ONE_MINUTE = timedelta(minutes=1)
_ONE_DAY = timedelta(days=1)
_NO_TIME = timedelta(0)
_EPOCH_ORDINAL = EPOCH.toordinal()


def minute_of(instant: datetime) -> Minute:
    """Return the minute that holds an aware instant."""
    return (instant - EPOCH) // _ONE_MINUTE


def instant_of(minute: Minute) -> datetime:
    """Return the aware UTC instant at which a minute starts."""
    return EPOCH + minute * _ONE_MINUTE


def wall_to_minute(zone: ZoneInfo, wall: datetime) -> Minute:
    """Return the minute of a naive wall-clock time in `zone`."""
    offset = zone.utcoffset(wall) or _NO_TIME
    seconds = wall.hour * 3600 + wall.minute * 60 + wall.second - offset.days * 86_400 - offset.seconds
    return (wall.toordinal() - _EPOCH_ORDINAL) * MINUTES_PER_DAY + seconds // 60


def bell(zone: ZoneInfo, day: date, at: time) -> Minute:
    """Return the minute of a time of day on a civil date in `zone`.

    The end of the day is the next one's start.
    """
    if at.fold:
        return wall_to_minute(zone, datetime.combine(day + _ONE_DAY, time.min))
    return wall_to_minute(zone, datetime.combine(day, at))


def minute_of_day(at: time) -> int:
    """Return the minutes from midnight to a time on the wall: 0 to 1440, the end of the day."""
    return MINUTES_PER_DAY if at.fold else at.hour * 60 + at.minute


def start_of_day(zone: ZoneInfo, day: date) -> Minute:
    """Return the minute at which a civil date starts.

    Where midnight is in a gap, the first minute after it.
    """
    return bell(zone, day, time.min)


def local_date(zone: ZoneInfo, minute: Minute) -> date:
    """Return the civil date in `zone` at that minute."""
    return instant_of(minute).astimezone(zone).date()


def in_clock_gap(zone: ZoneInfo, day: date, at: time) -> bool:
    """Tell whether that wall-clock time does not exist on that date."""
    wall = datetime.combine(day, at)
    there_and_back = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    return there_and_back != wall
