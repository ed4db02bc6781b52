"""The last rises of one workload, and those that are not all Ready yet: remembered by the tick."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firstbell.core.capacity import NO_RISES, Rises

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class RiseUnderWay:
    """A rise that was written, and is waited for: until all are Ready, or until `until`.

    `uid` is the workload's. `bell` is what it is for, None where it is for none, or came after it; `told`
    says in words which, and how much earlier than due it was written.
    """

    uid: str
    written: datetime
    before: int
    after: int
    until: datetime
    bell: datetime | None
    told: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Lead:
    """What was measured of rises, and what is being measured.

    `warning` tells that the last rise for a bell was too late for it; empty where it was not.
    """

    rises: Rises = NO_RISES
    under_way: tuple[RiseUnderWay, ...] = ()
    warning: str = ""

    def interrupted(self) -> Lead:
        """Return what is left where this process was away for a time: what it did not see tells nothing."""
        return replace(self, under_way=()) if self.under_way else self
