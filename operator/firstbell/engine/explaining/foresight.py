"""What will be decided for a workload at coming times: for whoever shows an order before it is given. Pure.

Without memory, as `firstbell explain`: what live metrics ask for is taken from the operator's last report,
and stands still.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.core import SETTLED, Decision, Pilot, Unavailable, instant_of, minute_of, next_turns
from firstbell.engine.deciding.evaluating import evaluated
from firstbell.engine.deciding.last_autoscaler import autoscaler_from_status, with_kept_baseline
from firstbell.engine.deciding.situation import situation
from firstbell.engine.explaining.explanation import DEFAULT_INSTANCE, with_reported_live
from firstbell.engine.memory.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from firstbell.engine.deciding.outcome import Outcome
    from firstbell.engine.seen.store import Store

MOST_TIMES = 40
"""Changes that are looked at between two times."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Foreseen:
    """What will be decided at a time; `replicas` None: nothing will be written, or nothing can be decided."""

    at: datetime
    replicas: int | None
    reason: str
    message: str
    names: tuple[str, ...] = ()
    """The orders that ask for replicas then."""


def foreseen(store: Store, key: str, start: datetime, end: datetime) -> tuple[Foreseen, ...]:
    """Return what will be decided from `start` to `end`, both included: one entry for each change."""
    found: list[Foreseen] = []
    for one in _looks(store, key, start, end):
        before = found[-1] if found else None
        if before is None or (before.replicas, before.reason) != (one.replicas, one.reason):
            found.append(one)
    return tuple(found)


def _looks(store: Store, key: str, start: datetime, end: datetime) -> Iterator[Foreseen]:
    memory, now = Memory(), start
    for _ in range(MOST_TIMES):
        outcome = _outcome(store, key, now, memory)
        if isinstance(outcome, Unavailable):
            yield Foreseen(at=now, replicas=None, reason=outcome.reason, message=outcome.message)
            return
        yield _told(outcome)
        coming = [at for at in _turns(outcome) if now < at <= end]
        if not coming:
            return
        now = min(coming)


def _outcome(store: Store, key: str, now: datetime, memory: Memory) -> Outcome | Unavailable:
    seen = store.autoscalers[key]
    rules = seen.in_force
    if rules is None:
        return seen.rules if isinstance(seen.rules, Unavailable) else Unavailable(reason="", message="")
    memory.pilot = Pilot(history=SETTLED)
    instance = seen.count_mark.instance or _instance(store, key)
    stands = with_reported_live(situation(store, seen, rules, instance, now))
    stands = with_kept_baseline(stands, autoscaler_from_status(seen))
    return evaluated(store, stands, instance, memory, now)


def _instance(store: Store, key: str) -> str:
    marks = (seen.autoscaler.mark for seen in store.floors.held_by(key))
    return next((mark.instance for mark in marks if mark is not None), DEFAULT_INSTANCE)


def _told(outcome: Outcome) -> Foreseen:
    decision = outcome.decision
    if not isinstance(decision, Decision):
        return Foreseen(at=outcome.now, replicas=None, reason=decision.reason, message=decision.message)
    return Foreseen(
        at=outcome.now,
        replicas=decision.desired,
        reason=decision.reason.value,
        message=decision.message,
        names=tuple(floor.by for floor in outcome.floors),
    )


def _turns(outcome: Outcome) -> Iterator[datetime]:
    """Yield when something may change next: a write of the plan, the start or end of an order."""
    yield from (at for at, _ in next_turns(outcome.orders, outcome.now, outcome.now))
    if not isinstance(outcome.plan, Unavailable):
        following = outcome.plan.next_write(minute_of(outcome.now))
        if following is not None:
            yield instant_of(following.start)
