"""What keeps a recommendation from being followed at once: an HPA's `behavior`, and the guard of a peak.

Pure functions of a wanted count, the count in force and the history; each says by how much and why. The
rules are those of autoscaling/v2, whose order is stabilization, then rate:
  * a rise goes no higher than the lowest, a fall no lower than the highest recommendation of its window, and
    neither turns the direction round;
  * a rate policy counts from the replicas at the start of its period: those in force, less what the count
    was changed by within it. Percentages are rounded up for rises, down for falls (so a fall by percent may
    come to one replica more);
  * of several policies Max allows the largest change, Min the smallest, Disabled none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.core.behavior import RateType, SelectPolicy
from firstbell.core.reason_words import LimitReason

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.core.behavior import Behavior, RatePolicy, ScalingRules
    from firstbell.core.history import History


MOST = 2**31 - 1
"""The limit where no policy sets one."""


SLOWING = frozenset(
    {
        LimitReason.SCALE_UP_STABILIZED,
        LimitReason.SCALE_DOWN_STABILIZED,
        LimitReason.SCALE_UP_LIMIT,
        LimitReason.SCALE_DOWN_LIMIT,
    }
)
"""The limits that time alone takes away."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """A step that changed the value: from `before` to `after`, and why."""

    reason: LimitReason
    before: int
    after: int


def behaved(
    wanted: int, current: int, history: History, behavior: Behavior, now: datetime
) -> tuple[int, tuple[Limit, ...]]:
    """Return what an HPA would make of a recommendation, before its bounds.

    Stabilized, then limited in rate.
    """
    if wanted == current:
        return wanted, ()
    limits: list[Limit] = []
    value = stabilized(wanted, current, history, behavior, now)
    if value != wanted:
        rises = wanted > current
        reason = LimitReason.SCALE_UP_STABILIZED if rises else LimitReason.SCALE_DOWN_STABILIZED
        limits.append(Limit(reason=reason, before=wanted, after=value))
    if value > current:
        most = max(current, scale_up_limit(current, history, behavior.up, now))
        if most < value:
            disabled = behavior.up.select is SelectPolicy.DISABLED
            reason = LimitReason.SCALE_UP_DISABLED if disabled else LimitReason.SCALE_UP_LIMIT
            limits.append(Limit(reason=reason, before=value, after=most))
            value = most
    elif value < current:
        least = min(current, scale_down_limit(current, history, behavior.down, now))
        if least > value:
            disabled = behavior.down.select is SelectPolicy.DISABLED
            reason = LimitReason.SCALE_DOWN_DISABLED if disabled else LimitReason.SCALE_DOWN_LIMIT
            limits.append(Limit(reason=reason, before=value, after=least))
            value = least
    return value, tuple(limits)


def stabilized(wanted: int, current: int, history: History, behavior: Behavior, now: datetime) -> int:
    """Return the recommendation with recent ones regarded.

    It is the count in force where these disagree on its side.
    """
    if wanted > current:
        return max(current, history.lowest_within(behavior.up.window, now, wanted))
    if wanted < current:
        return min(current, history.highest_within(behavior.down.window, now, wanted))
    return wanted


def scale_up_limit(current: int, history: History, rules: ScalingRules, now: datetime) -> int:
    """Return the most replicas that the policies allow now; it may be below `current`, which then stays."""
    if rules.select is SelectPolicy.DISABLED:
        return current
    allowed = [
        _most(policy, current - history.change_within(policy.period, now)) for policy in rules.policies
    ]
    if not allowed:
        return MOST
    return min(allowed) if rules.select is SelectPolicy.MIN else max(allowed)


def scale_down_limit(current: int, history: History, rules: ScalingRules, now: datetime) -> int:
    """Return the least replicas that the policies allow now; it may be above `current`, which then stays."""
    if rules.select is SelectPolicy.DISABLED:
        return current
    allowed = [
        _least(policy, current - history.change_within(policy.period, now)) for policy in rules.policies
    ]
    if not allowed:
        return 0
    return max(allowed) if rules.select is SelectPolicy.MIN else min(allowed)


def _most(policy: RatePolicy, at_start: int) -> int:
    """Round up: a few percent of a few replicas would else be no rise, for ever."""
    if policy.type is RateType.PODS:
        return at_start + policy.value
    return -(-at_start * (100 + policy.value) // 100)


def _least(policy: RatePolicy, at_start: int) -> int:
    """Round down, as an HPA does."""
    if policy.type is RateType.PODS:
        return at_start - policy.value
    return at_start * (100 - policy.value) // 100


def guarded(value: int, held: int | None, still_to_come: int, was_scheduled: int | None) -> int:
    """Return the value after the guard of the peaks under way.

    While a peak is under way, what live metrics have brought the count to does not fall below the highest
    scheduled value that is still to come in it. What the schedule brought about (`was_scheduled`, None where
    that is not known) falls with the schedule. Nothing is raised.
    """
    if held is None or value >= held or (was_scheduled is not None and held <= was_scheduled):
        return value
    return max(value, min(held, still_to_come))
