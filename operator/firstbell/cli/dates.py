"""Civil dates on the command line."""

from __future__ import annotations

from datetime import date, timedelta

from firstbell.cli.output import refuse

YEARS = range(1970, 2100)
_WORDS = {"today": 0, "tomorrow": 1}


def civil_date(text: str, option: str) -> date:
    """Return the date that an option gives; end the command where it is none."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        refuse([f"{option} {text}: is not a date. Write it like 2026-09-01."])
    if found.year not in YEARS:
        refuse([f"{option} {text}: is out of range. Give a year from 1970 to 2099."])
    return found


def date_meant(text: str, option: str, today: date) -> date:
    """Return the date that an option gives, which may be `today` or `tomorrow`.

    `today` is a date where the school is. Ends the command where it is none.
    """
    days = _WORDS.get(text.lower())
    return civil_date(text, option) if days is None else today + timedelta(days=days)
