"""One decision: how many replicas now, and why.

`decide` is pure and knows only what it is handed. Its order is the design's: the proposal is the largest of
baseline, schedule and live metrics; then limits, each with its reason; minimum and maximum always win. What
is not known never lowers anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from firstbell.domain.absence import Unavailable
from firstbell.domain.reasons import DecisionReason, LimitReason

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Recommendation:
    """A replica count with its source, before limits."""

    replicas: int
    reason: DecisionReason
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """A step that changed the value: from `before` to `after`, and why."""

    reason: LimitReason
    before: int
    after: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Ceiling:
    """The most replicas allowed, and whose bound it is."""

    replicas: int
    reason: LimitReason = LimitReason.TOO_MANY_REPLICAS


Scheduled: TypeAlias = Recommendation | Unavailable


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """Everything that one decision depends on.

    `held` is the value that is in force now (our floor, or the replicas that we set), None before the
    first; `hold_until` is the end of the time in which a restart may not lower it. `disabled` says that a
    person set the workload to 0 replicas.
    """

    now: datetime
    baseline: int
    scheduled: Scheduled
    reactive: tuple[Recommendation | Unavailable, ...] = ()
    ceiling: Ceiling | None = None
    held: int | None = None
    hold_until: datetime | None = None
    stabilized: int | None = None
    disabled: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What this tick will bring about. `desired` None: nothing is written."""

    desired: int | None
    reason: DecisionReason
    message: str
    scheduled: int | None = None
    reactive: int | None = None
    limits: tuple[Limit, ...] = ()


def decide(seen: Observation) -> Decision:
    """The desired replicas for what was seen."""
    scheduled = None if isinstance(seen.scheduled, Unavailable) else seen.scheduled
    known = [metric for metric in seen.reactive if not isinstance(metric, Unavailable)]
    reactive = max((metric.replicas for metric in known), default=None)
    if seen.disabled:
        return Decision(
            desired=None,
            reason=DecisionReason.HANDS_OFF,
            message="a person set the workload to 0 replicas: nothing is written until they set it back",
            scheduled=scheduled.replicas if scheduled else None,
            reactive=reactive,
        )
    proposal = Recommendation(
        replicas=seen.baseline, reason=DecisionReason.BASELINE, message=f"the baseline, {seen.baseline}"
    )
    for candidate in (scheduled, *known):
        if candidate is not None and candidate.replicas > proposal.replicas:
            proposal = candidate
    desired, limits = _limit(seen, proposal)
    reason, message = proposal.reason, proposal.message
    if limits and limits[0].reason is LimitReason.HELD_WITHOUT_PLAN:
        reason = DecisionReason.HELD_LAST_PLAN
        message = seen.scheduled.message if isinstance(seen.scheduled, Unavailable) else message
    return Decision(
        desired=desired,
        reason=reason,
        message=message,
        scheduled=scheduled.replicas if scheduled else None,
        reactive=reactive,
        limits=limits,
    )


def _limit(seen: Observation, proposal: Recommendation) -> tuple[int, tuple[Limit, ...]]:
    """The proposal through every limit, in order."""
    value = proposal.replicas
    limits: list[Limit] = []

    def apply(reason: LimitReason, after: int) -> None:
        nonlocal value
        if after != value:
            limits.append(Limit(reason=reason, before=value, after=after))
            value = after

    if seen.held is not None and seen.held > value:
        blind = isinstance(seen.scheduled, Unavailable) or any(
            isinstance(metric, Unavailable) for metric in seen.reactive
        )
        if blind:
            apply(LimitReason.HELD_WITHOUT_PLAN, seen.held)
        elif seen.hold_until is not None and seen.now < seen.hold_until:
            apply(LimitReason.HELD_AFTER_RESTART, seen.held)
    if seen.stabilized is not None:
        apply(LimitReason.SCALE_DOWN_STABILIZED, max(value, seen.stabilized))
    apply(LimitReason.TOO_FEW_REPLICAS, max(value, seen.baseline))
    if seen.ceiling is not None:
        apply(seen.ceiling.reason, min(value, seen.ceiling.replicas))
    return value, tuple(limits)
