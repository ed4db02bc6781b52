"""What became of our own writes to one workload: remembered by `acting`, and written by it alone."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from firstbell.engine.memory.contest import Contest

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from firstbell.core.scaling import FloorMemory


@dataclass(frozen=True, kw_only=True, slots=True)
class Admitted:
    """What admission control made of a floor or a count that was asked for; asked for anew after `until`."""

    asked: int
    given: int
    until: datetime

    def moved(self, by: timedelta) -> Admitted:
        """Return the same by a clock that was set by so much."""
        return replace(self, until=self.until + by)

    def stands(self, asked: int, given: int, now: datetime) -> bool:
        """Tell whether this still is what asking would bring."""
        return (self.asked, self.given) == (asked, given) and now < self.until


@dataclass(frozen=True, kw_only=True, slots=True)
class SetCount:
    """The count of a workload that is scaled directly, as we last set it or found it right."""

    uid: str
    replicas: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Challenge:
    """Another installation that sets the workload's count, and since when it is asked for a sign of life."""

    rival: str
    since: datetime


@dataclass(kw_only=True, slots=True)
class Written:
    """Our writes, and who answered them.

    `admitted` is of the floor, `admitted_count` of the workload's count; `floored` is what this process wrote
    last (the status tells the same, a little later); `scaled_for` the floor that the count was last brought
    up to. `rises` counts those that were written; `unfinished` says that the last tick has left what can wait
    until others have their floor.
    """

    admitted: Admitted | None = None
    admitted_count: Admitted | None = None
    floored: FloorMemory | None = None
    scaled_for: int | None = None
    set_count: SetCount | None = None
    challenge: Challenge | None = None
    contest: Contest = field(default_factory=Contest)
    rises: int = 0
    unfinished: bool = False

    def move(self, by: timedelta) -> None:
        """Move every time in here along with a clock that was set."""
        if self.challenge is not None:
            self.challenge = replace(self.challenge, since=self.challenge.since + by)
        self.contest.times = deque((at + by for at in self.contest.times), maxlen=self.contest.times.maxlen)
        self.admitted = self.admitted.moved(by) if self.admitted is not None else None
        self.admitted_count = self.admitted_count.moved(by) if self.admitted_count is not None else None
