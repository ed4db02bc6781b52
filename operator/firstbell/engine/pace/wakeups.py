"""One heap of wake-ups for all objects.

Each key has at most one wake-up, the earliest asked for: every tick asks anew for its next. Many keys due
at one instant (one bell, a thousand workloads) are spread: each further one that may come early wakes a
little earlier than the one before, so that the last to be written is not late. Even a single one wakes a
second early: its floor, hand-back and `/scale` are three writes, and are to be there at the instant.
"""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

FIRST_LEAD = timedelta(seconds=1)
SPREAD = timedelta(milliseconds=50)
"""For three writes each. A busy API server gave a floor in 25 to 100 ms."""
LONGEST_LEAD = timedelta(seconds=60)
K = TypeVar("K", bound="Hashable")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wakeup(Generic[K]):
    """`key` is to be looked at from `due` on, for what is planned at `instant` (never before `due`)."""

    key: K
    due: datetime
    instant: datetime
    may_come_early: bool = False


class Wakeups(Generic[K]):
    """Instants at which keys are due. Those of one instant come in the order of their keys."""

    def __init__(self) -> None:
        self._waiting: dict[K, Wakeup[K]] = {}
        self._heap: list[tuple[datetime, K]] = []
        self._early_at: Counter[datetime] = Counter()

    def ask(self, key: K, instant: datetime, *, may_come_early: bool = False) -> None:
        """Wake `key` for `instant`, unless it already asked for something earlier.

        Who asks again for an instant keeps its place before it: its own one would count against it.
        """
        known = self._waiting.get(key)
        if known is not None and (known.instant, known.may_come_early) == (instant, may_come_early):
            return
        lead = timedelta(0)
        if may_come_early:
            lead = min(LONGEST_LEAD, FIRST_LEAD + SPREAD * self._early_at[instant])
        due = instant - lead
        if known is not None and known.due <= due:
            return
        self.forget(key)
        self._early_at[instant] += may_come_early
        self._waiting[key] = Wakeup(key=key, due=due, instant=instant, may_come_early=may_come_early)
        heapq.heappush(self._heap, (due, key))

    def forget(self, key: K) -> None:
        """Drop the wake-up of `key`."""
        known = self._waiting.pop(key, None)
        if known is not None and known.may_come_early:
            self._early_at[known.instant] -= 1
            if self._early_at[known.instant] <= 0:
                del self._early_at[known.instant]

    def clear(self) -> list[K]:
        """Forget every wake-up: the keys that had one."""
        keys = list(self._waiting)
        self._waiting.clear()
        self._heap.clear()
        self._early_at.clear()
        return keys

    def next_due(self) -> datetime | None:
        """Tell when the next key is due; None while none is."""
        while self._heap:
            due, key = self._heap[0]
            known = self._waiting.get(key)
            if known is not None and known.due == due:
                return due
            heapq.heappop(self._heap)
        return None

    def pop_due(self, now: datetime) -> list[Wakeup[K]]:
        """Return every wake-up that is due at `now`, in order, taken out."""
        due: list[Wakeup[K]] = []
        while (following := self.next_due()) is not None and following <= now:
            _, key = heapq.heappop(self._heap)
            due.append(self._waiting[key])
            self.forget(key)
        return due
