"""One heap of wake-ups for all objects.

Each key has at most one wake-up, the earliest asked for, and one for a rise: every tick asks anew for its
next. Many rises due at one instant (one bell, a thousand workloads) are spread: there are as many turns
before it as rises, each a little earlier than the next, so that the last to be written is not late. How far
turns lie apart follows the pace at which rises are written (`core/writing_pace.py`). Whose each turn is, is
settled when it comes: that of the most important of those that still wait. So where writing takes longer than
was thought, it is the least important that is late.
"""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from firstbell.core.capacity import PACE_AT_FIRST, writing_lead

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import datetime, timedelta

FOLLOWED_SHARE = 0.1
"""A pace that differs by less is not worth a new order of turns."""
TIDY_FROM, TIDY_FACTOR = 1000, 4
K = TypeVar("K", bound="Hashable")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wakeup(Generic[K]):
    """`key` is to be looked at from `due` on, for what is planned at `instant` (never before `due`)."""

    key: K
    due: datetime
    instant: datetime
    may_come_early: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rise:
    """What a key rises at, and how important that is: more is more important."""

    instant: datetime
    priority: int


class Wakeups(Generic[K]):
    """Instants at which keys are due. Those of one instant come by priority, then in the order of keys."""

    def __init__(self) -> None:
        self._each = PACE_AT_FIRST.each
        self._looks: dict[K, datetime] = {}
        self._looks_heap: list[tuple[datetime, K]] = []
        self._rises: dict[K, _Rise] = {}
        self._rising_at: Counter[datetime] = Counter()
        self._lines: dict[datetime, list[tuple[int, K]]] = {}
        """Who rises at an instant, the most important first; who has left is still in it."""
        self._turns_heap: list[tuple[datetime, datetime]] = []
        """When an instant's next turn is, and the instant; only what `_turn` says now counts."""

    def ask(self, key: K, instant: datetime, *, may_come_early: bool = False, priority: int = 0) -> None:
        """Wake `key` for `instant`, unless it already asked for something earlier."""
        if may_come_early:
            self._ask_rise(key, _Rise(instant=instant, priority=priority))
            return
        known = self._looks.get(key)
        if known is None or instant < known:
            self._looks[key] = instant
            heapq.heappush(self._looks_heap, (instant, key))

    def _ask_rise(self, key: K, rise: _Rise) -> None:
        known = self._rises.get(key)
        if known == rise or (known is not None and known.instant < rise.instant):
            return
        self._forget_rise(key)
        self._rises[key] = rise
        heapq.heappush(self._lines.setdefault(rise.instant, []), (-rise.priority, key))
        self._rising_at[rise.instant] += 1
        self._come_in_turn(rise.instant)
        self._tidy()

    def follow_pace(self, each: timedelta) -> bool:
        """Have turns lie so far apart from now on; tell whether that is another pace than before."""
        if abs(each - self._each) <= FOLLOWED_SHARE * self._each:
            return False
        self._each = each
        self._order_turns()
        return True

    def _order_turns(self) -> None:
        self._turns_heap = [(self._turn(instant), instant) for instant in self._rising_at]
        heapq.heapify(self._turns_heap)

    def _tidy(self) -> None:
        """Drop what has left, where that is most of it: somebody edits again and again."""
        if len(self._turns_heap) <= TIDY_FROM + TIDY_FACTOR * len(self._rises):
            return
        self._lines = {instant: [] for instant in self._rising_at}
        for key, rise in self._rises.items():
            self._lines[rise.instant].append((-rise.priority, key))
        for line in self._lines.values():
            heapq.heapify(line)
        self._order_turns()

    def forget(self, key: K) -> None:
        """Drop what `key` has asked for."""
        self._looks.pop(key, None)
        self._forget_rise(key)

    def _forget_rise(self, key: K) -> None:
        known = self._rises.pop(key, None)
        if known is None:
            return
        self._rising_at[known.instant] -= 1
        if self._rising_at[known.instant] <= 0:
            del self._rising_at[known.instant], self._lines[known.instant]
        else:
            self._come_in_turn(known.instant)

    def clear(self) -> list[K]:
        """Forget every wake-up: the keys that had one."""
        keys = list(self._looks | self._rises)
        for kept in (self._looks, self._looks_heap, self._rises, self._rising_at):
            kept.clear()
        self._lines.clear()
        self._turns_heap.clear()
        return keys

    def next_due(self) -> datetime | None:
        """Tell when the next key is due; None while none is."""
        due = [at for at in (self._next_look(), self._next_turn()) if at is not None]
        return min(due, default=None)

    def _next_look(self) -> datetime | None:
        while self._looks_heap:
            due, key = self._looks_heap[0]
            if self._looks.get(key) == due:
                return due
            heapq.heappop(self._looks_heap)
        return None

    def _next_turn(self) -> datetime | None:
        while self._turns_heap:
            due, instant = self._turns_heap[0]
            if instant in self._rising_at and due == self._turn(instant):
                return due
            heapq.heappop(self._turns_heap)
        return None

    def _turn(self, instant: datetime) -> datetime:
        return instant - writing_lead(self._rising_at[instant], self._each)

    def _come_in_turn(self, instant: datetime) -> None:
        heapq.heappush(self._turns_heap, (self._turn(instant), instant))

    def pop_due(self, now: datetime) -> list[Wakeup[K]]:
        """Return every wake-up that is due at `now`, in order, taken out.

        A rise takes the look of its key with it.
        """
        due: list[Wakeup[K]] = []
        while (following := self.next_due()) is not None and following <= now:
            due.append(
                self._next_rise(following) if self._next_turn() == following else self._next(following)
            )
        return due

    def _next(self, due: datetime) -> Wakeup[K]:
        _, key = heapq.heappop(self._looks_heap)
        del self._looks[key]
        return Wakeup(key=key, due=due, instant=due)

    def _next_rise(self, due: datetime) -> Wakeup[K]:
        """Return the most important of those that rise at the instant whose turn it is."""
        instant = self._turns_heap[0][1]
        while True:
            priority, key = heapq.heappop(self._lines[instant])
            if self._rises.get(key) == _Rise(instant=instant, priority=-priority):
                self.forget(key)
                return Wakeup(key=key, due=due, instant=instant, may_come_early=True)
