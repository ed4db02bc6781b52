"""Nothing is written while an order to stop is in force, whoever asks for it and for whatever reason.

Every write of the engine comes through here, so that no path of it has to remember. What is let through is
the status of our own objects: it moves nothing, and tells that we are stopped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firstbell.engine.ports import Failure, FailureKind
from firstbell.engine.requests.relayed_cluster import RelayedCluster
from firstbell.kinds.group import GROUP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstbell.engine.pace.stop import Stop
    from firstbell.engine.ports import Cluster, Json, ObjectPath, Operation


class StoppedCluster(RelayedCluster):
    """A `Cluster` that sends no write while a `Stop` is in force: it is Stopped, and was not sent."""

    def __init__(self, cluster: Cluster, stop: Stop) -> None:
        super().__init__(cluster)
        self._stop = stop

    async def json_patch(self, path: ObjectPath, operations: Sequence[Operation]) -> Json | Failure:
        """Apply a JSON patch, or is Stopped."""
        return self._stopped(path) or await super().json_patch(path, operations)

    async def merge_patch(self, path: ObjectPath, patch: Mapping[str, Any]) -> Json | Failure:
        """Apply a JSON merge patch, or is Stopped."""
        return self._stopped(path) or await super().merge_patch(path, patch)

    async def apply(self, path: ObjectPath, body: Mapping[str, Any]) -> Json | Failure:
        """Apply an object server-side, or is Stopped."""
        return self._stopped(path) or await super().apply(path, body)

    async def create(
        self, group: str, version: str, plural: str, namespace: str, body: Mapping[str, Any]
    ) -> Json | Failure:
        """Create one object, or is Stopped."""
        return self._stopped() or await super().create(group, version, plural, namespace, body)

    async def delete(self, path: ObjectPath, uid: str, version: str) -> Json | Failure:
        """Delete one object, or is Stopped."""
        return self._stopped(path) or await super().delete(path, uid, version)

    def _stopped(self, path: ObjectPath | None = None) -> Failure | None:
        """Return why nothing is written to a path; None where it may be."""
        order = self._stop.in_force()
        told = path is not None and (path.group, path.subresource) == (GROUP, "status")
        if order is None or told:
            return None
        return Failure(kind=FailureKind.STOPPED, message=order.sentence)
