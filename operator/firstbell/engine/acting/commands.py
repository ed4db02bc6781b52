"""What a decision has written, before anything is sent. Pure.

The operator sends these commands, `firstbell explain` shows them. Not among them is what is written into our
own objects (status, marks of who sets a count), nor the hand-back of a field, whose patch depends on the
answer to the write before it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firstbell.core import Unavailable
from firstbell.core.instants import minute_of
from firstbell.core.reasons import AbsenceReason
from firstbell.core.scaling import FloorState
from firstbell.engine.acting.contest import OF_THE_CLUSTER
from firstbell.engine.acting.scale_actuator import scale_command
from firstbell.engine.deciding.situation import ByFloor, ByScale
from firstbell.engine.floor.commands import floor_command, release_command
from firstbell.engine.memory.contest import Undone
from firstbell.engine.memory.written import SetCount
from firstbell.engine.seen.store import SeenWorkload
from firstbell.kinds.school_autoscaler import Actuation, Mode

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from firstbell.engine.deciding.outcome import Outcome
    from firstbell.engine.deciding.situation import Situation
    from firstbell.engine.floor.seen_floor import SeenFloor
    from firstbell.engine.memory.memory import Memory
    from firstbell.engine.requests.command import Command


@dataclass(frozen=True, kw_only=True, slots=True)
class Writes:
    """The writes of one decision on its workload: the floor first, and the count if the floor was taken.

    `desired` is what they bring about, None where nothing is to be. `answers` is the foreign write over ours
    that they answer; `verify_at` says when it is looked again, nothing being written before: somebody undoes
    ours again and again.
    """

    desired: int | None = None
    floor: Command | None = None
    count: Command | None = None
    answers: Undone | None = None
    verify_at: datetime | None = None


NOTHING = Writes()
COUNT = "replicas"
"""What a workload's count is called in its spec."""


def writes_of(outcome: Outcome, memory: Memory, instance: str) -> Writes:
    """Plan the writes of a decision: none while an order keeps us off, or where another installation acts.

    In DryRun it is a release alone.
    """
    stands, decision = outcome.situation, outcome.decision
    if outcome.kept_off or stands.rival or isinstance(decision, Unavailable):
        return NOTHING
    actuator, dry = stands.actuator, stands.rules.mode is Mode.DRY_RUN
    if isinstance(actuator, ByFloor):
        # Switched to DryRun, what was raised before is given back. So it is under a person's 0 where the
        # owner's own minimum is 0: KEDA, or an HPA that once went to 0, would bring it up to our floor.
        zero = decision.desired is None and actuator.baseline == 0
        desired = actuator.baseline if dry or zero else decision.desired
        if desired is not None:
            return _by_floor(outcome, actuator, desired, memory, instance)
    elif isinstance(actuator, ByScale) and not dry and decision.desired is not None:
        return _by_scale(outcome, decision.desired, memory)
    return NOTHING


def commands_of(
    outcome: Outcome, memory: Memory, held: Iterable[SeenFloor], instance: str
) -> tuple[Command, ...]:
    """Return all that is sent for an outcome, in this order; `held` are the floors of its autoscaler."""
    writes = writes_of(outcome, memory, instance)
    releases = [release_command(seen) for seen in floors_over(outcome, held, instance)]
    return tuple(each for each in (writes.floor, writes.count, *releases) if each is not None)


def unsent_of(
    outcome: Outcome, memory: Memory, held: Iterable[SeenFloor], instance: str
) -> tuple[Command, ...]:
    """Return what DryRun keeps from being sent: what Enforce would send; none in Enforce itself."""
    stands = outcome.situation
    if stands.rules.mode is not Mode.DRY_RUN:
        return ()
    enforced = replace(stands, rules=replace(stands.rules, mode=Mode.ENFORCE))
    return commands_of(replace(outcome, situation=enforced), memory, held, instance)


def floors_over(outcome: Outcome, held: Iterable[SeenFloor], instance: str) -> list[SeenFloor]:
    """Return our floors that are not to be held any more, of those with the mark of the outcome's autoscaler.

    The target or the actuation was changed, an older SchoolAutoscaler works on the workload, or the window
    ended with two autoscalers on it. While an order keeps us off all of them stay.
    """
    if outcome.kept_off:
        return []
    return [
        seen
        for seen in held
        if seen.autoscaler.mark is not None
        and seen.autoscaler.mark.instance == instance
        and _is_over(seen, outcome)
    ]


def _by_floor(outcome: Outcome, actuator: ByFloor, desired: int, memory: Memory, instance: str) -> Writes:
    stands, raised = outcome.situation, desired > actuator.baseline
    floor = floor_command(actuator.seen, actuator.reading, desired, stands.seen.key, instance)
    undone = None
    if raised:
        undone = _undone_floor(actuator) if floor is not None else _undone_count(stands, desired, memory)
    if undone is not None and (again := memory.written.contest.answer_at(outcome.now)) > outcome.now:
        return Writes(verify_at=again)
    count = _following(outcome, desired, memory) if raised and actuator.shows(desired) else None
    return Writes(desired=desired, floor=floor, count=count, answers=undone)


def _following(outcome: Outcome, floor: int, memory: Memory) -> Command | None:
    """Plan the write that brings the count up to a raised floor; never down, beside a living autoscaler."""
    workload = outcome.situation.workload
    if isinstance(workload, Unavailable) or workload.replicas >= floor:
        return None
    admitted = memory.written.admitted_count
    if admitted is not None and admitted.stands(floor, workload.replicas, outcome.now):
        return None
    return scale_command(workload, floor)


def _by_scale(outcome: Outcome, desired: int, memory: Memory) -> Writes:
    workload = outcome.situation.workload
    if isinstance(workload, Unavailable):
        return NOTHING
    if workload.replicas == desired:
        return Writes(desired=desired)
    undone = _undone_scale(workload, desired, memory)
    if undone is not None and (again := memory.written.contest.answer_at(outcome.now)) > outcome.now:
        return Writes(desired=desired, verify_at=again)
    return Writes(desired=desired, count=scale_command(workload, desired), answers=undone)


def _undone_floor(actuator: ByFloor) -> Undone | None:
    """Return the foreign value that stands in the place of our floor, if it is one."""
    seen = actuator.seen
    if actuator.reading.state is not FloorState.FOREIGN or seen.last_writer in OF_THE_CLUSTER:
        return None
    what = f"{seen.autoscaler.kind} {seen.autoscaler.name}"
    mark = seen.autoscaler.mark
    return Undone(
        what=what,
        field=seen.of.minimum_field,
        value=seen.autoscaler.minimum,
        manager=seen.last_writer,
        ours=actuator.baseline if mark is None else mark.floor,
    )


def _undone_count(stands: Situation, desired: int, memory: Memory) -> Undone | None:
    """Return the foreign count below our intact floor, if it is not what admission control left of ours."""
    workload = stands.workload
    if not isinstance(workload, SeenWorkload) or workload.last_writer in OF_THE_CLUSTER:
        return None
    if not memory.pilot.desired == memory.written.scaled_for == desired > workload.replicas:
        return None
    admitted = memory.written.admitted_count
    if admitted is not None and (admitted.asked, admitted.given) == (desired, workload.replicas):
        return None
    return _other_count(workload, desired)


def _undone_scale(workload: SeenWorkload, desired: int, memory: Memory) -> Undone | None:
    """Return the foreign count in the place of the one that we set and would set again."""
    if memory.written.set_count != SetCount(uid=workload.uid, replicas=desired):
        return None
    return _other_count(workload, desired)


def _other_count(workload: SeenWorkload, ours: int) -> Undone:
    what = f"{workload.ref.kind} {workload.ref.name}"
    return Undone(what=what, field=COUNT, value=workload.replicas, manager=workload.last_writer, ours=ours)


def _is_over(seen: SeenFloor, outcome: Outcome) -> bool:
    """Tell whether a floor of ours is not to be held any more by what a tick has found."""
    stands = outcome.situation
    if stands.rules.target.key != seen.target.key or stands.rules.actuation is Actuation.SCALE:
        return True
    if isinstance(stands.actuator, ByFloor) and stands.actuator.seen.key != seen.key:
        return True
    if not isinstance(stands.actuator, Unavailable):
        return False
    if stands.actuator.reason == AbsenceReason.TARGET_CONFLICT or stands.rules.mode is Mode.DRY_RUN:
        return True
    if isinstance(outcome.plan, Unavailable) or seen.autoscaler.mark is None:
        return False
    stays = outcome.shrunk.at(outcome.now) if outcome.shrunk is not None else 0
    stays = max(stays, *(floor.replicas for floor in outcome.floors), 0)
    return max(outcome.plan.write_at(minute_of(outcome.now)), stays) <= seen.autoscaler.mark.baseline
