"""Orders with an end: what people on duty ask of a workload for a while, beside its plan.

An order is in force over [start, end), two instants of the world: a clock that is set or a process that was
away changes nothing about when it ends. A floor joins the maximum of what is planned and what live metrics
ask for; of several the largest counts. A hold wins over all: while it lasts nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firstbell.core.absence import Unavailable
from firstbell.core.decision import Hold
from firstbell.core.reason_words import DecisionReason, LimitReason
from firstbell.core.time_words import api_time
from firstbell.core.visible_text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from firstbell.core.decision import Scheduled

SHOWN_REASON = 200
"""Characters of a reason that are shown in a sentence of ours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """One order: `floor` replicas at least, or `percent` of the plan, or a `hold`; exactly one of them.

    In force over [start, end), both aware instants. `percent` is 100 or more: it may only raise. `reason` is
    a person's text, shown through `visible`.
    """

    name: str
    start: datetime
    end: datetime
    floor: int | None = None
    percent: int | None = None
    hold: bool = False
    reason: str = ""

    def is_in_force(self, now: datetime, until: datetime | None = None) -> bool:
        """Tell whether it counts at `now`, or already for a later instant whose rise may come early."""
        return self.start <= (now if until is None else until) and now < self.end

    def moved(self, by: timedelta) -> Override:
        """Return the same by a clock that is ahead by so much."""
        return replace(self, start=self.start + by, end=self.end + by)

    def replicas(self, scheduled: Scheduled) -> int | None:
        """Return the replicas that it asks for; None for a hold, and for a share of a plan that is unknown.

        A share is rounded up, exactly: 150 % of 3 are 5.
        """
        if self.floor is not None:
            return self.floor
        if self.percent is None or isinstance(scheduled, Unavailable):
            return None
        return -(-scheduled.replicas * self.percent // 100)

    @property
    def ordered(self) -> str:
        """What is ordered, for people: the end of a sentence about it."""
        if self.hold:
            return "holds it: nothing is written"
        if self.floor is not None:
            return f"asks for {self.floor} replicas"
        return f"asks for {self.percent} % of the plan"

    @property
    def sentence(self) -> str:
        """What is ordered, until when and why, for people."""
        why = visible(self.reason, SHOWN_REASON)
        told = f"ScalingOverride {self.name} {self.ordered} until {api_time(self.end)}"
        return f"{told} ({why})" if why else told


def floors_in_force(
    overrides: Iterable[Override], now: datetime, until: datetime, scheduled: Scheduled
) -> tuple[Hold, ...]:
    """Return the floors that orders set at `now`; `until` is what a rise that may come early is meant for."""
    asking = [
        (one, asked)
        for one in overrides
        if one.is_in_force(now, until) and (asked := one.replicas(scheduled)) is not None
    ]
    most = max((asked for _, asked in asking), default=0)
    return tuple(
        Hold(
            replicas=asked,
            reason=DecisionReason.SCALING_OVERRIDE,
            limit=LimitReason.SCALING_OVERRIDE,
            message=one.sentence if asked == most else "",  # only the largest is ever told
            by=one.name,
        )
        for one, asked in asking
    )


def hold_in_force(overrides: Iterable[Override], now: datetime, until: datetime) -> Override | None:
    """Return the order to write nothing, the one that lasts longest of several; None where there is none.

    What is meant for an instant within a hold is not written before it either.
    """
    holds = [one for one in overrides if one.hold and one.is_in_force(now, until)]
    return max(holds, key=lambda one: (one.end, one.name), default=None)


def next_turns(
    overrides: Iterable[Override], now: datetime, until: datetime
) -> tuple[tuple[datetime, bool], ...]:
    """Return the next start after `until` and the next end after `now`, and whether a rise may come of it.

    These a look waits for; each look asks anew for what comes after.
    """
    known = tuple(overrides)
    starts = [one.start for one in known if until < one.start < one.end]
    first = min(starts, default=None)
    turns: list[tuple[datetime, bool]] = []
    if first is not None:
        # A hold is no rise: nothing of it may come early.
        rises = any(one.start == first and not one.hold for one in known)
        turns.append((first, rises))
    ends = [one.end for one in known if one.end > now]
    return (*turns, (min(ends), False)) if ends else tuple(turns)
