"""Writes behind the fence: what was decided before this process stood still is not sent after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firstbell.engine.ports import Failure, FailureKind
from firstbell.engine.requests.last_check import asked_once_more
from firstbell.engine.requests.relayed_cluster import RelayedCluster

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstbell.engine.pace.fence import Fence
    from firstbell.engine.ports import Cluster, Json, ObjectPath, Operation

STALE = Failure(
    kind=FailureKind.STALE,
    message="not written, because this process stood still: everything is read again first",
)


class FencedCluster(RelayedCluster):
    """The engine's `Cluster` behind a fence: reads pass at any time, writes only where it lets them."""

    def __init__(self, cluster: Cluster, fence: Fence) -> None:
        super().__init__(cluster)
        self._fence = fence

    async def json_patch(self, path: ObjectPath, operations: Sequence[Operation]) -> Json | Failure:
        """Apply a JSON patch, or is Stale."""
        if not self._fence.lets_through():
            return STALE
        with asked_once_more(self._fence.lets_through):
            return await super().json_patch(path, operations)

    async def merge_patch(self, path: ObjectPath, patch: Mapping[str, Any]) -> Json | Failure:
        """Apply a JSON merge patch, or is Stale."""
        if not self._fence.lets_through():
            return STALE
        with asked_once_more(self._fence.lets_through):
            return await super().merge_patch(path, patch)

    async def apply(self, path: ObjectPath, body: Mapping[str, Any]) -> Json | Failure:
        """Apply an object server-side, or is Stale."""
        if not self._fence.lets_through():
            return STALE
        with asked_once_more(self._fence.lets_through):
            return await super().apply(path, body)

    async def create(
        self, group: str, version: str, plural: str, namespace: str, body: Mapping[str, Any]
    ) -> Json | Failure:
        """Create one object, or is Stale."""
        if not self._fence.lets_through():
            return STALE
        with asked_once_more(self._fence.lets_through):
            return await super().create(group, version, plural, namespace, body)

    async def delete(self, path: ObjectPath, uid: str, version: str) -> Json | Failure:
        """Delete one object, or is Stale."""
        if not self._fence.lets_through():
            return STALE
        with asked_once_more(self._fence.lets_through):
            return await super().delete(path, uid, version)
