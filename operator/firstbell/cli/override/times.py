"""The times of an order as people write them: on the wall of their school, from now on, or to the letter."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from firstbell.cli.output import refuse
from firstbell.core import bell, instant_of, local_clock

if TYPE_CHECKING:
    from datetime import tzinfo

_LENGTH = re.compile(r"^\+(?:(\d{1,3})h)?(?:(\d{1,5})m)?$")
HOW = "Write it like 10:00, +90m, +1h30m or 2026-11-09T10:00:00+01:00"
DAY_AND_CLOCK = "%a %d %b %Y %H:%M"


def time_meant(option: str, text: str, after: datetime, zone: ZoneInfo | None) -> datetime:
    """Return the instant that a text means; a time of day is the next one after `after` on the zone's wall.

    `zone` None: nobody knows which wall is meant.
    """
    length = _LENGTH.match(text)
    if length is not None and len(text) > 1:
        hours, minutes = (int(part or 0) for part in length.groups())
        return after + timedelta(hours=hours, minutes=minutes)
    if re.fullmatch(r"[0-2]?\d:[0-5]\d", text):
        return _next(option, text, after, _known(option, text, zone))
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        refuse([f"{option} {text}: is no time. {HOW}."])
    if at.tzinfo is None:
        at = instant_of(bell(_known(option, text, zone), at.date(), at.time())) + timedelta(seconds=at.second)
    return at.astimezone(UTC)


def _known(option: str, text: str, zone: ZoneInfo | None) -> ZoneInfo:
    if zone is None:
        refuse(
            [f"{option} {text}: whose clock is not known here. Write it with its offset, like ...T10:00Z."]
        )
    return zone


def _next(option: str, text: str, after: datetime, zone: ZoneInfo) -> datetime:
    try:
        clock = time.fromisoformat(text.zfill(5))
    except ValueError:
        refuse([f"{option} {text}: is no time. {HOW}."])
    day = after.astimezone(zone).date()
    at = instant_of(bell(zone, day, clock))
    return at if at > after else instant_of(bell(zone, day + timedelta(days=1), clock))


def shown(at: datetime, zone: tzinfo) -> str:
    """Return an instant with its date, on the wall of a zone."""
    return local_clock(at, zone, DAY_AND_CLOCK)
