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
LOOK_TAKES_SECONDS = 0.15
"""As long as one look takes at the most where nothing is in its way, and kubectl is not started for it."""
LONGER_AT_MOST = 4.0
"""How many times as long as it says a deadline is waited for: a look that is slow by itself has an end."""


class Patience:
    """What is left of a deadline, on a machine that may be slow."""

    def __init__(self, seconds: float, every: float) -> None:
        self._seconds, self._spent = seconds, 0.0
        self._look = every + LOOK_TAKES_SECONDS
        self._begun = self._last = time.monotonic()

    def ends(self) -> bool:
        """Asked once after each look: whether that was the last one."""
        now = time.monotonic()
        self._spent += min(now - self._last, self._look)
        self._last = now
        return self._spent > self._seconds or now - self._begun > LONGER_AT_MOST * self._seconds


def until(
    look: Callable[[], T],
    what: str | Callable[[], str],
    *,
    seconds: float = 30.0,
    every: float = LOOK_EVERY_SECONDS,
) -> T:
    """The first value of `look` that is true; fails with `what` and the last value otherwise.

    `every` so many seconds it looks: seldom where a look costs a program's start, and the wait is long.
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
        time.sleep(every)


def holds(look: Callable[[], object], what: str, *, seconds: float) -> None:
    """Asserts that `look` is true all the time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        seen = look()
        assert seen, f"{what}; seen: {seen!r}"
        time.sleep(LOOK_EVERY_SECONDS)
