"""Nothing that was decided before a gap is written after it.

A process that stands still (a frozen container, a suspended machine, a loop that is busy) does not know it:
it goes on where it was, with what it had read. Meanwhile others have gone on: another operator may have taken
its place, people may have edited. So the loop beats once a second, and whoever finds that the last beat is
too old shuts the fence, on the way to a write as well as at the next beat. Behind a shut fence nothing is
written until everything was read again; what was begun before is not written afterwards either, since each
piece of work remembers the epoch in which it looked.
"""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

BEAT_SECONDS = 1.0
LONGEST_GAP_SECONDS = 5.0
"""A gap that is longer has everything read again."""
TOLERATED_MOST_SECONDS = 60.0
CALM_SECONDS = 60.0
"""A gap so soon after the last one comes of a slow machine, not of a process that was stopped: gaps of that
length are tolerated until there was none for so long, or nothing would ever be written again."""

_looked_in: ContextVar[int] = ContextVar("the epoch of the fence in which the present work looked")

log = structlog.get_logger("firstbell.engine")


class Fence:
    """Whether writes may pass. `monotonic` gives seconds of the wall; suspended time counts where it can."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._last_beat = monotonic()
        self._tolerated = LONGEST_GAP_SECONDS
        self._last_gap: float | None = None
        self._opened, self._shut = asyncio.Event(), asyncio.Event()
        self._opened.set()
        self.epoch = 0

    def beat(self) -> None:
        """Say that the loop turns; shuts the fence where it has not for too long."""
        now = self._monotonic()
        gap = now - self._last_beat
        self._last_beat = now
        if gap > self._tolerated:
            self._tolerate(now)
            self.shut(f"this process stood still for {gap:.0f} s")
        elif gap > LONGEST_GAP_SECONDS:
            self._last_gap = now
        elif self._last_gap is not None and now - self._last_gap > CALM_SECONDS:
            self._tolerated, self._last_gap = LONGEST_GAP_SECONDS, None

    def _tolerate(self, now: float) -> None:
        """Let, of gaps that follow each other soon, count only what is longer than the last."""
        if self._last_gap is not None:
            self._tolerated = min(TOLERATED_MOST_SECONDS, 2 * self._tolerated)
        self._last_gap = now

    def shut(self, why: str) -> None:
        """Let nothing that looked before now be written any more, and nothing else until `open`."""
        self.epoch += 1
        self._opened.clear()
        self._shut.set()
        log.warning("everything is read again before anything is written", why=why)

    def suspect(self, why: str) -> None:
        """Have everything read again, if it was not just now: it may have stood still."""
        if self._last_gap is None:
            self._last_gap = self._monotonic()
            self.shut(why)

    def open(self) -> None:
        """Let writes pass: everything was read again."""
        self._shut.clear()
        self._opened.set()

    @property
    def is_open(self) -> bool:
        """Whether everything is known as it is, as far as we know."""
        return self._opened.is_set()

    async def opened(self) -> None:
        """Return while the fence is open, and notes that what follows looks from now on."""
        await self._opened.wait()
        _looked_in.set(self.epoch)

    async def was_shut(self) -> None:
        """Return while the fence is shut."""
        await self._shut.wait()

    def lets_through(self) -> bool:
        """Tell whether what the present work has decided may be written now."""
        if self._monotonic() - self._last_beat > self._tolerated:
            self.beat()
        return self._opened.is_set() and _looked_in.get(self.epoch) == self.epoch
