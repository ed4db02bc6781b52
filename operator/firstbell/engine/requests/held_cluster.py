"""Nothing is written of a shard that another process may hold.

Every write of the engine comes through here, and whose it is the object itself tells: no path of a write
has to remember. A write ends, one way or the other, before the Lease does that it was begun under.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from firstbell.engine.ports import Failure, FailureKind, ObjectPath
from firstbell.engine.requests.last_check import asked_once_more
from firstbell.engine.requests.relayed_cluster import RelayedCluster

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence

    from firstbell.engine.pace.tenure import Tenure
    from firstbell.engine.ports import Cluster, Json, Operation

NOT_HELD = Failure(
    kind=FailureKind.NOT_HELD,
    message="not written: another operator process holds the Lease for this, or may by now",
)
_GIVEN_UP = Failure(
    kind=FailureKind.UNREACHABLE,
    message="the API server gave no answer before the Lease ran out under which this was written",
)


class HeldCluster(RelayedCluster):
    """A `Cluster` that writes what is held. `shard_of` tells by an object's path; None: of any shard held."""

    def __init__(
        self, cluster: Cluster, tenure: Tenure, shard_of: Callable[[ObjectPath], int | None]
    ) -> None:
        super().__init__(cluster)
        self._tenure = tenure
        self._shard_of = shard_of

    async def json_patch(self, path: ObjectPath, operations: Sequence[Operation]) -> Json | Failure:
        """Apply a JSON patch, or is NotHeld."""
        return await self._written(path, super().json_patch(path, operations))

    async def merge_patch(self, path: ObjectPath, patch: Mapping[str, Any]) -> Json | Failure:
        """Apply a JSON merge patch, or is NotHeld."""
        return await self._written(path, super().merge_patch(path, patch))

    async def apply(self, path: ObjectPath, body: Mapping[str, Any]) -> Json | Failure:
        """Apply an object server-side, or is NotHeld."""
        return await self._written(path, super().apply(path, body))

    async def create(
        self, group: str, version: str, plural: str, namespace: str, body: Mapping[str, Any]
    ) -> Json | Failure:
        """Create one object, or is NotHeld."""
        name = body["metadata"]["name"]
        path = ObjectPath(group=group, version=version, plural=plural, namespace=namespace, name=name)
        return await self._written(path, super().create(group, version, plural, namespace, body))

    async def delete(self, path: ObjectPath, uid: str, version: str) -> Json | Failure:
        """Delete one object, or is NotHeld."""
        return await self._written(path, super().delete(path, uid, version))

    async def _written(self, path: ObjectPath, write: Coroutine[Any, Any, Json | Failure]) -> Json | Failure:
        shard = self._shard_of(path)
        tenure = self._tenure
        if not tenure.holds(shard):
            write.close()
            return NOT_HELD
        left = tenure.seconds_left(shard)
        try:
            with tenure.writing(shard), asked_once_more(lambda: tenure.holds(shard)):
                async with asyncio.timeout(None if left == float("inf") else left):
                    answer = await write
        except TimeoutError:
            return _GIVEN_UP
        if isinstance(answer, Failure) and answer.kind is FailureKind.UNREACHABLE:
            tenure.is_unanswered()
        return answer
