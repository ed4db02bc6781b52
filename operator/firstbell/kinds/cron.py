"""A line of cron as a value that lists its occurrences in wall clock.

croniter reads the fields; which days they mean is asked date by date (`cron_days.py`), on naive dates, so
that no rule for clock changes but the core's applies. The times of day are the same on each of those days:
hours times minutes. That bounds the cost, whatever the line, together with the limit of 48 a day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import product

from croniter import croniter

from firstbell.kinds.cron_days import CronDays, read_cron_days
from firstbell.kinds.problems import Problem, quoted

MOST_PER_DAY = 48
_FIELDS = 5
_HASHED_OR_RANDOM = re.compile(r"(?<![A-Za-z])[HhRr](?![A-Za-z])")
_CURE = 'Write five fields: minute, hour, day of month, month, day of week, for example "0 19 * * SUN"'


@dataclass(frozen=True, kw_only=True, slots=True)
class CronLine:
    """A line that was read: its days, and the times of each of them, ascending."""

    schedule: str
    days: CronDays
    times: tuple[time, ...]

    @property
    def most_per_day(self) -> int:
        """The most occurrences that a day can have."""
        return len(self.times)

    def occurrences(self, first: date, last: date) -> Iterator[datetime]:
        """Yield naive wall-clock times on the civil dates `first` to `last`, both inclusive, ascending."""
        for day in self.days.between(first, last):
            for at in self.times:
                yield datetime.combine(day, at)


def read_cron(schedule: str, path: str) -> CronLine | Problem:
    """Return the line as a value, or what is wrong with it."""
    fields = schedule.split()
    if len(fields) != _FIELDS:
        message = f"{quoted(schedule)} has {len(fields)} fields"
        return Problem(path=path, message=message, cure=_CURE)
    if _HASHED_OR_RANDOM.search(schedule):
        message = f"{quoted(schedule)} leaves times to chance (H or R)"
        return Problem(path=path, message=message, cure=_CURE)
    try:
        expanded, _ = croniter.expand(schedule)
        days = read_cron_days(fields[2:])
    except (ValueError, LookupError, TypeError, OverflowError) as refused:
        message = f"{quoted(schedule)} is not a cron line that takes place ({_one_line(refused)})"
        return Problem(path=path, message=message, cure=_CURE)
    if not days.take_place():
        message = f"{quoted(schedule)} is not a cron line that takes place (there is no such day)"
        return Problem(path=path, message=message, cure=_CURE)
    hours, minutes = _values(expanded[1], 24), _values(expanded[0], 60)
    per_day = len(hours) * len(minutes)
    if per_day > MOST_PER_DAY:
        message = f"{quoted(schedule)} takes place {per_day} times a day"
        return Problem(
            path=path, message=message, cure=f"Let it take place at most {MOST_PER_DAY} times a day"
        )
    times = tuple(time(hour, minute) for hour, minute in product(hours, minutes))
    return CronLine(schedule=schedule, days=days, times=times)


def _values(field: Sequence[int | str], count: int) -> list[int]:
    if any(value == "*" for value in field):
        return list(range(count))
    return sorted({int(value) for value in field})


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:80].rstrip(".")
