"""A floor is written, and its field handed back.

Between a write and its hand-back anybody may write, and whoever runs this may be killed. So only the answer
to the write itself tells what admission control made of it; and the write notes on the object who owned the
field, until the hand-back takes the note away
(`operator/decisions/0015-who-wrote-and-who-owned.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.engine.floor.patches import settling_patch
from firstbell.engine.ports import Failure, FailureKind, write_outcome
from firstbell.kinds.foreign_autoscalers import HPA

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from firstbell.engine.floor.seen_floor import SeenFloor
    from firstbell.engine.ports import Cluster, Json, Operation, Telemetry

HAND_BACK_TRIES = 5
HAND_BACK_FAILURES = 2
"""How many answers without a result a hand-back takes before it is left to a later look."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FloorWritten:
    """What became of a floor or release patch that was taken.

    `answer` is the answer to the patch itself: a value in it other than the one asked for is admission
    control's. `latest` is the autoscaler as last seen, after the hand-back; None where it is gone. What
    differs between the two, somebody else has written in between. `is_left`: the hand-back is still to come,
    because others wait for their floor.
    """

    answer: Json
    latest: Json | None
    is_left: bool = False


async def write_floor(
    cluster: Cluster,
    telemetry: Telemetry,
    seen: SeenFloor,
    operations: Sequence[Operation],
    *,
    others_wait: Callable[[], bool] = lambda: False,
) -> FloorWritten | Failure:
    """Send a floor or release patch, then hand the field back, unless that has to wait.

    Where nobody applies the field, and `others_wait` for their floor when the answer is there, a later look
    does it (`operator/decisions/0052-floors-first.md`).
    """
    written = await cluster.json_patch(seen.path, operations)
    telemetry.wrote("floor", write_outcome(written))
    if isinstance(written, Failure):
        return written
    if _goes_to_zero(written, seen):
        return FloorWritten(answer=written, latest=written)
    if _can_wait(written, seen, operations) and others_wait():
        return FloorWritten(answer=written, latest=written, is_left=True)
    latest = await give_back(cluster, telemetry, seen, written, just_written=True)
    return FloorWritten(answer=written, latest=latest)


def _goes_to_zero(written: Json, seen: SeenFloor) -> bool:
    """Tell whether an HPA is about to take its workload to 0, as it may from now on.

    It notes that it did so in its status, by which alone it comes up again, and fails to where anybody writes
    the object in that moment (seen on Kubernetes 1.37): the hand-back is left to the next look.
    """
    return seen.of is HPA and written["spec"].get(HPA.minimum_field) == 0


def _can_wait(written: Json, seen: SeenFloor, operations: Sequence[Operation]) -> bool:
    """Tell whether nobody applies the field, and admission control left what was asked for."""
    given = written["spec"].get(seen.of.minimum_field)
    return not seen.former_managers and given == operations[-1].get("value")


async def give_back(
    cluster: Cluster, telemetry: Telemetry, seen: SeenFloor, body: Json, *, just_written: bool = False
) -> Json | None:
    """Hand the minimum back to who owned it: the autoscaler as last seen, None where it is gone.

    `body` is the object as it was read, or (`just_written`) the answer to a write of ours. Tried again where
    it changed in between. A hand-back that fails for good leaves the floor in force and is told by the
    telemetry: a later look tries again.
    """
    latest, failures = body, 0
    for _ in range(HAND_BACK_TRIES):
        operations = settling_patch(latest, seen, just_written=just_written and latest is body)
        if not operations:
            return latest
        answer = await cluster.json_patch(seen.path, operations)
        telemetry.wrote("handback", write_outcome(answer))
        if not isinstance(answer, Failure):
            return answer
        failures += answer.kind is not FailureKind.INVALID
        if failures == HAND_BACK_FAILURES or answer.kind not in _AGAIN_AT_ONCE:
            return None if answer.kind is FailureKind.NOT_FOUND else latest
        read = await cluster.get(seen.path)
        if isinstance(read, Failure):
            return None if read.kind is FailureKind.NOT_FOUND else latest
        latest = read
    return latest


_AGAIN_AT_ONCE = frozenset({FailureKind.INVALID, FailureKind.CONFLICT, FailureKind.SERVER_ERROR})
