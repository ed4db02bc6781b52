"""What a count of replicas came to over a stretch of time, against the need: short, and more than needed.

Short is time in which fewer were Ready than needed; waste is replicas, Ready or starting, above the need.
Neither is counted where the need is not known.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from firstbell.lab.record.need import Need
    from firstbell.lab.record.track import Track


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over a stretch. `most_missing` is by how many replicas it was short at its worst.

    `replica_seconds` counts all of the stretch, `waste` (in replica-seconds) what of it was known.
    """

    replica_seconds: int = 0
    short_seconds: int = 0
    most_missing: int = 0
    waste: int = 0
    highest: int = 0


def tally(need: Need, replicas: Track, ready: Track, start: int, end: int) -> Tally:
    """Return the sums over [start, end), in seconds since 1970, which the need must cover."""
    total = short = missing = waste = highest = 0
    needed, known = need.sums_until(start)
    for first, last, count, running in _together(replicas, ready, start, end):
        needed_until, known_until = need.sums_until(last)
        total += count * (last - first)
        highest = max(highest, count)
        most = need.highest(first, last)
        if most > running:
            more, worst = _short(need.entries(first, last), running)
            short += more
            missing = max(missing, worst)
        surplus = count * (known_until - known) - (needed_until - needed)
        if most > count:
            surplus += _above(need.entries(first, last), count)
        waste += surplus
        needed, known = needed_until, known_until
    return Tally(
        replica_seconds=total, short_seconds=short, most_missing=missing, waste=waste, highest=highest
    )


def _short(entries: Iterable[tuple[int, int]], running: int) -> tuple[int, int]:
    """Tell for how long, and at worst by how many, the need was above what ran."""
    short = missing = 0
    for length, wanted in entries:
        if wanted > running:
            short += length
            missing = max(missing, wanted - running)
    return short, missing


def _above(entries: Iterable[tuple[int, int]], count: int) -> int:
    """Return the need above the count, in replica-seconds: what the sums took off too much."""
    return sum((wanted - count) * length for length, wanted in entries if wanted > count)


def _together(replicas: Track, ready: Track, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield the stretches of [start, end) in which both counts stay the same.

    First, last, replicas, Ready.
    """
    one, two = _entry(replicas, start), _entry(ready, start)
    first = start
    while first < end:
        next_one, next_two = _next(replicas, one), _next(ready, two)
        last = min(end, *(at for at in (next_one, next_two) if at is not None), end)
        if last > first:
            yield first, last, replicas.counts[one], ready.counts[two]
        one += last == next_one
        two += last == next_two
        first = last


def _entry(track: Track, second: int) -> int:
    return max(0, bisect_right(track.seconds, second) - 1)


def _next(track: Track, index: int) -> int | None:
    return track.seconds[index + 1] if index + 1 < len(track.seconds) else None
