"""The patches that raise a floor, release it and settle what a write has left. Pure.

Every write is a JSON patch that tests what was read, so that a foreign write in between is never lost: it
is read and decided again. On the way down only the floor is written; the way back is the autoscaler's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.engine.floor.handback import hand_back, is_kept, version_tests
from firstbell.engine.floor.marks import (
    ANNOTATION_BASELINE,
    ANNOTATION_FLOOR,
    ANNOTATION_INSTANCE,
    ANNOTATION_MANAGERS,
    ANNOTATION_OWNER,
    ANNOTATIONS,
)
from firstbell.engine.floor.owners_in_common import managers_to_annotation

if TYPE_CHECKING:
    from collections.abc import Container

    from firstbell.engine.floor.seen_floor import SeenFloor
    from firstbell.engine.ports import Json, Operation


def raise_patch(seen: SeenFloor, floor: int, baseline: int, owner: str, instance: str) -> list[Operation]:
    """Return the patch that sets our floor and says so on the object."""
    annotations = {
        ANNOTATION_FLOOR: str(floor),
        ANNOTATION_BASELINE: str(baseline),
        ANNOTATION_OWNER: owner,
        ANNOTATION_INSTANCE: instance,
    }
    if seen.former_managers:
        annotations[ANNOTATION_MANAGERS] = managers_to_annotation(seen.former_managers)
    return [*_tests(seen), *_noted(seen, annotations), {"op": "add", "path": _minimum(seen), "value": floor}]


def release_patch(seen: SeenFloor, baseline: int) -> list[Operation]:
    """Return the patch that brings the baseline back and leaves no note of ours but who owned the field."""
    managers = seen.former_managers
    owned = {ANNOTATION_MANAGERS: managers_to_annotation(managers)} if managers else {}
    return [*_tests(seen), *_noted(seen, owned), {"op": "add", "path": _minimum(seen), "value": baseline}]


def _noted(seen: SeenFloor, annotations: dict[str, str]) -> list[Operation]:
    """Return what makes these the annotations of ours on the object."""
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
    """Return what takes our other annotations away."""
    return [_unannotate(name) for name in ANNOTATIONS if name in seen.our_annotations and name not in but]


def _annotate(name: str, value: str) -> Operation:
    return {"op": "add", "path": f"/metadata/annotations/{_escape(name)}", "value": value}


def _unannotate(name: str) -> Operation:
    return {"op": "remove", "path": f"/metadata/annotations/{_escape(name)}"}


def _tests(seen: SeenFloor) -> list[Operation]:
    """Test that the object and its minimum are still those that were read; null stands for an absent one."""
    minimum = seen.autoscaler.minimum if seen.minimum_written else None
    return [
        {"op": "test", "path": "/metadata/uid", "value": seen.autoscaler.uid},
        {"op": "test", "path": _minimum(seen), "value": minimum},
    ]


def _minimum(seen: SeenFloor) -> str:
    """Return the field of the minimum, as a patch names it."""
    return f"/spec/{seen.of.minimum_field}"


def _escape(name: str) -> str:
    """Return a key as a JSON pointer writes it (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def settling_patch(body: Json, seen: SeenFloor, *, just_written: bool = False) -> list[Operation]:
    """Return the patch that follows a write: the hand-back, and our notes made true. Empty where none is due.

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
