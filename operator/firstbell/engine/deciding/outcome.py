"""What one tick came to: the input of the report, and of nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.core import Unavailable
from firstbell.kinds.school_autoscaler import Mode

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.core import Decision, Hold, Look, Override, Plan
    from firstbell.engine.deciding.other_times import Elsewhere
    from firstbell.engine.deciding.situation import ByFloor, Situation
    from firstbell.engine.memory.losses import Shrunk
    from firstbell.engine.pace.timekeeping import ClockState
    from firstbell.engine.ports import Failure


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """Situation, decision and what became of it at one instant.

    `decision` is Unavailable where nothing could be decided; `failure` is the write that did not succeed;
    `invalid` says why the present spec is not the one in force; `look` is what the decision came from, None
    where there was none; `cut` says why the plan is not the one of the present spec and calendars. `shrunk`
    is what an edit has lost lately; `clock` what is known of the clock, `elsewhere` the plan at other times
    that it may be; `stopped` tells of an order to write nothing at all, empty where there is none; `held_by`
    is the order that keeps everything from being written here, None where there is none. `floors` are what
    orders ask for, `orders` all of them that are not over, `turning` these by each time that it may be.
    """

    now: datetime
    situation: Situation
    plan: Plan | Unavailable
    decision: Decision | Unavailable
    invalid: Unavailable | None
    cut: Unavailable | None
    shrunk: Shrunk | None
    clock: ClockState
    stopped: str
    held_by: Override | None
    floors: tuple[Hold, ...]
    orders: tuple[Override, ...]
    turning: tuple[Override, ...]
    failure: Failure | None = None
    look: Look | None = None
    elsewhere: tuple[Elsewhere, ...] = ()

    @property
    def kept_off(self) -> bool:
        """Whether an order keeps everything from being written for this workload."""
        return bool(self.stopped) or self.held_by is not None


def floor_after(outcome: Outcome, actuator: ByFloor) -> int | None:
    """Return the floor of ours that stands there after this tick, or None."""
    decision = outcome.decision
    if outcome.failure is not None or outcome.kept_off or isinstance(decision, Unavailable):
        return actuator.held
    if decision.desired is None:
        return actuator.held if actuator.baseline > 0 else None
    enforced = outcome.situation.rules.mode is Mode.ENFORCE
    return decision.desired if enforced and decision.desired > actuator.baseline else None
