"""What `decide` is handed, from a situation and the memory. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.api.school_autoscaler import OnCalendarError
from firstbell.domain.absence import Unavailable
from firstbell.domain.bells import minute_of
from firstbell.domain.decide import Ceiling, Observation, Recommendation
from firstbell.domain.reasons import DecisionReason, LimitReason
from firstbell.domain.surge_correction import AS_PLANNED, corrected
from firstbell.domain.upcoming import peak_at, peak_sentence
from firstbell.engine.situation import ByFloor, ByScale, Situation
from firstbell.engine.store import SeenWorkload
from firstbell.engine.written import api_time

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.domain.bells import Minute
    from firstbell.domain.plan import Plan
    from firstbell.domain.surge_correction import SurgeHistory
    from firstbell.engine.memory import Memory


def observation(
    stands: Situation,
    actuator: ByFloor | ByScale,
    plan: Plan | Unavailable,
    memory: Memory,
    now: datetime,
) -> Observation:
    """What `decide` is handed."""
    minute, ahead = minute_of(now), minute_of(max(now, memory.acted_for or now))
    workload = stands.workload
    current = workload.replicas if isinstance(workload, SeenWorkload) else None
    disabled = current == 0 and actuator.baseline > 0
    if isinstance(actuator, ByFloor):
        held = actuator.held
    else:
        held = memory.last_desired if memory.last_desired is not None else current
    return Observation(
        now=now,
        baseline=actuator.baseline,
        scheduled=raised_by_surge(scheduled_by(plan, minute, ahead), memory.surge, minute, actuator.baseline),
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
        disabled=disabled,
    )


def scheduled_by(plan: Plan | Unavailable, minute: Minute, ahead: Minute) -> Recommendation | Unavailable:
    """What the plan asks for: the write in force, or one a little ahead that may come early."""
    if isinstance(plan, Unavailable):
        return plan
    replicas = max(plan.write_at(minute), plan.write_at(ahead), plan.wanted_at(minute))
    peak = peak_at(plan, ahead) if replicas > plan.workload.bounds.minimum else None
    return Recommendation(
        replicas=replicas,
        reason=DecisionReason.SCHEDULED_PEAK,
        message=peak_sentence(peak) if peak else "the schedule asks for no more than the minimum",
    )


def raised_by_surge(
    scheduled: Recommendation | Unavailable, surge: SurgeHistory | None, minute: Minute, baseline: int
) -> Recommendation | Unavailable:
    """The schedule, raised where more pupils came early than were planned; what is no peak is not."""
    percent = surge.percent_at(minute) if surge is not None else AS_PLANNED
    if surge is None or percent <= AS_PLANNED:
        return scheduled
    if isinstance(scheduled, Unavailable) or scheduled.replicas <= baseline:
        return scheduled
    since = f" at {api_time(surge.since)}" if surge.since else ""
    return Recommendation(
        replicas=corrected(scheduled.replicas, percent),
        reason=DecisionReason.SURGE_CORRECTION,
        message=f"{scheduled.message}; {percent} % of the arrivals that were planned had come{since}: the "
        f"plan's {scheduled.replicas} are raised to {percent} %",
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
