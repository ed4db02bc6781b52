"""Act through somebody else's autoscaler: raise its floor and hand the field back.

Every write is a JSON patch that tests what was read, so that a foreign write in between is never lost: it
is read and decided again. On the way down only the floor is written; the way back is the autoscaler's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.api.objects import GROUP
from firstbell.engine.acting.handback import hand_back
from firstbell.engine.acting.owners_in_common import told_managers
from firstbell.engine.ports import Failure, FailureKind, ObjectPath, Operation

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
    if len(seen.former_managers) > 1:
        annotations[ANNOTATION_MANAGERS] = told_managers(seen.former_managers)
    operations = _tests(seen)
    if seen.annotated:
        operations += [
            {"op": "add", "path": f"/metadata/annotations/{_escape(name)}", "value": value}
            for name, value in annotations.items()
        ]
        operations += _removals(seen, but=annotations)
    else:
        # Annotations that somebody adds meanwhile must not be lost: null stands for an absent value.
        operations += [
            {"op": "test", "path": "/metadata/annotations", "value": None},
            {"op": "add", "path": "/metadata/annotations", "value": annotations},
        ]
    return [*operations, {"op": "add", "path": _minimum(seen), "value": floor}]


def admitted_patch(seen: SeenFloor) -> list[Operation]:
    """The patch that says on the object which floor admission control has left of ours."""
    value = str(seen.autoscaler.minimum)
    return [
        *_tests(seen),
        {"op": "add", "path": f"/metadata/annotations/{_escape(ANNOTATION_FLOOR)}", "value": value},
    ]


def release_patch(seen: SeenFloor, baseline: int) -> list[Operation]:
    """The patch that brings the baseline back and takes our annotations away."""
    return [
        *_tests(seen),
        *_removals(seen),
        {"op": "add", "path": _minimum(seen), "value": baseline},
    ]


def _removals(seen: SeenFloor, but: Container[str] = ()) -> list[Operation]:
    """What takes our annotations away."""
    return [
        {"op": "remove", "path": f"/metadata/annotations/{_escape(name)}"}
        for name in ANNOTATIONS
        if name in seen.our_annotations and name not in but
    ]


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


async def write_floor(
    cluster: Cluster, telemetry: Telemetry, seen: SeenFloor, operations: list[Operation]
) -> Json | Failure:
    """Sends a floor or release patch, then hands the field back; the object as it is after both."""
    written = await cluster.json_patch(floor_path(seen), operations)
    telemetry.wrote("floor", written.kind if isinstance(written, Failure) else "ok")
    if isinstance(written, Failure):
        return written
    return await give_back(cluster, telemetry, seen, written)


async def give_back(cluster: Cluster, telemetry: Telemetry, seen: SeenFloor, written: Json) -> Json:
    """Hands the ownership of the minimum back; tried again where the object changed in between.

    A hand-back that fails for good leaves the floor in force and is told by the telemetry: the next write
    tries again.
    """
    latest = written
    for _ in range(HAND_BACK_TRIES):
        in_common = ANNOTATION_MANAGERS in (latest["metadata"].get("annotations") or {})
        operations = hand_back(latest, seen.of.minimum_field, seen.former_managers, in_common=in_common)
        if not operations:
            return latest
        answer = await cluster.json_patch(floor_path(seen), operations)
        if not isinstance(answer, Failure):
            telemetry.wrote("handback", "ok")
            return answer
        telemetry.wrote("handback", answer.kind)
        if answer.kind is not FailureKind.INVALID:
            return latest
        read = await cluster.get(floor_path(seen))
        if isinstance(read, Failure):
            return latest
        latest = read
    return latest
