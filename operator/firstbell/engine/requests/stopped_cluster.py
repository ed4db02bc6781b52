"""Nothing is written while an order to stop is in force, whoever asks for it and for whatever reason.

Every write of the engine comes through here, so that no path of it has to remember. What is let through is
the status of our own objects: it moves nothing, and tells that we are stopped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.engine.ports import Failure, FailureKind
from firstbell.engine.requests.relayed_cluster import RelayedCluster
from firstbell.kinds.group import GROUP

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from firstbell.engine.pace.stop import Stop
    from firstbell.engine.ports import Cluster, Json, ObjectPath


class StoppedCluster(RelayedCluster):
    """A `Cluster` that sends no write while a `Stop` is in force: it is Stopped, and was not sent."""

    def __init__(self, cluster: Cluster, stop: Stop) -> None:
        super().__init__(cluster)
        self._stop = stop

    async def _write(self, path: ObjectPath, send: Callable[[], Awaitable[Json | Failure]]) -> Json | Failure:
        return self._stopped(path) or await super()._write(path, send)

    def _stopped(self, path: ObjectPath) -> Failure | None:
        """Return why nothing is written to a path; None where it may be."""
        order = self._stop.in_force()
        told = (path.group, path.subresource) == (GROUP, "status")
        if order is None or told:
            return None
        return Failure(kind=FailureKind.STOPPED, message=order.sentence)
