"""What was written for a bell, and whether what has become Ready since will do.

A pod says nothing while it starts, so a grace passes first: the lead that was measured of earlier rises, two
minutes at least, and never more than half of the time to the bell, so that there is time left to do
something. From then on what has become Ready since the write is carried on to the bell. What has not moved at
all is waited for as long as it was waited for before: pods that start together become Ready together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

START_GRACE = timedelta(minutes=2)
"""How long pods may start before they are behind, where nothing was measured."""
RECENT = timedelta(minutes=2)
"""The time whose rate counts beside that since the write, the faster of the two."""
SEEN_APART = timedelta(seconds=1)
MOST_SEEN = 128


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenReady:
    """So many replicas were Ready from an instant on."""

    at: datetime
    ready: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Preparation:
    """`replicas` were written at `since` for a bell; `seen` is how many were Ready when, oldest first.

    The first of these is of the write itself; the others are a bounded number of changes since.
    """

    bell: datetime
    replicas: int
    since: datetime
    seen: tuple[SeenReady, ...] = ()

    def with_ready(self, ready: int, now: datetime) -> Preparation:
        """Return the same with what is Ready now; nothing changes where that is what was seen last."""
        if self.seen and self.seen[-1].ready == ready:
            return self
        kept = list(self.seen)
        if len(kept) > 1 and now - kept[-1].at < SEEN_APART:
            kept[-1] = replace(kept[-1], ready=ready)
        else:
            kept.append(SeenReady(at=now, ready=ready))
        # Of those before the recent time the first tells since when, the last how many were Ready then.
        old = [one for one in kept if now - one.at >= RECENT]
        recent = kept[len(old) :][-MOST_SEEN:]
        return replace(self, seen=(*old[:1], *old[1:][-1:], *recent))

    def raised(self, replicas: int, since: datetime, ready: int | None) -> Preparation:
        """Return the same after one more write: what was Ready before is no measure of what it asked for."""
        seen = () if ready is None else (SeenReady(at=since, ready=ready),)
        return replace(self, replicas=replicas, since=since, seen=seen)

    def lowered(self, replicas: int) -> Preparation:
        """Return the same where fewer are to be Ready than before: nothing was asked for, time goes on."""
        return replace(self, replicas=replicas)

    def grace_ends(self, lead: timedelta | None = None) -> datetime:
        """Return until when pods may start; `lead` is what was measured of earlier rises, None = nothing."""
        half = max(timedelta(0), self.bell - self.since) / 2
        return self.since + min(START_GRACE if lead is None else max(lead, START_GRACE), half)

    def reaches(self, now: datetime, *, doubted: bool = False) -> bool:
        """Tell whether all that was written will be Ready at the bell, at the rate of what became Ready.

        `doubted`: it was told that they will not. Then they have to come within half of the time that is
        left: pods that come and go around the rate that is needed must not change the word each minute.
        """
        left = self.bell - now
        if doubted:
            left /= 2
        if not self.seen or left <= timedelta(0):
            return False
        missing = self.replicas - self.seen[-1].ready
        if missing <= 0:
            return True
        if not self.moves:
            return not doubted and now - self.since < self.bell - now
        seconds = left.total_seconds()
        return any(
            ready * seconds >= missing * passed
            for ready, passed in (self._became(now, now - self.seen[0].at), self._became(now, RECENT))
            if passed > 0
        )

    @property
    def moves(self) -> bool:
        """Whether more are Ready than at the write."""
        return bool(self.seen) and self.seen[-1].ready > self.seen[0].ready

    def _became(self, now: datetime, length: timedelta) -> tuple[int, float]:
        """Return how many have become Ready within the last so long, and how many seconds that is."""
        begin = max(self.seen[0].at, now - length)
        before = next((one for one in reversed(self.seen) if one.at <= begin), self.seen[0])
        return self.seen[-1].ready - before.ready, (now - begin).total_seconds()

    def moved(self, by: timedelta) -> Preparation:
        """Return the same by a clock that was set by so much; the bell stays where it is."""
        seen = tuple(replace(one, at=one.at + by) for one in self.seen)
        return replace(self, since=self.since + by, seen=seen)
