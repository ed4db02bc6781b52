"""The ordinary week of a region: its weekly rows, and what weeks of each kind do to the rotation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.rotation import DAYS_PER_WEEK
from firstbell.core.school_calendar import Weekday
from firstbell.core.week_table import WeekTable, day_by_state

if TYPE_CHECKING:
    from firstbell.core.rotation import Cycle
    from firstbell.core.school_calendar import WeeklyRow
    from firstbell.core.week_table import Came, DayKind, KindsOfWeek


class OrdinaryWeek:
    """Weekly rows in spec order, the first that fits counts. Each question is worked out once."""

    def __init__(self, rows: tuple[WeeklyRow, ...], cycle: Cycle) -> None:
        self.cycle = cycle
        self.rows = rows
        self._found: dict[tuple[int, str | None], WeeklyRow | None] = {}
        self._days: dict[tuple[DayKind, int], tuple[Came, ...]] = {}
        self._tables: dict[KindsOfWeek, WeekTable] = {}

    def row(self, weekday: int, label: str | None) -> WeeklyRow | None:
        """Return the row of a weekday (0 is Monday) with a label, None where it has no lessons."""
        asked = weekday, label
        if asked not in self._found:
            self._found[asked] = self._first(Weekday.numbered(weekday), label)
        return self._found[asked]

    def table(self, kinds: KindsOfWeek) -> WeekTable:
        """Return what weeks do, of a kind of day for each weekday."""
        if kinds not in self._tables:
            days = self._days
            each = [
                days[asked] if (asked := (kind, weekday)) in days else self._day(*asked)
                for weekday, kind in enumerate(kinds)
            ]
            self._tables[kinds] = WeekTable(tuple(each), rare=len(set(kinds)) > 1)
        return self._tables[kinds]

    @property
    def longest_gap(self) -> int:
        """The longest run of weekdays without lessons, over the week's end too.

        2 for Monday to Friday, 1 for Monday to Saturday, 6 where only Saturday has lessons, 7 for none.
        Rows of one label count like all others: the ordinary week is the one with every row in it.
        """
        taught = sorted({weekday.number for row in self.rows for weekday in row.days_of_week})
        if not taught:
            return DAYS_PER_WEEK
        following = [*taught[1:], taught[0] + DAYS_PER_WEEK]
        return max(later - earlier - 1 for earlier, later in zip(taught, following, strict=True))

    def _day(self, kind: DayKind, weekday: int) -> tuple[Came, ...]:
        asked = kind, weekday
        if asked not in self._days:
            self._days[asked] = day_by_state(
                kind, self.cycle, lambda label: self._has_row(weekday, label), weekday
            )
        return self._days[asked]

    def _has_row(self, weekday: int, label: str | None) -> bool:
        return self.row(weekday, label) is not None

    def _first(self, weekday: Weekday, label: str | None) -> WeeklyRow | None:
        fitting = (row for row in self.rows if not row.labels or label in row.labels)
        return next((row for row in fitting if weekday in row.days_of_week), None)
