"""Every floor of one installation, found by its marks and brought back without an operator.

For an uninstall: it works from the marks on the autoscalers alone where our own kinds are gone.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firstbell.core.scaling import FloorMark, FloorMemory, FloorState, read_floor
from firstbell.engine.floor.floors import Floors
from firstbell.engine.floor.kept_fields import mend
from firstbell.engine.floor.marks import ANNOTATION_MANAGERS, floor_from_status
from firstbell.engine.floor.orphans import release
from firstbell.engine.floor.reading import seen_floor
from firstbell.engine.ports import NOT_FOR_US, Failure, FailureKind
from firstbell.kinds.foreign_autoscalers import FOREIGN_AUTOSCALERS, SCALED_OBJECT
from firstbell.kinds.group import AUTOSCALER_PLURAL, GROUP, VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from firstbell.engine.floor.seen_floor import SeenFloor
    from firstbell.engine.ports import Cluster, Telemetry
    from firstbell.kinds.foreign_autoscalers import ForeignAutoscaler

WRITERS = 16
SETTLES_SECONDS = 1.0
DAMAGED = "its firstbell.dev annotations are incomplete or damaged: its baseline is unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Released:
    """What became of one floor: `minimum` stands there now, `failure` says why that is not the baseline.

    `gone` says that the autoscaler does not exist any more; `kept` that the minimum is back and its field
    still managed by firstbell; `handed_back` that there was no floor, only the field to be given back.
    """

    seen: SeenFloor
    minimum: int
    failure: str | None = None
    gone: bool = False
    kept: bool = False
    handed_back: bool = False

    @property
    def fine(self) -> bool:
        """Whether nothing is left to be done."""
        return self.failure is None and not self.kept


async def held_floors(
    cluster: Cluster,
    instance: str,
    namespaces: Sequence[str],
    owner: str | None,
    kinds: Sequence[ForeignAutoscaler] = FOREIGN_AUTOSCALERS,
) -> list[SeenFloor] | Failure:
    """Return the floors of an installation, of one SchoolAutoscaler where one is named.

    `namespaces` empty = all.

    A floor whose marks somebody took away is known by the status of its SchoolAutoscaler. One whose marks are
    damaged is among them if none is named: whose it is cannot be told. So is an autoscaler without a floor
    whose minimum we still own.
    """
    found: list[SeenFloor] = []
    for namespace in namespaces or (None,):
        remembered = await _remembered(cluster, namespace)
        for of in kinds:
            bodies = await cluster.list_all(of.group, of.version, of.plural, namespace)
            if isinstance(bodies, Failure):
                if of.optional and bodies.kind in NOT_FOR_US:
                    continue
                return bodies
            seen = [_marked(seen_floor(body, of), remembered, instance) for body in bodies]
            found += [each for each in seen if _is_held(each, instance, owner)]
    return found


async def has_no_scaled_objects(cluster: Cluster) -> bool:
    """Tell whether the cluster says that it has no such kind; it does not say so to whom may not read it."""
    answer = await cluster.list_all(SCALED_OBJECT.group, SCALED_OBJECT.version, SCALED_OBJECT.plural, None)
    return isinstance(answer, Failure) and answer.kind is FailureKind.NOT_FOUND


async def _remembered(cluster: Cluster, namespace: str | None) -> dict[str, tuple[str, FloorMemory]]:
    """Return what our own objects remember of autoscalers, by uid, and whose memory it is.

    Nothing without them.
    """
    bodies = await cluster.list_all(GROUP, VERSION, AUTOSCALER_PLURAL, namespace)
    found = {}
    for body in () if isinstance(bodies, Failure) else bodies:
        memory, metadata = floor_from_status(body.get("status") or {}), body["metadata"]
        if memory is not None:
            found[memory.uid] = (f"{metadata['namespace']}/{metadata['name']}", memory)
    return found


def _marked(seen: SeenFloor, remembered: dict[str, tuple[str, FloorMemory]], instance: str) -> SeenFloor:
    """Return the autoscaler with the mark that it had, where it stands at a floor of ours and has none."""
    autoscaler = seen.autoscaler
    if autoscaler.mark is not None or autoscaler.uid not in remembered:
        return seen
    owner, memory = remembered[autoscaler.uid]
    reading = read_floor(autoscaler, memory, owner, instance)
    if reading.state is not FloorState.OURS:
        return seen
    mark = FloorMark(floor=autoscaler.minimum, baseline=reading.baseline, owner=owner, instance=instance)
    return replace(seen, autoscaler=replace(autoscaler, mark=mark))


def _is_held(seen: SeenFloor, instance: str, owner: str | None) -> bool:
    mark = seen.autoscaler.mark
    if mark is None:
        return (seen.kept or bool(seen.our_annotations)) and owner is None
    return mark.instance == instance and owner in {None, mark.owner}


async def release_floors(
    cluster: Cluster,
    telemetry: Telemetry,
    floors: Sequence[SeenFloor],
    deadline: float,
    done: Callable[[Released], None],
) -> None:
    """Release them, several at a time, and tell each as it is done; `deadline` is of the event loop."""
    known, limit = Floors(), asyncio.Semaphore(WRITERS)
    for seen in floors:
        known.put(seen)

    async def one(seen: SeenFloor) -> None:
        marked = seen.autoscaler.mark is not None
        try:
            async with asyncio.timeout_at(deadline), limit:
                if marked:
                    failure = await release(cluster, telemetry, known, seen)
                    if failure is None and _is_to_be_settled(known, seen):
                        await asyncio.sleep(SETTLES_SECONDS)
                        await mend(cluster, telemetry, known, known[seen.key])
                else:
                    failure = await mend(cluster, telemetry, known, seen) if seen.kept else None
        except TimeoutError:
            done(_unreleased(seen, "the time for it was over"))
            return
        if is_damaged(seen):
            done(_unreleased(seen, DAMAGED))
        else:
            done(_released(known, seen, failure) if marked else _handed_back(known, seen, failure))

    await asyncio.gather(*(one(seen) for seen in floors))


def _is_to_be_settled(known: Floors, seen: SeenFloor) -> bool:
    """Tell whether a hand-back waits until an HPA has taken its workload to 0."""
    now = known.get(seen.key)
    return now is not None and now.kept and now.autoscaler.minimum == 0


def is_damaged(seen: SeenFloor) -> bool:
    """Tell whether what is left of our marks does not tell the baseline.

    A note of owners alone is no mark.
    """
    return seen.autoscaler.mark is None and bool(seen.our_annotations - {ANNOTATION_MANAGERS})


def _handed_back(known: Floors, seen: SeenFloor, failure: Failure | None) -> Released:
    now = known.get(seen.key)
    if now is None:
        return Released(seen=seen, minimum=seen.autoscaler.minimum, gone=True)
    if failure is not None and not now.kept:
        return _unreleased(seen, failure.message)
    return Released(seen=seen, minimum=now.autoscaler.minimum, kept=now.kept, handed_back=True)


def _unreleased(seen: SeenFloor, why: str) -> Released:
    return Released(seen=seen, minimum=seen.autoscaler.minimum, failure=why)


def _released(known: Floors, seen: SeenFloor, failure: Failure | None) -> Released:
    if failure is not None and failure.kind is FailureKind.NOT_FOUND:
        return Released(seen=seen, minimum=seen.autoscaler.minimum, gone=True)
    if failure is not None:
        return _unreleased(seen, failure.message)
    now = known.get(seen.key)
    if now is None:
        return Released(seen=seen, minimum=seen.autoscaler.minimum, gone=True)
    if now.autoscaler.mark is not None:
        return _unreleased(seen, "an operator that still runs raised it again at once; stop it first")
    return Released(seen=seen, minimum=now.autoscaler.minimum, kept=now.kept)
