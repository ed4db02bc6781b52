"""Calendars of eight school years in four places, built from published holidays alone.

The CSVs list school holidays, both ends inclusive, from 1 September 2019 to 31 August 2027. School years
are what they leave between the summer breaks: each runs from the day after one summer break to the day
before the next, the first from the start of the data and the last to its end. (Bavaria's summer of 2025
stands as two rows with a weekend between them; the weekend is no school year.) Every weekday has lessons,
from 08:30 in Flanders and the Netherlands and 08:00 in France and Bavaria, as the oracle has it.

The CSVs lack some statutory holidays, which lengthen breaks that they touch. They follow by rule: fixed
dates, and dates that follow Easter.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from firstbell.core.calendar import DateRange, Holiday, HolidayType
from tests.builders import a_bell_schedule, a_calendar, a_row, a_school_year, on

if TYPE_CHECKING:
    from firstbell.core import SchoolCalendar

DATA = Path(__file__).parents[1] / "data"
FIRST, LAST = date(2019, 9, 1), date(2027, 8, 31)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Place:
    """A calendar of the oracle: its zone, its first lesson, its statutory holidays."""

    zone: str
    first_lesson: str
    fixed: tuple[str, ...]
    """As MM-DD."""
    after_easter: tuple[int, ...]
    """As days after Easter Sunday."""

    def statutory(self, year: int) -> list[date]:
        easter = easter_sunday(year)
        moving = [easter + timedelta(days=days) for days in self.after_easter]
        lustrum = [date(year, 5, 5)] if self.zone == "Europe/Amsterdam" and year % 5 == 0 else []
        return [*(on(f"{year}-{day}") for day in self.fixed), *moving, *lustrum]


EASTER_MONDAY, ASCENSION, WHIT_MONDAY, CORPUS_CHRISTI = 1, 39, 50, 60
PLACES = {
    "be-flemish": Place("Europe/Brussels", "08:30", ("11-01", "11-11", "12-25", "01-01", "05-01"),
                        (EASTER_MONDAY, ASCENSION, WHIT_MONDAY)),
    "nl-noord": Place("Europe/Amsterdam", "08:30", ("12-25", "12-26", "01-01", "04-27"),
                      (EASTER_MONDAY, ASCENSION, WHIT_MONDAY)),
    "fr-zone-a": Place("Europe/Paris", "08:00", ("11-01", "11-11", "12-25", "01-01", "05-01", "05-08"),
                       (EASTER_MONDAY, ASCENSION, WHIT_MONDAY)),
    "de-by": Place("Europe/Berlin", "08:00", ("10-03", "11-01", "12-25", "12-26", "01-01", "01-06", "05-01"),
                   (-2, EASTER_MONDAY, ASCENSION, WHIT_MONDAY, CORPUS_CHRISTI)),
}  # fmt: skip


def easter_sunday(year: int) -> date:
    """Easter by the Gregorian computus (Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    f = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - f + 15) % 30
    i, k = divmod(c, 4)
    l7 = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * l7) // 451
    month, day = divmod(h + l7 - 7 * m + 114, 31)
    return date(year, month, day + 1)


def calendar_of(place: str, *, with_statutory: bool) -> SchoolCalendar:
    """The calendar of a place from its CSV, with or without the statutory holidays that it lacks."""
    rows = _rows(place)
    summers = [dates for name, dates in rows if name == "Summer Break"]
    holidays = [Holiday(name=f"h{number}", dates=dates) for number, (_, dates) in enumerate(rows)]
    where = PLACES[place]
    if with_statutory:
        days = [day for year in range(FIRST.year, LAST.year + 1) for day in where.statutory(year)]
        holidays += [
            Holiday(name=f"s{day}", dates=DateRange(first=day, last=day), type=HolidayType.PUBLIC_HOLIDAY)
            for day in days
        ]
    return a_calendar(
        name=place,
        zone=ZoneInfo(where.zone),
        sessions=tuple(a_school_year(f"{span.first}", f"{span.last}") for span in _between(summers)),
        bell_schedules=(a_bell_schedule("full", f"{where.first_lesson}-16:00"),),
        weekly_schedule=(a_row(),),
        holidays=tuple(holidays),
    )


def _rows(place: str) -> list[tuple[str, DateRange]]:
    with (DATA / f"holidays-{place}.csv").open(encoding="utf-8", newline="") as file:
        return [
            (row["name"], DateRange(first=on(row["start_date"]), last=on(row["end_date_inclusive"])))
            for row in csv.DictReader(file)
        ]


def _between(summers: list[DateRange]) -> list[DateRange]:
    """What the summer breaks leave of the data, pieces without a weekday left out."""
    edges = [FIRST - ONE_DAY, *[edge for span in summers for edge in (span.first, span.last)], LAST + ONE_DAY]
    found = []
    for ended, begins in zip(edges[::2], edges[1::2], strict=True):
        first, last = ended + ONE_DAY, begins - ONE_DAY
        days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
        if any(day.weekday() < 5 for day in days):
            found.append(DateRange(first=first, last=last))
    return found


@dataclass(frozen=True)
class Restart:
    """A row of the oracle."""

    place: str
    last_school_day: str
    restart_day: str
    weekday: str
    break_days: int
    first_lesson_local: str
    first_lesson_utc: str
    clocks_changed: bool


def oracle() -> list[Restart]:
    """All restarts of the four places, worked out by hand and by other tools."""
    with (DATA / "restart-oracle.csv").open(encoding="utf-8", newline="") as file:
        return [
            Restart(
                place=row["calendar"],
                last_school_day=row["last_school_day"],
                restart_day=row["restart_day"],
                weekday=row["weekday"],
                break_days=int(row["break_days"]),
                first_lesson_local=row["first_lesson_local"],
                first_lesson_utc=row["first_lesson_utc"],
                clocks_changed=row["utc_offset_changed_during_break"] == "yes",
            )
            for row in csv.DictReader(file)
        ]
