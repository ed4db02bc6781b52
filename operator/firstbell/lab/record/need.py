"""What a load means in replicas: its value divided by what one replica carries, rounded up, exactly.

A year of samples every 15 seconds is two million of them, so values are floats and the division is one too;
only where its result is so near to a whole number that rounding could decide, it is done again with exact
fractions. A replica more or less by a rounding error would be a shortage that was none.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import ceil, nan
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.lab.record.recording import Recording

UNKNOWN = -1
"""In place of a need that is not known."""
MOST_REPLICAS = 2**31 - 1
_DOUBTFUL = 1e-9


def exact(value: float) -> Fraction:
    """Return the number that somebody wrote down and that was read as this float: 0.1 is one tenth."""
    return Fraction(repr(value))


def need_of(value: float, per_replica: Fraction) -> int:
    """Return the replicas that carry a load; UNKNOWN for NaN."""
    # NaN is the only value that differs from itself.
    if value != value:  # noqa: PLR0124
        return UNKNOWN
    return min(MOST_REPLICAS, ceil(exact(value) / per_replica))


def needs_of(values: array[float], per_replica: Fraction) -> array[int]:
    """Return what `need_of` does, for many."""
    found: array[int] = array("q")
    add = found.append
    factor, most = float(1 / per_replica), float(MOST_REPLICAS)
    before, same = nan, UNKNOWN
    for value in values:
        # A load often stays for many samples.
        if value == before:
            add(same)
            continue
        about = value * factor
        if about < most:
            whole = int(about)
            over = about - whole
            near = _DOUBTFUL * (about + 1)
            if near < over < 1 - near:
                add(whole + 1)
                continue
        before, same = value, need_of(value, per_replica)
        add(same)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """The need over [start, end), in seconds since 1970, with running sums so that any stretch adds up fast.

    Entry i covers from `starts[i]` to the next entry's start. `needed[i]` is the sum of need times seconds of
    the known entries before it, `known[i]` that of their seconds.
    """

    starts: array[int]
    replicas: array[int]
    end: int
    needed: array[int]
    known: array[int]

    @property
    def start(self) -> int:
        """The first second."""
        return self.starts[0]

    def highest(self, start: int, end: int) -> int:
        """Return the highest need in [start, end), UNKNOWN where all of it is unknown."""
        return max(self.replicas[self.first(start) : self.after(end)], default=UNKNOWN)

    def first(self, second: int) -> int:
        """Return the entry that covers a second."""
        return max(0, bisect_right(self.starts, second) - 1)

    def after(self, second: int) -> int:
        """Return the first entry that starts at a second or later."""
        return bisect_left(self.starts, second)

    def entries(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the entries of [start, end): for how many seconds of it, and the need."""
        size = len(self.starts)
        for index in range(self.first(start), self.after(end)):
            until = self.starts[index + 1] if index + 1 < size else self.end
            yield min(until, end) - max(self.starts[index], start), self.replicas[index]

    def sums_until(self, second: int) -> tuple[int, int]:
        """Return need times seconds, and known seconds, from the start until a second."""
        index = self.first(second)
        replicas = self.replicas[index]
        if replicas == UNKNOWN:
            return self.needed[index], self.known[index]
        into = max(0, second - self.starts[index])
        return self.needed[index] + replicas * into, self.known[index] + into


def need_over(recording: Recording, per_replica: Fraction) -> Need:
    """Return what a recording needs, second by second."""
    starts, replicas = recording.starts, needs_of(recording.values, per_replica)
    lengths = array(
        "q", (after - start for start, after in zip(starts, [*starts[1:], recording.end], strict=True))
    )
    known = [length if need >= 0 else 0 for need, length in zip(replicas, lengths, strict=True)]
    needed = (need * length for need, length in zip(replicas, known, strict=True))
    return Need(
        starts=starts,
        replicas=replicas,
        end=recording.end,
        needed=array("q", accumulate(needed, initial=0)),
        known=array("q", accumulate(known, initial=0)),
    )
