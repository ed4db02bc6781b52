"""What `decide` is handed, from a situation and the memory. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.absence import Unavailable
from firstbell.core.bells import minute_of
from firstbell.core.decide import Ceiling, Observation
from firstbell.core.reasons import LimitReason
from firstbell.core.scheduled import raised_by_surge, scheduled_by
from firstbell.engine.deciding.situation import ByFloor, ByScale, Situation
from firstbell.engine.deciding.zero import Zero, persons_zero
from firstbell.engine.seen.store import SeenWorkload
from firstbell.kinds.school_autoscaler import OnCalendarError

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.core.bells import Minute
    from firstbell.core.decide import Hold
    from firstbell.core.plan import Plan
    from firstbell.engine.memory import Memory


def observation(  # noqa: PLR0913, PLR0917 - what a decision depends on
    stands: Situation,
    actuator: ByFloor | ByScale,
    plan: Plan | Unavailable,
    memory: Memory,
    now: datetime,
    holds: tuple[Hold, ...] = (),
) -> Observation:
    """What `decide` is handed."""
    minute, ahead = minute_of(now), minute_of(max(now, memory.acted_for or now))
    workload = stands.workload
    current = workload.replicas if isinstance(workload, SeenWorkload) else None
    disabled = persons_zero(stands, memory.zero or Zero())
    if isinstance(actuator, ByFloor):
        held = actuator.held
    else:
        held = memory.last_desired if memory.last_desired is not None else current
    return Observation(
        now=now,
        baseline=actuator.baseline,
        scheduled=raised_by_surge(scheduled_by(plan, minute, ahead), memory.surge, minute, actuator.baseline),
        holds=holds,
        metrics=stands.live,
        tolerance=stands.rules.tolerance,
        behavior=stands.rules.behavior,
        history=memory.history,
        ceiling=_ceiling(stands, actuator),
        held=held,
        hold_until=memory.hold_until,
        current=current,
        ready=workload.ready if isinstance(workload, SeenWorkload) else None,
        beside_autoscaler=isinstance(actuator, ByFloor),
        still_to_come=_still_to_come(plan, minute) if stands.live else 0,
        reactive_only=stands.rules.on_calendar_error is OnCalendarError.REACTIVE_ONLY,
        disabled=bool(disabled),
        disabled_by=disabled,
    )


def _still_to_come(plan: Plan | Unavailable, minute: Minute) -> int:
    return 0 if isinstance(plan, Unavailable) else plan.still_to_come_at(minute)


def _ceiling(stands: Situation, actuator: ByFloor | ByScale) -> Ceiling:
    """The tighter of the spec's own maximum and the autoscaler's, and whose it is."""
    if isinstance(actuator, ByScale):
        return Ceiling(replicas=actuator.maximum)
    theirs, ours = actuator.seen.autoscaler.maximum, stands.rules.maximum
    if ours is not None and ours < theirs:
        return Ceiling(replicas=max(ours, actuator.baseline))
    return Ceiling(replicas=theirs, reason=LimitReason.AUTOSCALER_MAX_REPLICAS)
