"""What is to be written to a foreign autoscaler, so that its floor is what it should be. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.scaling import FloorState, read_floor
from firstbell.engine.floor.patches import raise_patch, release_patch, settling_patch
from firstbell.engine.requests.command import Command

if TYPE_CHECKING:
    from firstbell.core.scaling import FloorReading
    from firstbell.engine.floor.seen_floor import SeenFloor
    from firstbell.engine.ports import Json


def floor_command(
    seen: SeenFloor, reading: FloorReading, desired: int, owner: str, instance: str
) -> Command | None:
    """Plan the write that brings the floor to `desired`, a count; None where it stands there already.

    At the baseline or below it our floor is released; `owner` is the SchoolAutoscaler that wants it.
    """
    field, name = seen.of.minimum_field, f"{seen.autoscaler.kind} {seen.autoscaler.name}"
    if desired > reading.baseline:
        if _is_intact(seen, reading, desired, owner):
            return None
        operations = raise_patch(seen, desired, reading.baseline, owner, instance)
        return Command(
            path=seen.path,
            operations=tuple(operations),
            why=f"raise {field} of {name} from {seen.autoscaler.minimum} to {desired}",
        )
    if reading.state is FloorState.OURS or seen.our_annotations:
        return _release(seen, reading.baseline)
    return None


def release_command(seen: SeenFloor) -> Command | None:
    """Plan the write that releases the floor that a mark tells of; None without a mark."""
    return None if seen.autoscaler.mark is None else _release(seen, minimum_after(seen))


def hand_back_command(seen: SeenFloor, body: Json) -> Command | None:
    """Plan the write that gives the field of `body` back; None where there is nothing to give."""
    operations = settling_patch(body, seen)
    if not operations:
        return None
    name = f"{seen.autoscaler.kind} {seen.autoscaler.name}"
    return Command(
        path=seen.path,
        operations=tuple(operations),
        why=f"hand {seen.of.minimum_field} of {name} back to who managed it",
    )


def minimum_after(seen: SeenFloor) -> int:
    """Return the minimum after a release; a value other than the mark's is its owner's own, and stays."""
    mark = seen.autoscaler.mark
    if mark is None:
        return seen.autoscaler.minimum
    reading = read_floor(seen.autoscaler, None, mark.owner, mark.instance)
    return mark.baseline if reading.state is FloorState.OURS else seen.autoscaler.minimum


def _is_intact(seen: SeenFloor, reading: FloorReading, desired: int, owner: str) -> bool:
    mark = seen.autoscaler.mark
    return (
        reading.state is FloorState.OURS
        and seen.autoscaler.minimum == desired
        and not seen.shared
        and mark is not None
        and (mark.baseline, mark.owner) == (reading.baseline, owner)
    )


def _release(seen: SeenFloor, minimum: int) -> Command:
    field, name = seen.of.minimum_field, f"{seen.autoscaler.kind} {seen.autoscaler.name}"
    return Command(
        path=seen.path,
        operations=tuple(release_patch(seen, minimum)),
        why=f"release {field} of {name}: {seen.autoscaler.minimum} to {minimum}",
    )
