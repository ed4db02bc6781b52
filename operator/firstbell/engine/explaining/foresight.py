"""What will be decided for a workload at coming times: for whoever shows an order before it is given. Pure.

By the operator's last report, as `firstbell explain`: what it tells of an order to stop, or of live metrics,
stands still.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from firstbell.core import Decision, Unavailable
from firstbell.core.instants import instant_of, minute_of
from firstbell.core.reasons import AbsenceReason
from firstbell.core.scaling import next_turns
from firstbell.engine.deciding.capping import capping_limit, capping_words
from firstbell.engine.explaining.by_report import outcome_by_report, reported_memory
from firstbell.engine.explaining.instance import instance_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from firstbell.core import Override
    from firstbell.engine.deciding.outcome import Outcome
    from firstbell.engine.memory.memory import Memory
    from firstbell.engine.seen.store import Store

MOST_TIMES = 40
"""Changes that are looked at between two times."""
AHEAD = timedelta(days=2)
"""As far as the operator itself plans."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Foreseen:
    """What will be decided at a time; `replicas` None: nothing will be written, or nothing can be decided."""

    at: datetime
    replicas: int | None
    reason: str
    message: str
    names: tuple[str, ...] = ()
    """The orders that ask for replicas then."""
    capped: str = ""
    """What allows fewer than are asked for, in words; empty where nothing does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderTurn:
    """When an order begins or ends next, and what is decided then."""

    order: Override
    begins: bool
    then: Foreseen


def next_change(store: Store, key: str, now: datetime) -> Foreseen | None:
    """Return the next number that is another than that of now, orders counted; None: none within AHEAD."""
    first, *others = foreseen(store, key, now, now + AHEAD)
    return next((one for one in others if one.replicas not in {None, first.replicas}), None)


def order_turns(store: Store, key: str, orders: Iterable[Override], now: datetime) -> tuple[OrderTurn, ...]:
    """Return the next turn of each order that is in force or to come, the earliest first."""
    turns = []
    for one in orders:
        begins = one.start > now
        at = one.start if begins else one.end
        if at > now:
            turns.append(OrderTurn(order=one, begins=begins, then=foreseen(store, key, at, at)[0]))
    return tuple(sorted(turns, key=lambda turn: (turn.then.at, turn.order.name)))


def foreseen(store: Store, key: str, start: datetime, end: datetime) -> tuple[Foreseen, ...]:
    """Return what will be decided from `start` to `end`, both included: one entry for each change."""
    found: list[Foreseen] = []
    for one in _looks(store, key, start, end):
        before = found[-1] if found else None
        if before is None or (before.replicas, before.reason) != (one.replicas, one.reason):
            found.append(one)
    return tuple(found)


def _looks(store: Store, key: str, start: datetime, end: datetime) -> Iterator[Foreseen]:
    memory, now = reported_memory(store.autoscalers[key]), start
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
        never = Unavailable(reason=AbsenceReason.INVALID_SPEC, message="the spec was never usable")
        return seen.rules if isinstance(seen.rules, Unavailable) else never
    memory.pilot = reported_memory(seen).pilot  # no look's stabilization holds the next
    return outcome_by_report(store, seen, rules, instance_of(store, key), memory, now)


def _told(outcome: Outcome) -> Foreseen:
    decision = outcome.decision
    if not isinstance(decision, Decision):
        return Foreseen(at=outcome.now, replicas=None, reason=decision.reason, message=decision.message)
    limit = capping_limit(outcome)
    return Foreseen(
        at=outcome.now,
        replicas=decision.desired,
        reason=decision.reason.value,
        message=decision.message,
        names=tuple(floor.by for floor in outcome.floors),
        capped="" if limit is None else capping_words(outcome, decision, limit),
    )


def _turns(outcome: Outcome) -> Iterator[datetime]:
    """Yield when something may change next: a write of the plan, an order's start or end, that of a hold."""
    if outcome.shrunk is not None:
        yield from outcome.shrunk.ends(outcome.now)
    yield from (at for at, _ in next_turns(outcome.orders, outcome.now, outcome.now))
    if not isinstance(outcome.plan, Unavailable):
        following = outcome.plan.next_write(minute_of(outcome.now))
        if following is not None:
            yield instant_of(following.start)
