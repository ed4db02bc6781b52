"""The load as a control loop sees it, every 15 seconds, and where in it nothing can change.

A year has two million passes of a loop, and in most of them nothing comes of it: the load is within what the
present count carries, or it is below and a higher recommendation of the last minutes still counts. Such
stretches are passed over by comparing numbers; only where something might change is the loop's own code
called. A `Band` errs on the side of calling it: its edges are drawn a little inside of the exact ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from firstbell.core.instants import EPOCH

if TYPE_CHECKING:
    from array import array
    from datetime import datetime
    from fractions import Fraction

SYNC_SECONDS = 15
"""An HPA's pass, and how often firstbell reads metrics."""

LONG_AGO = -(10**9)
_INSIDE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Ticks:
    """The load at every tick: `values[i]` at second `first + 15 i` since 1970, NaN where it is not known.

    `needs[i]` is how many replicas carry it.
    """

    first: int
    values: array[float]
    needs: array[int]

    def second(self, tick: int) -> int:
        """Tell when a tick is, in seconds since 1970."""
        return self.first + SYNC_SECONDS * tick

    def instant(self, tick: int) -> datetime:
        """Tell when a tick is."""
        return EPOCH + timedelta(seconds=self.first + SYNC_SECONDS * tick)

    def at(self, second: int) -> int:
        """Return the first tick at a second or later."""
        return -(-(second - self.first) // SYNC_SECONDS)


class Band(NamedTuple):
    """The loads that ask for just the present count: from `low` to `high`, both included.

    A load below is passed over, too, while a tick at which the present count (or more) was asked for is less
    than `window` ticks ago. `unknown_holds`: a load that is not known asks for the present count.
    """

    low: float
    high: float
    window: int
    unknown_holds: bool

    def clearly_outside(self, value: float) -> bool:
        """Tell whether a load is outside of the exact edges, too, not just of those drawn inside of them."""
        return value < self.low - abs(self.low) * 4 * _INSIDE or value > self.high + self.high * 4 * _INSIDE

    def holds(self, value: float) -> bool:
        """Tell whether a load asks for just the present count."""
        return self.low <= value <= self.high


def band_edge(load: Fraction, *, inside: int) -> float:
    """Return an edge of a band as a float that is surely inside.

    `inside` is 1 for a low edge, -1 for a high one.
    """
    return float(load) * (1 + inside * _INSIDE)


NOTHING_BELOW, NOTHING_ABOVE = -inf, inf


class Scan:
    """A way through the ticks from `start` on, in search of one at which something might change.

    `asked` is the last tick before `start` at which the present count or more was asked for.
    """

    def __init__(self, ticks: Ticks, band: Band, start: int, asked: int) -> None:
        self._ticks, self._band = ticks, band
        self._at, self._asked = start, asked

    def until(self, stop: int) -> int:
        """Return the first tick before `stop` at which something might change, or `stop`.

        It may be asked again.
        """
        values, (low, high, window, unknown_holds), asked = self._ticks.values, self._band, self._asked
        for tick in range(self._at, stop):
            value = values[tick]
            if value > high:
                break
            if value < low:
                if tick - asked >= window:
                    break
            elif value >= low or unknown_holds:
                asked = tick
        else:
            tick = max(stop, self._at)
        self._at, self._asked = tick, asked
        return min(tick, stop)


def first_known(ticks: Ticks, start: int, stop: int) -> int:
    """Return the first tick of [start, stop) whose load is known, or `stop`."""
    values = ticks.values
    for tick in range(start, stop):
        # NaN is the only value that differs from itself.
        if values[tick] == values[tick]:
            return tick
    return stop


def ticks_in(window: timedelta) -> int:
    """Tell how many ticks after a recommendation it is out of a window."""
    return -(-int(window.total_seconds()) // SYNC_SECONDS)
