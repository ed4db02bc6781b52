"""A load that was written down: values by second, and stretches of which nothing is known.

A sample counts until the next one, but for so long only as readings count anywhere else in firstbell (five
minutes, which is Prometheus' own look-back too): after that the load is not known until the next sample. Not
known is not zero: such time asks for no replicas and proves no shortage, it is told.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass
from math import isfinite, nan
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SECONDS_PER_MINUTE = 60
SAMPLE_COUNTS_SECONDS = 5 * SECONDS_PER_MINUTE
"""How long a sample counts where no other follows it."""


class Sample(NamedTuple):
    """A value at a whole second since 1970-01-01T00:00Z; NaN where what was written is no load."""

    second: int
    value: float


class Gap(NamedTuple):
    """A stretch [start, end), in seconds since 1970, of which the load is not known."""

    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Recording:
    """A load over [start, end), in seconds since 1970.

    Entry i covers from `starts[i]` to the next entry's start, the last one to `end`; its value is NaN where
    the load is not known. `samples` is how many values were written down, `unusable` how many of them were
    no load (not a number, infinite, below zero).
    """

    starts: array[int]
    values: array[float]
    end: int
    samples: int
    unusable: int

    @property
    def start(self) -> int:
        """The first sample's second."""
        return self.starts[0]

    def gaps(self) -> Iterator[Gap]:
        """Yield every stretch that is not known, in order of time."""
        began: int | None = None
        for start, value in zip(self.starts, self.values, strict=True):
            # NaN is the only value that differs from itself.
            if value != value:  # noqa: PLR0124
                began = start if began is None else began
            elif began is not None:
                yield Gap(began, start)
                began = None
        if began is not None:
            yield Gap(began, self.end)

    def between(self, start: int, end: int) -> Recording | None:
        """Return the part of the recording in [start, end), or None where there is none."""
        start, end = max(start, self.start), min(end, self.end)
        if start >= end:
            return None
        first = bisect_right(self.starts, start) - 1
        last = bisect_right(self.starts, end - 1)
        starts = self.starts[first:last]
        starts[0] = start
        values = self.values[first:last]
        # NaN is the only value that differs from itself.
        known = sum(value == value for value in values)  # noqa: PLR0124
        return Recording(starts=starts, values=values, end=end, samples=known, unusable=self.unusable)

    def every(self, seconds: int) -> tuple[int, array[float]]:
        """Return the value in force at each whole multiple of so many seconds.

        The first of them, and the values.
        """
        first = -(-self.start // seconds) * seconds
        if self.starts[0] == first and _regular(self.starts, self.end, seconds):
            return first, self.values
        found: array[float] = array("d")
        ends = [*self.starts[1:], self.end]
        tick = first
        for end, value in zip(ends, self.values, strict=True):
            ticks = max(0, -(-(end - tick) // seconds))
            if ticks == 1:
                found.append(value)
            elif ticks:
                found.extend([value] * ticks)
            tick += ticks * seconds
        return first, found


def recorded(samples: Iterable[Sample], counts_seconds: int = SAMPLE_COUNTS_SECONDS) -> Recording | None:
    """Return the recording that samples in ascending order of time make, or None where there is none at all.

    Of several in one second the highest counts: replicas must carry it. The last one counts as long as the
    one before it did. What stands before the first usable sample and after the last is left out.
    """
    starts: array[int] = array("q")
    values: array[float] = array("d")
    count = unusable = 0
    before, counts_until, step = -1, -1, counts_seconds
    for second, written in samples:
        count += 1
        value = written
        if not 0 <= written < float("inf"):
            unusable += 1
            value = nan
        if second == before:
            _higher(values, value)
            continue
        if starts:
            step = min(counts_seconds, second - before)
            if second > counts_until:
                starts.append(counts_until)
                values.append(nan)
        starts.append(second)
        values.append(value)
        before, counts_until = second, second + counts_seconds
    return _trimmed(starts, values, before + step, count, unusable)


def _higher(values: array[float], value: float) -> None:
    if not value <= values[-1] and isfinite(value):
        values[-1] = value


def _trimmed(
    starts: array[int], values: array[float], end: int, count: int, unusable: int
) -> Recording | None:
    """Leave out unknown stretches at both ends: the recording begins and ends with what is known."""
    first = next((index for index, value in enumerate(values) if isfinite(value)), None)
    if first is None:
        return None
    last = len(values)
    while not isfinite(values[last - 1]):
        last -= 1
    end = starts[last] if last < len(starts) else end
    return Recording(
        starts=starts[first:last], values=values[first:last], end=end, samples=count, unusable=unusable
    )


def _regular(starts: array[int], end: int, seconds: int) -> bool:
    """Tell whether an entry starts at every multiple of so many seconds and at no other time."""
    return len(starts) == -(-(end - starts[0]) // seconds) and all(start % seconds == 0 for start in starts)
