"""What a workload stands at, from an outcome, in figures. Pure."""

from __future__ import annotations

from firstbell.core import Decision, Unavailable
from firstbell.engine.deciding.outcome import Outcome, floor_after
from firstbell.engine.deciding.planning import bounds_in_force
from firstbell.engine.deciding.situation import ByFloor
from firstbell.engine.ports import Standing
from firstbell.engine.seen.store import SeenWorkload


def standing_of(outcome: Outcome) -> Standing:
    """Return what is known after a tick; what is not known is None."""
    stands, decision = outcome.situation, outcome.decision
    workload = stands.workload if isinstance(stands.workload, SeenWorkload) else None
    decided = decision if isinstance(decision, Decision) else None
    actuator = stands.actuator
    return Standing(
        current=workload.replicas if workload else None,
        ready=workload.ready if workload else None,
        desired=decided.desired if decided else None,
        floor=floor_after(outcome, actuator) if isinstance(actuator, ByFloor) else None,
        scheduled=decided.scheduled if decided else None,
        wanted=_wanted(decided) if decided else None,
        maximum=None if isinstance(actuator, Unavailable) else bounds_in_force(stands, actuator).maximum,
    )


def _wanted(decision: Decision) -> int | None:
    """Return what was decided on before anybody's maximum."""
    capped = (limit.before for limit in decision.limits if limit.reason.caps)
    return next(capped, decision.desired)
