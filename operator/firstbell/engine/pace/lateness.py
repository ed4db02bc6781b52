"""How much later than was asked for a wake-up is followed: from when it was due to the look that it is for.

What an event wakes is not asked for at a time, and has no delay: a start looks at thousands one after the
other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from datetime import timedelta

K = TypeVar("K", bound="Hashable")


class Lateness(Generic[K]):
    """Wake-ups that have come due and are not followed yet, by the `steady` seconds of a clock."""

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._due: dict[K, float] = {}

    def came_due(self, key: K, ago: timedelta) -> None:
        """Note that a wake-up came due so long ago; the first of a key counts."""
        self._due.setdefault(key, self._steady() - max(0.0, ago.total_seconds()))

    def followed(self, key: K) -> float | None:
        """Return after how many seconds the look begins that a wake-up is for; None where there was none."""
        due = self._due.pop(key, None)
        return None if due is None else max(0.0, self._steady() - due)

    def forget(self, key: K) -> None:
        """Forget a key: what it was to be looked at for is gone."""
        self._due.pop(key, None)
