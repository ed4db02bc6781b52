"""What is planned at the other times that it may be, while the clock is not to be trusted. Pure.

Its largest value is a floor beside the schedule: a clock that is wrong raises, and lowers nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.core import Hold, Unavailable, scheduled_by
from firstbell.core.instants import instant_of, minute_of
from firstbell.core.reasons import DecisionReason, LimitReason
from firstbell.engine.deciding.planning import made_plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from firstbell.core import Plan
    from firstbell.core.instants import Minute
    from firstbell.engine.memory.kept_plans import KeptPlans
    from firstbell.engine.pace.timekeeping import OtherTime

KEPT = 2
MARGIN_MINUTES = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Elsewhere:
    """The plan at another time that it may be."""

    time: OtherTime
    plan: Plan

    def next_look(self, after: datetime) -> tuple[datetime, bool] | None:
        """Tell when, by our own clock, it changes next, and whether it rises then."""
        minute = minute_of(after + self.time.ahead)
        following = self.plan.next_write(minute)
        if following is None:
            return None
        return instant_of(following.start) - self.time.ahead, following.value > self.plan.write_at(minute)

    def hold(self, now: datetime, until: datetime) -> Hold:
        """Return what is asked for there; `until` is what a rise that may come early is meant for."""
        minute, ahead = minute_of(now + self.time.ahead), minute_of(until + self.time.ahead)
        there = scheduled_by(self.plan, minute, ahead)
        return Hold(
            replicas=getattr(there, "replicas", 0),
            reason=DecisionReason.CLOCK_UNSURE,
            limit=LimitReason.CLOCK_UNSURE,
            message=f"{there.message}, by {self.time.whose}",
        )


def elsewhere(plan: Plan, kept: KeptPlans, others: Iterable[OtherTime], now: datetime) -> Iterator[Elsewhere]:
    """Yield the same plan at other times; those that are too far from now are made once and kept.

    One that takes too long to make is left out: so does that of now.
    """
    for time in others:
        there = _at(plan, kept, minute_of(now + time.ahead))
        if not isinstance(there, Unavailable):
            yield Elsewhere(time=time, plan=there)


def _at(plan: Plan, kept: KeptPlans, minute: Minute) -> Plan | Unavailable:
    for known in (plan, *kept.elsewhere):
        if known.workload is plan.workload and known.start <= minute < known.end - MARGIN_MINUTES:
            return known
    made = made_plan(plan.workload, minute)
    if not isinstance(made, Unavailable):
        kept.elsewhere = (made, *kept.elsewhere)[:KEPT]
    return made
