"""Floors whose owner is gone: brought back to their baseline.

An owner deleted while the operator runs is released at once; one deleted while it did not run is found at
start-up by the annotation that names it. Our own floors only: another installation's are left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from firstbell.engine.floor.commands import minimum_after, release_command
from firstbell.engine.floor.reading import seen_floor
from firstbell.engine.floor.writing import write_floor
from firstbell.engine.ports import Failure, FailureKind

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from firstbell.engine.floor.floors import Floors
    from firstbell.engine.floor.seen_floor import SeenFloor
    from firstbell.engine.ports import Cluster, Telemetry

TRIES = 4

log = structlog.get_logger("firstbell.engine")


async def release_orphans(  # noqa: PLR0913, PLR0917 - whose floors, and with what
    cluster: Cluster,
    telemetry: Telemetry,
    floors: Floors,
    living: Container[str],
    instance: str,
    is_ours: Callable[[SeenFloor], bool] = lambda _: True,
) -> set[str]:
    """Release every floor of this installation whose SchoolAutoscaler is not among the living.

    Those alone that `is_ours` says yes to: another process of the installation sees to the others. Returned
    are the owners whose floors could not be released yet.
    """
    marks = [seen.autoscaler.mark for seen in floors.values()]
    owners = {mark.owner for mark in marks if mark is not None and mark.instance == instance}
    gone = sorted(owner for owner in owners if owner not in living)
    return {
        owner for owner in gone if await release_owned(cluster, telemetry, floors, owner, instance, is_ours)
    }


async def release_owned(  # noqa: PLR0913, PLR0917 - whose floors, and with what
    cluster: Cluster,
    telemetry: Telemetry,
    floors: Floors,
    owner: str,
    instance: str,
    is_ours: Callable[[SeenFloor], bool] = lambda _: True,
) -> list[Failure]:
    """Release the floors of one owner that was deleted; return what stood in the way, to be tried again."""
    failures = []
    for seen in floors.held_by(owner):
        mark = seen.autoscaler.mark
        if mark is not None and mark.instance == instance and is_ours(seen):
            failures.append(await release(cluster, telemetry, floors, seen))
    return [
        failure for failure in failures if failure is not None and failure.kind is not FailureKind.NOT_FOUND
    ]


async def release(cluster: Cluster, telemetry: Telemetry, floors: Floors, seen: SeenFloor) -> Failure | None:
    """Bring one floor back to its baseline; a foreign write in between is read and respected."""
    failure: Failure | None = None
    for _ in range(TRIES):
        mark, command = seen.autoscaler.mark, release_command(seen)
        if mark is None or command is None:
            floors.put(seen)
            return None
        written = await write_floor(cluster, telemetry, seen, command.operations)
        if not isinstance(written, Failure):
            if written.latest is None:
                floors.drop(seen.key)
                return None
            floors.put(seen_floor(written.latest, seen.of))
            log.info(
                "floor released",
                autoscaler=seen.autoscaler.key,
                baseline=minimum_after(seen),
                owner=mark.owner,
            )
            return None
        failure = written
        if written.kind is not FailureKind.INVALID:
            break
        body = await cluster.get(seen.path)
        if isinstance(body, Failure):
            failure = body
            break
        seen = seen_floor(body, seen.of)
    if failure is not None and failure.kind not in {FailureKind.NOT_FOUND, FailureKind.NOT_HELD}:
        log.warning("floor not released", autoscaler=seen.autoscaler.key, message=failure.message)
    return failure
