"""Times as people write them: of a wall, from now on, or to the letter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, NoReturn, Protocol

from firstbell.cli.output import refuse
from firstbell.core.instants import bell, instant_of, local_clock

if TYPE_CHECKING:
    from datetime import tzinfo
    from zoneinfo import ZoneInfo

_LENGTH = re.compile(r"^\+(?:(\d{1,5})d)?(?:(\d{1,6})h)?(?:(\d{1,8})m)?$")
HOW = "Write it like 10:00, +90m, +1h30m, +2d or 2026-11-09T10:00:00+01:00"
DAY_AND_CLOCK = "%a %d %b %Y %H:%M"


class Wall(Protocol):
    """A place with a clock on it."""

    def day(self, at: datetime) -> date:
        """Return the date that an instant has there."""

    def instant(self, day: date, clock: time) -> datetime:
        """Return the aware instant of a time on a date there; of an hour that comes twice the first."""


@dataclass(frozen=True, slots=True)
class SchoolWall:
    """The wall of a school, by the zone of its calendar."""

    zone: ZoneInfo

    def day(self, at: datetime) -> date:
        """Return the date that an instant has there."""
        return at.astimezone(self.zone).date()

    def instant(self, day: date, clock: time) -> datetime:
        """Return the aware instant of a time on a date there."""
        return instant_of(bell(self.zone, day, clock)) + timedelta(seconds=clock.second)


class MachineWall:
    """The wall beside this machine: for what concerns no school in particular."""

    def day(self, at: datetime) -> date:
        """Return the date that an instant has here."""
        return at.astimezone().date()

    def instant(self, day: date, clock: time) -> datetime:
        """Return the aware instant of a time on a date here."""
        return datetime.combine(day, clock).astimezone(UTC)


def time_meant(option: str, text: str, after: datetime, wall: Wall | None, why: str = "") -> datetime:
    """Return the UTC instant that an option means; a time of day is the next one after `after` on the wall.

    `wall` None: nobody knows which is meant, because of `why`. Ends the command where the text is no time.
    """
    length = _LENGTH.match(text)
    if length is not None and len(text) > 1:
        days, hours, minutes = (int(part or 0) for part in length.groups())
        return _later(option, text, after, timedelta(days=days, hours=hours, minutes=minutes))
    if re.fullmatch(r"[0-2]?\d:[0-5]\d", text):
        return _next(option, text, after, _known(option, text, wall, why))
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            return _known(option, text, wall, why).instant(at.date(), at.time())
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        _refuse(option, text)


def shown(at: datetime, zone: tzinfo) -> str:
    """Return an instant with its date, on the wall of a zone."""
    return local_clock(at, zone, DAY_AND_CLOCK)


def refuse_over(option: str, text: str, at: datetime, now: datetime) -> None:
    """End the command where the end that an option gives is over; `text` is how it was given."""
    if at <= now:
        refuse([f"{option} {text}: is over. Give a time to come."])


def _later(option: str, text: str, after: datetime, length: timedelta) -> datetime:
    try:
        return after + length
    except OverflowError:
        _refuse(option, text)


def _known(option: str, text: str, wall: Wall | None, why: str) -> Wall:
    if wall is None:
        because = f" ({why.rstrip('.')})" if why else ""
        cure = "Write it with its offset, like ...T10:00Z."
        refuse([f"{option} {text}: whose clock is not known here{because}. {cure}"])
    return wall


def _next(option: str, text: str, after: datetime, wall: Wall) -> datetime:
    try:
        clock = time.fromisoformat(text.zfill(5))
    except ValueError:
        _refuse(option, text)
    day = wall.day(after)
    at = wall.instant(day, clock)
    return at if at > after else wall.instant(day + timedelta(days=1), clock)


def _refuse(option: str, text: str) -> NoReturn:
    refuse([f"{option} {text}: is no time. {HOW}."])
