"""Writes behind the fence: what was decided before this process stood still is not sent after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.engine.ports import Failure, FailureKind
from firstbell.engine.requests.last_check import asked_once_more
from firstbell.engine.requests.relayed_cluster import RelayedCluster

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from firstbell.engine.pace.fence import Fence
    from firstbell.engine.ports import Cluster, Json, ObjectPath

STALE = Failure(
    kind=FailureKind.STALE,
    message="not written, because this process stood still: everything is read again first",
)


class FencedCluster(RelayedCluster):
    """The engine's `Cluster` behind a fence: reads pass at any time, writes only where it lets them."""

    def __init__(self, cluster: Cluster, fence: Fence) -> None:
        super().__init__(cluster)
        self._fence = fence

    async def _write(self, path: ObjectPath, send: Callable[[], Awaitable[Json | Failure]]) -> Json | Failure:
        if not self._fence.lets_through():
            return STALE
        with asked_once_more(self._fence.lets_through):
            return await super()._write(path, send)
