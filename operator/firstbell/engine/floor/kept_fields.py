"""Minima that we still own, with no write of ours under way: given back, whoever left them so.

A hand-back fails where the API server does, or its process is killed before it. Beside a floor whose policy
is alive the next tick makes it; where the policy is gone, or writes nothing for now, nobody else would. So
whatever is known as kept is looked at, at the start and then every ten seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from firstbell.engine.floor.reading import seen_floor
from firstbell.engine.floor.writing import give_back
from firstbell.engine.ports import Failure, FailureKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstbell.engine.floor.floors import Floors
    from firstbell.engine.floor.seen_floor import SeenFloor
    from firstbell.engine.pace.stop import Stop
    from firstbell.engine.ports import Clock, Cluster, Telemetry

LOOK_SECONDS = 10.0

log = structlog.get_logger("firstbell.engine")


class KeptFields:
    """The mending of those that are known, but for another installation's.

    `left_alone` tells of one whether nothing is to be written there, or somebody is about to.
    """

    def __init__(  # noqa: PLR0913 - the ports, each once
        self,
        *,
        cluster: Cluster,
        telemetry: Telemetry,
        floors: Floors,
        clock: Clock,
        instance: str,
        stop: Stop,
        left_alone: Callable[[SeenFloor], bool] = lambda _: False,
    ) -> None:
        self._cluster = cluster
        self._telemetry = telemetry
        self._floors = floors
        self._clock = clock
        self._instance = instance
        self._stop = stop
        self._left_alone = left_alone

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        looked_at: dict[str, str] = {seen.key: seen.version for seen in self._kept()}
        while True:
            for seen in self._kept():
                # One that has just been written may be handed back at this moment by who wrote it.
                unchanged = looked_at.get(seen.key) == seen.version
                if unchanged and self._stop.in_force() is None and not self._left_alone(seen):
                    await mend(self._cluster, self._telemetry, self._floors, seen)
            looked_at = {seen.key: seen.version for seen in self._kept()}
            await self._clock.sleep(LOOK_SECONDS)

    def _kept(self) -> list[SeenFloor]:
        return [seen for seen in self._floors.values() if seen.kept and self._is_ours(seen)]

    def _is_ours(self, seen: SeenFloor) -> bool:
        mark = seen.autoscaler.mark
        return mark is None or mark.instance == self._instance


async def mend(cluster: Cluster, telemetry: Telemetry, floors: Floors, seen: SeenFloor) -> Failure | None:
    """Give one field back; return what stood in the way, or None; the autoscaler is then known as it is."""
    body = await cluster.get(seen.path)
    if isinstance(body, Failure):
        if body.kind is FailureKind.NOT_FOUND:
            floors.drop(seen.key)
            return None
        return body
    now = seen_floor(body, seen.of)
    latest = await give_back(cluster, telemetry, now if now.former_managers else seen, body)
    if latest is None:
        floors.drop(seen.key)
        return None
    after = seen_floor(latest, seen.of)
    floors.put(after)
    if after.kept:
        message = f"{seen.of.minimum_field} is still managed by firstbell"
        return Failure(kind=FailureKind.SERVER_ERROR, message=message)
    log.info("field handed back", autoscaler=seen.autoscaler.key)
    return None
