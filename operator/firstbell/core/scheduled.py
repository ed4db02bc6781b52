"""What a plan asks for at a minute, as `decide` takes it.

Here and not in the operator, because a simulated day asks the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.absence import Unavailable
from firstbell.core.decision import Recommendation
from firstbell.core.reason_words import DecisionReason
from firstbell.core.surge_correction import AS_PLANNED, corrected
from firstbell.core.time_words import api_time
from firstbell.core.upcoming import peak_at, peak_sentence

if TYPE_CHECKING:
    from firstbell.core.bells import Minute
    from firstbell.core.plan import Plan
    from firstbell.core.surge_correction import SurgeHistory


def scheduled_by(plan: Plan | Unavailable, minute: Minute, ahead: Minute) -> Recommendation | Unavailable:
    """Return what the plan asks for: the write in force, or one a little ahead that may come early."""
    if isinstance(plan, Unavailable):
        return plan
    replicas = max(plan.write_at(minute), plan.wanted_at(minute))
    if ahead != minute:
        replicas = max(replicas, plan.write_at(ahead))
    peak = peak_at(plan, ahead) if replicas > plan.workload.bounds.minimum else None
    return Recommendation(
        replicas=replicas,
        reason=DecisionReason.SCHEDULED_PEAK,
        message=peak_sentence(peak) if peak else "the schedule asks for no more than the minimum",
    )


def raised_by_surge(
    scheduled: Recommendation | Unavailable, surge: SurgeHistory | None, minute: Minute, baseline: int
) -> Recommendation | Unavailable:
    """Return the schedule, raised where more pupils came early than were planned; what is no peak is not."""
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
