"""Minutes, instants and dates, and how they are written. A door of the core: it only re-exports."""

from __future__ import annotations

from firstbell.core.bells import (
    END_OF_DAY,
    EPOCH,
    MINUTES_PER_DAY,
    Minute,
    bell,
    instant_of,
    local_date,
    minute_of,
    minute_of_day,
    start_of_day,
)
from firstbell.core.time_words import (
    CLOCK,
    DATED_CLOCK,
    api_minute,
    api_time,
    clock_text,
    local_clock,
    told_instant,
    utc_clock,
)
from firstbell.core.upcoming import local_time, wall_clock

__all__ = [
    "CLOCK",
    "DATED_CLOCK",
    "END_OF_DAY",
    "EPOCH",
    "MINUTES_PER_DAY",
    "Minute",
    "api_minute",
    "api_time",
    "bell",
    "clock_text",
    "instant_of",
    "local_clock",
    "local_date",
    "local_time",
    "minute_of",
    "minute_of_day",
    "start_of_day",
    "told_instant",
    "utc_clock",
    "wall_clock",
]
