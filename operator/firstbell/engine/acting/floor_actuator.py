"""Act through somebody else's autoscaler: raise its floor and hand the field back.

Every write is a JSON patch that tests what was read, so that a foreign write in between is never lost: it
is read and decided again. On the way down only the floor is written; the way back is the autoscaler's own.

Between a write and its hand-back anybody may write, and whoever runs this may be killed. So only the answer
to the write itself tells what admission control made of it; and the write notes on the object who owned the
field, until the hand-back takes the note away
(`operator/decisions/0015-who-wrote-and-who-owned.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.engine.acting.handback import hand_back, is_kept, version_tests
from firstbell.engine.acting.owners_in_common import told_managers
from firstbell.engine.ports import Failure, FailureKind, ObjectPath, Operation, write_outcome
from firstbell.engine.seen.floor_kinds import HPA
from firstbell.kinds.group import GROUP

if TYPE_CHECKING:
    from collections.abc import Container

    from firstbell.engine.ports import Cluster, Json, Telemetry
    from firstbell.engine.seen.store import SeenFloor

ANNOTATION_FLOOR = f"{GROUP}/floor"
ANNOTATION_BASELINE = f"{GROUP}/baseline"
ANNOTATION_OWNER = f"{GROUP}/autoscaler"
ANNOTATION_INSTANCE = f"{GROUP}/instance"
ANNOTATION_MANAGERS = f"{GROUP}/managers"
HAND_BACK_TRIES = 5
HAND_BACK_FAILURES = 2
"""How many answers without a result a hand-back takes before it is left to a later look."""

ANNOTATIONS = (
    ANNOTATION_FLOOR,
    ANNOTATION_BASELINE,
    ANNOTATION_OWNER,
    ANNOTATION_INSTANCE,
    ANNOTATION_MANAGERS,
)


def floor_path(seen: SeenFloor) -> ObjectPath:
    """Where the autoscaler lives."""
    return ObjectPath(
        group=seen.of.group,
        version=seen.of.version,
        plural=seen.of.plural,
        namespace=seen.autoscaler.namespace,
        name=seen.autoscaler.name,
    )


def raise_patch(seen: SeenFloor, floor: int, baseline: int, owner: str, instance: str) -> list[Operation]:
    """The patch that sets our floor and says so on the object."""
    annotations = {
        ANNOTATION_FLOOR: str(floor),
        ANNOTATION_BASELINE: str(baseline),
        ANNOTATION_OWNER: owner,
        ANNOTATION_INSTANCE: instance,
    }
    if seen.former_managers:
        annotations[ANNOTATION_MANAGERS] = told_managers(seen.former_managers)
    return [*_tests(seen), *_noted(seen, annotations), {"op": "add", "path": _minimum(seen), "value": floor}]


def release_patch(seen: SeenFloor, baseline: int) -> list[Operation]:
    """The patch that brings the baseline back and leaves no annotation of ours but who owned the field."""
    managers = seen.former_managers
    owned = {ANNOTATION_MANAGERS: told_managers(managers)} if managers else {}
    return [*_tests(seen), *_noted(seen, owned), {"op": "add", "path": _minimum(seen), "value": baseline}]


def _noted(seen: SeenFloor, annotations: dict[str, str]) -> list[Operation]:
    """What makes these the annotations of ours on the object."""
    if seen.annotated:
        notes = [_annotate(name, value) for name, value in annotations.items()]
        return [*notes, *_removals(seen, but=annotations)]
    if not annotations:
        return []
    # Annotations that somebody adds meanwhile must not be lost: null stands for an absent value.
    return [
        {"op": "test", "path": "/metadata/annotations", "value": None},
        {"op": "add", "path": "/metadata/annotations", "value": annotations},
    ]


def _removals(seen: SeenFloor, but: Container[str]) -> list[Operation]:
    """What takes our other annotations away."""
    return [_unannotate(name) for name in ANNOTATIONS if name in seen.our_annotations and name not in but]


def _annotate(name: str, value: str) -> Operation:
    return {"op": "add", "path": f"/metadata/annotations/{_escape(name)}", "value": value}


def _unannotate(name: str) -> Operation:
    return {"op": "remove", "path": f"/metadata/annotations/{_escape(name)}"}


def _tests(seen: SeenFloor) -> list[Operation]:
    """That the object and its minimum are still those that were read; null stands for an absent one."""
    minimum = seen.autoscaler.minimum if seen.minimum_written else None
    return [
        {"op": "test", "path": "/metadata/uid", "value": seen.autoscaler.uid},
        {"op": "test", "path": _minimum(seen), "value": minimum},
    ]


def _minimum(seen: SeenFloor) -> str:
    """The field of the minimum, as a patch names it."""
    return f"/spec/{seen.of.minimum_field}"


def _escape(name: str) -> str:
    """A key as a JSON pointer writes it (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


@dataclass(frozen=True, kw_only=True, slots=True)
class FloorWritten:
    """What became of a floor or release patch that was taken.

    `answer` is the answer to the patch itself: a value in it other than the one asked for is admission
    control's. `latest` is the autoscaler as last seen, after the hand-back; None where it is gone. What
    differs between the two, somebody else has written in between.
    """

    answer: Json
    latest: Json | None


async def write_floor(
    cluster: Cluster, telemetry: Telemetry, seen: SeenFloor, operations: list[Operation]
) -> FloorWritten | Failure:
    """Sends a floor or release patch, then hands the field back, unless that has to wait."""
    written = await cluster.json_patch(floor_path(seen), operations)
    telemetry.wrote("floor", write_outcome(written))
    if isinstance(written, Failure):
        return written
    if _goes_to_zero(written, seen):
        return FloorWritten(answer=written, latest=written)
    latest = await give_back(cluster, telemetry, seen, written, just_written=True)
    return FloorWritten(answer=written, latest=latest)


def _goes_to_zero(written: Json, seen: SeenFloor) -> bool:
    """Whether an HPA is about to take its workload to 0, as it may from now on.

    It notes that it did so in its status, by which alone it comes up again, and fails to where anybody writes
    the object in that moment (seen on Kubernetes 1.37): the hand-back is left to the next look.
    """
    return seen.of is HPA and written["spec"].get(HPA.minimum_field) == 0


async def give_back(
    cluster: Cluster, telemetry: Telemetry, seen: SeenFloor, body: Json, *, just_written: bool = False
) -> Json | None:
    """Hands the minimum back to who owned it: the autoscaler as last seen, None where it is gone.

    `body` is the object as it was read, or (`just_written`) the answer to a write of ours. Tried again where
    it changed in between. A hand-back that fails for good leaves the floor in force and is told by the
    telemetry: a later look tries again.
    """
    latest, failures = body, 0
    for _ in range(HAND_BACK_TRIES):
        operations = settling_patch(latest, seen, just_written=just_written and latest is body)
        if not operations:
            return latest
        answer = await cluster.json_patch(floor_path(seen), operations)
        telemetry.wrote("handback", write_outcome(answer))
        if not isinstance(answer, Failure):
            return answer
        failures += answer.kind is not FailureKind.INVALID
        if failures == HAND_BACK_FAILURES or answer.kind not in _AGAIN_AT_ONCE:
            return None if answer.kind is FailureKind.NOT_FOUND else latest
        read = await cluster.get(floor_path(seen))
        if isinstance(read, Failure):
            return None if read.kind is FailureKind.NOT_FOUND else latest
        latest = read
    return latest


_AGAIN_AT_ONCE = frozenset({FailureKind.INVALID, FailureKind.CONFLICT, FailureKind.SERVER_ERROR})


def settling_patch(body: Json, seen: SeenFloor, *, just_written: bool = False) -> list[Operation]:
    """The patch that follows a write: the hand-back, and our notes made true. Empty where none is due.

    It marks the floor that admission control has left of ours, and takes away who owned the field as soon as
    they own it again. `seen` says who is to get the field. The answer to our own write (`just_written`) is
    ours even where nobody is on record for it: a value that did not change stays whose it was.
    """
    metadata, field = body["metadata"], seen.of.minimum_field
    if metadata["uid"] != seen.autoscaler.uid:
        return []  # made again since: nothing of ours is on it
    annotations = metadata.get("annotations") or {}
    held = ANNOTATION_FLOOR in annotations
    in_common = held and len(seen.former_managers) > 1
    ours = just_written or is_kept(metadata.get("managedFields") or (), field)
    returned: list[Operation] = []
    if ours or held:
        returned = hand_back(body, field, seen.former_managers, in_common=in_common)
    notes: list[Operation] = []
    stands = str(body["spec"].get(field, seen.of.default_minimum))
    if held and ours and annotations[ANNOTATION_FLOOR] != stands:
        notes.append(_annotate(ANNOTATION_FLOOR, stands))
    if ANNOTATION_MANAGERS in annotations and not in_common and (ours or not held):
        notes.append(_unannotate(ANNOTATION_MANAGERS))
    return [*(returned or version_tests(body)), *notes] if returned or notes else []
