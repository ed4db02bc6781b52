"""CalendarExceptions as they were seen, and calendars with them laid over.

A calendar is laid anew when it is next asked for after something changed, so that many exceptions at once
cost no more than one. Where nothing that counts has changed, the days stay the very same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firstbell.core import SchoolDays, Unavailable
from firstbell.core.calendar import CalendarDate
from firstbell.engine.objects.index import leave
from firstbell.engine.objects.resource_version import is_older
from firstbell.kinds.laid_over import lay_over

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import timedelta

    from firstbell.core import SchoolCalendar
    from firstbell.engine.ports import Json
    from firstbell.kinds.problems import Refused


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenException:
    """A CalendarException as last seen: what it says, or why that cannot be read.

    `calendar_key` is empty where it cannot be read. `created` is its creation time as the API writes it,
    which sorts as text. `kept` is how long it stays after its last day.
    """

    key: str
    uid: str
    generation: int
    created: str
    calendar_key: str
    entry: CalendarDate | Unavailable
    kept: timedelta
    status: Json
    version: str = field(default="", compare=False)

    @property
    def order(self) -> tuple[str, str]:
        """Where it lies: the later created over the earlier, of one second by name."""
        return self.created, self.key


@dataclass(frozen=True, kw_only=True, slots=True)
class Laid:
    """A calendar with its exceptions laid over, those that count in their order, and the others.

    `refused` are what does not count, and why, by key.
    """

    printed: SchoolCalendar
    counting: tuple[SeenException, ...]
    refused: Mapping[str, Refused]
    days: SchoolDays


@dataclass(kw_only=True, slots=True)
class Exceptions:
    """The exceptions by key, found by their calendar."""

    seen: dict[str, SeenException] = field(default_factory=dict)
    _of: dict[str, set[str]] = field(default_factory=dict)
    _laid: dict[str, Laid] = field(default_factory=dict)
    _stale: set[str] = field(default_factory=set)

    def put(self, seen: SeenException) -> set[str]:
        """Remember one, unless a later state is known; return the keys of the calendars it concerns."""
        before = self.seen.get(seen.key)
        if before is not None and before.uid == seen.uid and is_older(seen.version, before.version):
            return set()
        concerned = self.drop(seen.key) if before is not None else set()
        self.seen[seen.key] = seen
        if seen.calendar_key:
            self._of.setdefault(seen.calendar_key, set()).add(seen.key)
            self._stale.add(seen.calendar_key)
            concerned.add(seen.calendar_key)
        return concerned

    def drop(self, key: str) -> set[str]:
        """Forget one; return the key of its calendar."""
        seen = self.seen.pop(key, None)
        if seen is None or not seen.calendar_key:
            return set()
        leave(self._of, seen.calendar_key, key)
        self._stale.add(seen.calendar_key)
        return {seen.calendar_key}

    def of(self, calendar_key: str) -> list[SeenException]:
        """Return the exceptions of a calendar in the order in which they are laid."""
        found = (self.seen[key] for key in self._of.get(calendar_key, ()))
        return sorted(found, key=lambda seen: seen.order)

    def laid(self, calendar_key: str, printed: SchoolDays) -> Laid:
        """Return a calendar with its exceptions; `printed` is what it says without them."""
        known = self._laid.get(calendar_key)
        if known is not None and known.printed is printed.calendar and calendar_key not in self._stale:
            return known
        laid = self._lay(calendar_key, printed, known)
        self._laid[calendar_key] = laid
        self._stale.discard(calendar_key)
        return laid

    def forget_calendar(self, calendar_key: str) -> None:
        """Forget how a calendar was laid; what its exceptions say stays known."""
        self._laid.pop(calendar_key, None)

    def _lay(self, calendar_key: str, printed: SchoolDays, known: Laid | None) -> Laid:
        readable = [seen for seen in self.of(calendar_key) if isinstance(seen.entry, CalendarDate)]
        over = lay_over(printed.calendar, _entries(readable))
        counting = tuple(seen for place, seen in enumerate(readable) if place not in over.refused)
        same = known is not None and known.printed is printed.calendar
        if known is not None and same and known.days.calendar.calendar_dates == over.calendar.calendar_dates:
            days = known.days
        else:
            days = SchoolDays(over.calendar) if counting else printed
        return Laid(
            printed=printed.calendar,
            counting=counting,
            refused={readable[place].key: refused for place, refused in over.refused.items()},
            days=days,
        )


def _entries(seen: list[SeenException]) -> Iterator[CalendarDate]:
    for one in seen:
        if isinstance(one.entry, CalendarDate):
            yield one.entry
