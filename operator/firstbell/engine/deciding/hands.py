"""A hand on what firstbell holds, told once: what becomes of it, and what would end by itself. Pure.

A minimum that somebody sets while a floor is held, or while the schedule asks for more than the baseline, is
the new baseline and stays after the peak, which nobody expects at 08:05. What is written again and again with
the same value is no news, nor is an owner's edit while nothing is due.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from firstbell.core import Unavailable
from firstbell.core.instants import minute_of, utc_clock
from firstbell.core.reasons import Condition, ConditionReason, ConditionType, EventReason, Truth
from firstbell.core.scaling import FloorState
from firstbell.engine.deciding.situation import ByFloor, ByScale
from firstbell.engine.floor.marks import floor_from_status
from firstbell.engine.memory.hand import SET_BACK_TOLD_FOR, Hand, Hands, hand_from_status
from firstbell.engine.ports import Happening
from firstbell.kinds.foreign_autoscalers import FOREIGN_AUTOSCALERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from firstbell.core import Plan
    from firstbell.engine.deciding.situation import Situation
    from firstbell.engine.floor.floors import ForeignMinimum
    from firstbell.engine.memory.contest import Undone

ENDS_BY_ITSELF = 'What ends by itself: firstbell override {} --floor {} --until TIME --reason "..."'


def follow_hands(
    before: Hands | None,
    stands: Situation,
    plan: Plan | Unavailable,
    foreign: Sequence[ForeignMinimum],
    now: datetime,
) -> tuple[Hands, tuple[Hand, ...]]:
    """Return what is known of hands with this look, and those that are news, oldest first.

    `before` None: nothing yet, so that the status is asked. `foreign` are the minima that others wrote to the
    autoscaler lately, of which two may have come between two looks.
    """
    latest = foreign[-1].number if foreign else 0
    known = before if before is not None else _reported(stands, latest)
    actuator = stands.actuator
    if not isinstance(actuator, ByFloor):
        return Hands(last=_still_told(known.last, None, now)), ()
    autoscaler = actuator.seen.autoscaler
    hands: list[Hand] = []
    undisturbed = actuator.baseline
    if known.uid == autoscaler.uid and known.baseline is not None:
        written = [(one.minimum, one.manager) for one in foreign if one.number > known.seen_to]
        stood = known.baseline
        for minimum, manager in (*written, (actuator.baseline, actuator.seen.last_writer)):
            if minimum != stood:
                hands.append(_hand(actuator, stood, minimum, manager, now))
            stood = minimum
        undisturbed = known.baseline if known.undisturbed is None else known.undisturbed
        if not _is_at_work(actuator, plan, undisturbed, now):
            hands = []
    last = hands[-1] if hands else _still_told(known.last, actuator, now)
    following = Hands(
        uid=autoscaler.uid,
        baseline=actuator.baseline,
        undisturbed=undisturbed if last is not None and last.stays else actuator.baseline,
        seen_to=latest,
        last=last,
    )
    return following, tuple(hands)


def _hand(actuator: ByFloor, before: int, value: int, manager: str, now: datetime) -> Hand:
    seen = actuator.seen
    return Hand(
        kind=seen.autoscaler.kind,
        name=seen.autoscaler.name,
        field=seen.of.minimum_field,
        before=before,
        value=value,
        manager=manager,
        at=now,
        stays=True,
    )


def _is_at_work(actuator: ByFloor, plan: Plan | Unavailable, baseline: int, now: datetime) -> bool:
    """Tell whether a floor of ours stands or stood there, or the schedule asks for one."""
    if actuator.reading.state in {FloorState.OURS, FloorState.FOREIGN}:
        return True
    return not isinstance(plan, Unavailable) and plan.wanted_at(minute_of(now)) > baseline


def _still_told(last: Hand | None, actuator: ByFloor | None, now: datetime) -> Hand | None:
    """Return the last hand as long as what it set stands, or for a while where it was set back."""
    if last is None:
        return None
    if not last.stays:
        return last if now < last.at + SET_BACK_TOLD_FOR else None
    if actuator is None:
        return None
    autoscaler = actuator.seen.autoscaler
    same = (last.kind, last.name) == (autoscaler.kind, autoscaler.name)
    return last if same and last.value == actuator.baseline else None


def set_back(hands: Hands | None, undone: Undone, now: datetime) -> tuple[Hands, bool]:
    """Return what is known with a count that we set back, and whether that is news.

    A program that sets the same count again soon is told of as a contest, not as another hand.
    """
    known = hands if hands is not None else Hands()
    kind, _, name = undone.what.partition(" ")
    hand = Hand(
        kind=kind,
        name=name,
        field=undone.field,
        before=undone.ours,
        value=undone.value,
        manager=undone.manager,
        at=now,
        stays=False,
    )
    last = known.last
    again = last is not None and not last.stays and last.written == hand.written
    return replace(known, last=hand), not (again and last is not None and now < last.at + SET_BACK_TOLD_FOR)


def _reported(stands: Situation, latest: int) -> Hands:
    """Return what an earlier process knew, by its status."""
    status = stands.seen.status
    memory = floor_from_status(status)
    uid, baseline = ("", None) if memory is None else (memory.uid, memory.baseline)
    last = hand_from_status(status)
    undisturbed = last.before if last is not None and last.stays else baseline
    return Hands(uid=uid, baseline=baseline, undisturbed=undisturbed, seen_to=latest, last=last)


def hand_happening(hand: Hand, key: str) -> Happening:
    """Return the event of one hand; `key` is the SchoolAutoscaler's."""
    reason = EventReason.MINIMUM_SET_BY_HAND if hand.stays else EventReason.REPLICAS_SET_BY_HAND
    return Happening(reason=reason, message=hand_sentence(hand, key), warning=True)


def hand_sentence(hand: Hand, key: str) -> str:
    """Tell who set what, what becomes of it, and what would end by itself; `key`: of the SchoolAutoscaler."""
    namespace = key.partition("/")[0]
    who = hand.manager or "somebody who is not on record"
    did = (
        f"{who} set {hand.field} of {hand.kind} {hand.name} from {hand.before} to {hand.value} at "
        f"{utc_clock(hand.at)}"
    )
    instead = ENDS_BY_ITSELF.format(key, hand.value)
    if not hand.stays:
        return f"{did}: firstbell set it back. {instead}"
    word = next(of.kubectl_name for of in FOREIGN_AUTOSCALERS if of.kind == hand.kind)
    patch = json.dumps({"spec": {hand.field: hand.before}}, separators=(",", ":"))
    return (
        f"{did}, while firstbell held it raised. This stays, afterwards too: it is the new minimum. To set "
        f"it back: kubectl patch {word} {hand.name} -n {namespace} --type=merge -p '{patch}'. {instead}"
    )


def changed_by_hand(stands: Situation, hands: Hands | None) -> Condition:
    """Return the condition `ChangedByHand`."""
    kind, seen = ConditionType.CHANGED_BY_HAND, stands.seen
    hand = None if hands is None else hands.last
    if hand is not None:
        reason = ConditionReason.MINIMUM_SET_BY_HAND if hand.stays else ConditionReason.REPLICAS_SET_BY_HAND
        told = hand_sentence(hand, seen.key)
        return Condition(type=kind, status=Truth.TRUE, reason=reason, message=told)
    if isinstance(stands.actuator, (ByFloor, ByScale)):
        return Condition(type=kind, status=Truth.FALSE, reason=ConditionReason.NOT_CHANGED_BY_HAND)
    return Condition(
        type=kind,
        status=Truth.UNKNOWN,
        reason=ConditionReason.NOT_EVALUATED,
        message=stands.actuator.message,
    )
