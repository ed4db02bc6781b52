"""Replicas by minute, kept by the minutes at which they change.

An operator keeps a plan of two days for each of a thousand workloads. One number a minute is 25 KB, for every
peak of a policy again; where it changes, a few hundred bytes to a few KB.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.domain.coalesce import merge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstbell.domain.bells import Minute
    from firstbell.domain.coalesce import Run


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
        """The replicas at a minute of the curve."""
        return self.values[bisect_right(self.changes, minute) - 1]

    def between(self, first: Minute, last: Minute) -> list[int]:
        """One value a minute over [first, last), which must lie in the curve."""
        values: list[int] = []
        for value, since, until in zip(self.values, self.changes, [*self.changes[1:], self.end], strict=True):
            values += [value] * (min(until, last) - max(since, first))
        return values


def replica_curve(runs: Iterable[Run]) -> ReplicaCurve:
    """The curve of runs that follow each other, at least one; equal neighbours become one."""
    merged = merge(runs)
    return ReplicaCurve(
        start=merged[0].start,
        end=merged[-1].end,
        changes=array("q", [run.start for run in merged]),
        values=tuple(run.value for run in merged),
    )
