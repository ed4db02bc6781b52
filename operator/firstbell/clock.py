"""The one place that reads a clock.

Everything else is handed a time, or a `Clock` to ask and to sleep by. A clock may run faster than the
wall, for the demo; it never jumps.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


class SystemClock:
    """The machine's clock, in UTC. It may be set at any time."""

    def now(self) -> datetime:
        """Return the present instant, aware, UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the place

    def monotonic(self) -> float:
        """Return the seconds since some moment, which nobody can set."""
        return steady_seconds()

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds of this clock."""
        await asyncio.sleep(max(0.0, seconds))


class FastClock:
    """A clock that starts at an instant of one's choice and runs `speed` times as fast as the wall."""

    def __init__(self, start: datetime, speed: float) -> None:
        self._start = start
        self._speed = speed
        self._begun = time.monotonic()

    def now(self) -> datetime:
        """Return the instant that this clock has reached, aware, UTC."""
        return self._start + timedelta(seconds=(time.monotonic() - self._begun) * self._speed)

    def monotonic(self) -> float:
        """Return the seconds of this clock since it started."""
        return (time.monotonic() - self._begun) * self._speed

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds of this clock."""
        await asyncio.sleep(max(0.0, seconds / self._speed))


def steady_seconds() -> float:
    """Return the wall's seconds since some moment: never set, in suspension too where it can be told."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


def today(zone: ZoneInfo) -> date:
    """Return the civil date in `zone` now."""
    return SystemClock().now().astimezone(zone).date()
