"""The plans of a day, each made with what had been announced by then."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from firstbell.core import Plan, Workload, make_plan
from firstbell.core.calendar import known_by, told_between
from firstbell.core.instants import Minute, instant_of


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class KnownPlans:
    """The plan in force at each minute of an interval: `plans[i]` from `since[i]` on."""

    since: tuple[Minute, ...]
    plans: tuple[Plan, ...]

    def at(self, minute: Minute) -> Plan:
        """Return the plan that was made with what is known at a minute."""
        return self.plans[max(0, bisect_right(self.since, minute) - 1)]


def known_plans(workload: Workload, start: Minute, end: Minute) -> KnownPlans:
    """Return the plans over [start, end).

    One at its start, and one for each time at which something was told.
    """
    since = (start, *told_between(workload, start, end))
    plans = tuple(make_plan(known_by(workload, instant_of(minute)), start, end) for minute in since)
    return KnownPlans(since=since, plans=plans)
