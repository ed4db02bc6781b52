"""Waiting for something to become true, by looking again and again until a deadline.

A deadline is meant for a machine that has time for its tests. On one that has not, a second look comes late,
and so does all that is waited for: of the time between two looks only so much counts as a machine at leisure
would need. So a deadline can say "at once" without failing where many share two processors.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

LOOK_EVERY_SECONDS = 0.1
LATER_EVERY_SECONDS = 0.25
"""After the first looks: each costs the processors some milliseconds, of the test and of three servers."""
FIRST_LOOKS = 10
LOOK_TAKES_SECONDS = 0.25
"""From one look to the next at the most where nothing is in its way, and kubectl is not started for it."""
LATER_TAKES_SECONDS = 0.35
LONGER_AT_MOST = 4.0
"""How many times as long as it says a deadline is waited for: a look that is slow by itself has an end."""


class Patience:
    """What is left of a deadline, on a machine that may be slow."""

    def __init__(self, seconds: float, every: float | None) -> None:
        self._seconds, self._spent, self._every, self._looks = seconds, 0.0, every, 0
        self._begun = self._last = time.monotonic()

    @property
    def pause(self) -> float:
        """How long to wait before the next look."""
        if self._every is not None:
            return self._every
        return LOOK_EVERY_SECONDS if self._looks < FIRST_LOOKS else LATER_EVERY_SECONDS

    @property
    def _longest(self) -> float:
        """How much counts of the time since the look before."""
        if self._every is not None:
            return self._every + LOOK_TAKES_SECONDS - LOOK_EVERY_SECONDS
        return LOOK_TAKES_SECONDS if self._looks <= FIRST_LOOKS else LATER_TAKES_SECONDS

    def ends(self) -> bool:
        """Asked once after each look: whether that was the last one."""
        now = time.monotonic()
        self._looks += 1
        self._spent += min(now - self._last, self._longest)
        self._last = now
        return self._spent > self._seconds or now - self._begun > LONGER_AT_MOST * self._seconds


def until(
    look: Callable[[], T],
    what: str | Callable[[], str],
    *,
    seconds: float = 30.0,
    every: float | None = None,
) -> T:
    """The first value of `look` that is true; fails with `what` and the last value otherwise.

    `every` so many seconds it looks: seldom where a look costs a program's start, and the wait is long. By
    default ten times in the first second, and then four times.
    """
    patience = Patience(seconds, every)
    while True:
        found = look()
        if found:
            return found
        if patience.ends():
            told = what if isinstance(what, str) else what()
            msg = f"not within {seconds:g} s: {told}; last seen: {found!r}"
            raise AssertionError(msg)
        time.sleep(patience.pause)


def holds(look: Callable[[], object], what: str, *, seconds: float) -> None:
    """Asserts that `look` is true all the time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        seen = look()
        assert seen, f"{what}; seen: {seen!r}"
        time.sleep(LOOK_EVERY_SECONDS)
