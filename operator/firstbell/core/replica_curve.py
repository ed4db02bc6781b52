"""Replicas by minute, kept by the minutes at which they change.

An operator keeps a plan of two days for each of a thousand workloads. One number a minute is 25 KB, for every
peak of a policy again; where it changes, a few hundred bytes to a few KB.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.core.coalesce import changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstbell.core.bells import Minute


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ReplicaCurve:
    """Replicas, before bounds, at each minute of [start, end).

    `changes` are the minutes from which a value holds, ascending, the first of them `start`; `values` are
    those values in the same order.
    """

    start: Minute
    end: Minute
    changes: array[int]
    values: tuple[int, ...]

    def at(self, minute: Minute) -> int:
        """Return the replicas at a minute of the curve."""
        return self.values[bisect_right(self.changes, minute) - 1]

    def between(self, first: Minute, last: Minute) -> list[int]:
        """Return one value a minute over [first, last), which must lie in the curve."""
        values: list[int] = []
        for value, since, until in zip(self.values, self.changes, [*self.changes[1:], self.end], strict=True):
            values += [value] * (min(until, last) - max(since, first))
        return values


def replica_curve(loads: Sequence[int], start: Minute, scale: int = 1) -> ReplicaCurve:
    """Return the curve of one load a minute from `start` on, at least one, in 1/`scale` replicas, rounded up.

    Most minutes are like the one before, so that only where the load changes it is rounded at all.
    """
    at = [0, *changes(loads)]
    rounded = [-(-loads[index] // scale) for index in at]
    kept = [0, *changes(rounded)]
    return ReplicaCurve(
        start=start,
        end=start + len(loads),
        changes=array("q", [start + at[index] for index in kept]),
        values=tuple(rounded[index] for index in kept),
    )
