"""How times are written: one form for each kind of reader.

Whoever reads by program gets UTC in whole seconds, as the Kubernetes API writes it; people get the wall clock
of a school, or UTC that says so.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from firstbell.core.bells import instant_of

if TYPE_CHECKING:
    from datetime import time, tzinfo

    from firstbell.core.bells import Minute

FIRST_YEAR, LAST_YEAR = 1900, 9000
"""Of the instants that are read: each can be written in any zone, and a lifetime be added to it."""
CLOCK = "%H:%M"
"""A time of day, where its date is known."""
DATED_CLOCK = "%a %d %b %H:%M"
"""A time of day with its weekday and date."""
_TO_THE_SECOND = len("2024-09-09T08:30:00")


def told_instant(told: object) -> datetime | None:
    """Return the instant that somebody wrote into an object or a command, in UTC.

    None where it is none, has no zone, or is of a year so far that what comes of it could not be written,
    or not be counted with.
    """
    try:
        at = datetime.fromisoformat(told.strip()) if isinstance(told, str) else None
    except ValueError:
        return None
    if at is None or at.tzinfo is None or not FIRST_YEAR <= at.year <= LAST_YEAR:
        return None
    return at.astimezone(UTC)


def api_time(at: datetime) -> str:
    """Return an aware instant as the API writes it: UTC, whole seconds."""
    return f"{at.astimezone(UTC).isoformat()[:_TO_THE_SECOND]}Z"  # a fifth of the time of strftime


@lru_cache(maxsize=4096)  # the bells of the weeks to come are told at every look
def api_minute(minute: Minute) -> str:
    """Return the start of a minute as the API writes instants."""
    return api_time(instant_of(minute))


def local_clock(at: datetime, zone: tzinfo, form: str) -> str:
    """Return an aware instant on the wall of a zone, in one of the forms here or another of `strftime`.

    In the hour that comes twice where clocks go back the wall says either instant: there the zone's
    abbreviation tells which, `02:59 CEST` and then `02:59 CET`, or its offset where that has no other name.
    """
    local = at.astimezone(zone)
    first, second = local.replace(fold=0), local.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return f"{local:{form}}"
    named = first.tzname() != second.tzname()
    return f"{local:{form}} {local.tzname() if named else f'{local:%z}'}"


def utc_clock(at: datetime) -> str:
    """Return an aware instant of a day that is known, for people: `08:25:00 UTC`."""
    return f"{at.astimezone(UTC):%H:%M:%S} UTC"


def clock_text(at: time) -> str:
    """Return a time of day as people write it: 00:00 to 24:00."""
    return "24:00" if at.fold else f"{at:%H:%M}"
