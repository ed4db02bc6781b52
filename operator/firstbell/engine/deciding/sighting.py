"""What a pilot sees of a situation at an instant. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core import Ceiling, Sight
from firstbell.core.reasons import LimitReason
from firstbell.engine.deciding.situation import ByFloor, ByScale, Situation
from firstbell.engine.deciding.surging import early_arrivals
from firstbell.engine.deciding.zero import persons_zero
from firstbell.engine.memory.zero import Zero
from firstbell.engine.seen.store import SeenWorkload

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.core import Hold, Override, Plan, Unavailable
    from firstbell.engine.memory.memory import Memory
    from firstbell.engine.seen.store import Store


def sight(  # noqa: PLR0913, PLR0917 - what a decision depends on
    store: Store,
    stands: Situation,
    actuator: ByFloor | ByScale,
    plan: Plan | Unavailable,
    memory: Memory,
    now: datetime,
    holds: tuple[Hold, ...],
    overrides: tuple[Override, ...],
    stopped: str,
) -> Sight:
    """Return the situation as a pilot sees it at `now`; `stopped` tells of an order to write nothing."""
    workload = stands.workload if isinstance(stands.workload, SeenWorkload) else None
    return Sight(
        now=now,
        acted_for=max(now, memory.carried_out.acted_for or now),
        plan=plan,
        baseline=actuator.baseline,
        ceiling=_ceiling(stands, actuator),
        beside_autoscaler=isinstance(actuator, ByFloor),
        floor=actuator.held if isinstance(actuator, ByFloor) else None,
        current=workload.replicas if workload else None,
        ready=workload.ready if workload else None,
        metrics=stands.live,
        arrivals=early_arrivals(store, stands),
        holds=holds,
        overrides=overrides,
        disabled_by=persons_zero(stands, memory.zero or Zero()),
        stopped=stopped,
    )


def _ceiling(stands: Situation, actuator: ByFloor | ByScale) -> Ceiling:
    """Return the tighter of the spec's own maximum and the autoscaler's, and whose it is."""
    if isinstance(actuator, ByScale):
        return Ceiling(replicas=actuator.maximum)
    theirs, ours = actuator.seen.autoscaler.maximum, stands.rules.maximum
    if ours is not None and ours < theirs:
        return Ceiling(replicas=max(ours, actuator.baseline))
    return Ceiling(replicas=theirs, reason=LimitReason.AUTOSCALER_MAX_REPLICAS)
