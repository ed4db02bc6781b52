"""Plans as they could be made at the time: an exception counts from when it was announced.

The operator plans anew with each edit, so the schedule of a long time is that of several calendars one after
the other, each from one announcement to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from firstbell.core import Plan, Workload, make_plan
from firstbell.core.calendar import known_by, told_between
from firstbell.core.instants import instant_of

if TYPE_CHECKING:
    from firstbell.core.instants import Minute


@dataclass(frozen=True, slots=True, eq=False)
class KnownPlan:
    """The plan that was in force over [start, end)."""

    start: Minute
    end: Minute
    plan: Plan


def plans_known_then(workload: Workload, start: Minute, end: Minute) -> tuple[KnownPlan, ...]:
    """Return the plans over [start, end), one after the other, each with what was announced by its start."""
    edges = [start, *told_between(workload, start, end), end]
    return tuple(
        KnownPlan(first, last, make_plan(known_by(workload, instant_of(first)), first, last))
        for first, last in pairwise(edges)
    )
