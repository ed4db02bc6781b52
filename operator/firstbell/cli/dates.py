"""Civil dates on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from firstbell.cli.output import refuse

COMPARED_DAYS = 14
"""How many dates of two states of files are compared, unless somebody says otherwise."""
YEARS = range(1970, 2100)
_WORDS = {"today": 0, "tomorrow": 1}


@dataclass(frozen=True, slots=True)
class DaysAhead:
    """A day by its distance from today, before it is known where that is; 0 is today."""

    days: int


DayMeant: TypeAlias = date | DaysAhead


def civil_date(text: str, option: str) -> date:
    """Return the date that an option gives; end the command where it is none."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        refuse([f"{option} {text}: is not a date. Write it like 2026-09-01."])
    if found.year not in YEARS:
        refuse([f"{option} {text}: is out of range. Give a year from 1970 to 2099."])
    return found


def day_meant(text: str, option: str) -> DayMeant:
    """Return the day that an option gives, which may be `today` or `tomorrow`; end the command otherwise."""
    days = _WORDS.get(text.lower())
    return civil_date(text, option) if days is None else DaysAhead(days)


def date_of(day: DayMeant | None, today: date) -> date:
    """Return the date of a day, where it is `today`; None is today, too."""
    if day is None:
        return today
    return today + timedelta(days=day.days) if isinstance(day, DaysAhead) else day


def date_meant(text: str, option: str, today: date) -> date:
    """Return the date that an option gives, which may be `today` or `tomorrow`.

    `today` is a date where the school is. Ends the command where it is none.
    """
    return date_of(day_meant(text, option), today)
