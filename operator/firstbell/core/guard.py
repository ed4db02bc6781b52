"""The guard of a peak: what a count must not fall below while an occurrence is under way.

An occurrence is under way from the first minute of its first cohort's ramp to the end of its last cohort's
hold. Live metrics that dip in that time (a login fails, a proxy restarts) must not take away what is needed
minutes later, so the highest scheduled value still to come in the occurrence is the least to fall to.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.core.bells import Minute
    from firstbell.core.demand import RegionLoad
    from firstbell.core.replica_curve import ReplicaCurve


def still_to_come(
    loads: tuple[RegionLoad, ...], wanted: ReplicaCurve, start: Minute, end: Minute
) -> list[int]:
    """Return for each minute of [start, end) the highest scheduled value before bounds still to come.

    In any of the occurrences that are under way at that minute; 0 where none is. The curve must cover the
    interval; of an occurrence that goes on after the curve's end the rest is not known and not counted.
    """
    replicas = wanted.between(start, wanted.end)
    coming = sorted(set(_spans(loads)), reverse=True)
    least = []
    highest: deque[int] = deque()  # places of values still to come, each lower than the one before it
    ahead = until = start
    for minute in range(start, end):
        while coming and coming[-1][0] <= minute:
            until = max(until, coming.pop()[1])  # of all under way the one that ends last knows most
        while ahead < min(until, wanted.end):
            while highest and replicas[highest[-1]] <= replicas[ahead - start]:
                highest.pop()
            highest.append(ahead - start)
            ahead += 1
        while highest and highest[0] < minute - start:
            highest.popleft()
        least.append(replicas[highest[0]] if highest and minute < until else 0)
    return least


def _spans(loads: tuple[RegionLoad, ...]) -> Iterator[tuple[Minute, Minute]]:
    """Yield from when to when, in minutes, each occurrence that asks for anything is under way."""
    for load in loads:
        if not load.offsets:
            continue
        earliest, latest = load.offsets[0][0], load.offsets[-1][0]
        for surge in load.surges:
            if not surge.height:
                continue
            one = surge.occurrence
            before, after = (earliest, latest) if one.shifts_with_cohorts else (0, 0)
            yield one.load_start + before, max(one.full_end, one.full_start + 1) + after
