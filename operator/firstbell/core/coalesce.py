"""Fewer writes from a schedule, upwards only.

A ramp from 4 to 307 is 32 steps, its decay 60 more, and every write is a new size for a user's workload.
So, before a schedule is executed:
  * rises and falls are made on five-minute marks (UTC): a rise may come up to five minutes early, never late,
    and a fall up to five minutes late, never early;
  * a fall is left out where a value at least as high returns within the hold gap.
The marks are those of the clock, not of the question: what is written at a minute does not depend on when a
plan was asked for, or for how long. `operator/decisions/0027-falls-on-five-minute-marks.md` has the reasons.
"""

from __future__ import annotations

from itertools import compress, islice, pairwise
from operator import ne
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from firstbell.core.bells import Minute

MARK_MINUTES = 5


class Run(NamedTuple):
    """A value that holds over [start, end), in minutes. A tuple, because plans make many of them."""

    start: Minute
    end: Minute
    value: int


def context_minutes(hold_gap_minutes: int) -> int:
    """Tell how far around an interval its values must be known for its writes to be known."""
    return hold_gap_minutes + MARK_MINUTES


def changes(values: Sequence[object]) -> Iterator[int]:
    """Return the places at which a value differs from the one before it."""
    return compress(range(1, len(values)), map(ne, values, islice(values, 1, None)))


def runs_of(values: Sequence[int], start: Minute) -> list[Run]:
    """Return one value a minute as runs of equal values."""
    if not values:
        return []
    edges = [0, *changes(values), len(values)]
    return [Run(start + begin, start + end, values[begin]) for begin, end in pairwise(edges)]


def highest_by_mark(values: Sequence[int], start: Minute) -> list[Run]:
    """Return the highest of one value a minute in each five minutes from their mark on.

    What comes out are changes, made on marks.
    """
    to_mark = -start % MARK_MINUTES
    begins = [*([0] if to_mark else []), *range(to_mark, len(values), MARK_MINUTES)]
    edges = [*begins, len(values)]
    highest = [max(values[begin:end]) for begin, end in pairwise(edges)]
    return [
        Run(start + edges[first], start + edges[last], value) for first, last, value in runs_of(highest, 0)
    ]


def merge(runs: Iterable[Run]) -> list[Run]:
    """Return the same values with equal neighbours as one run, empty runs left out."""
    merged: list[Run] = []
    for run in runs:
        if run.start == run.end:
            continue
        if merged and merged[-1].value == run.value:
            merged.append(Run(merged.pop().start, run.end, run.value))
        else:
            merged.append(run)
    return merged


def coalesce(marked: Iterable[Run], hold_gap_minutes: int) -> list[Run]:
    """Return what is written instead of a schedule, of which `marked` is the highest by mark, equals merged.

    Raises every dip that lasts at most the hold gap to the lower of its two shores, as water would: never
    less than the schedule at any minute, with fewer changes. The runs must follow each other.
    """
    filled: list[Run] = []
    for run in marked:
        while len(filled) > 1 and filled[-1].value < min(filled[-2].value, run.value):
            dip = filled[-1]
            if run.start - dip.start > hold_gap_minutes:
                break
            filled.pop()
            level = min(filled[-1].value, run.value)
            start = filled.pop().start if filled[-1].value == level else dip.start
            filled.append(Run(start, run.start, level))
        if filled and filled[-1].value == run.value:
            filled.append(Run(filled.pop().start, run.end, run.value))
        else:
            filled.append(run)
    return filled
