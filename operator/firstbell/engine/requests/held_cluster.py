"""Nothing is written of a shard that another process may hold.

Every write of the engine comes through here, and whose it is the object itself tells: no path of a write
has to remember. A write ends, one way or the other, before the Lease does that it was begun under.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from firstbell.engine.ports import Failure, FailureKind
from firstbell.engine.requests.last_check import asked_once_more
from firstbell.engine.requests.relayed_cluster import RelayedCluster

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from firstbell.engine.pace.tenure import Tenure
    from firstbell.engine.ports import Cluster, Json, ObjectPath

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

    async def _write(self, path: ObjectPath, send: Callable[[], Awaitable[Json | Failure]]) -> Json | Failure:
        shard = self._shard_of(path)
        tenure = self._tenure
        if not tenure.holds(shard):
            return NOT_HELD
        left = tenure.seconds_left(shard)
        try:
            with tenure.writing(shard), asked_once_more(lambda: tenure.holds(shard)):
                async with asyncio.timeout(None if left == float("inf") else left):
                    answer = await super()._write(path, send)
        except TimeoutError:
            return _GIVEN_UP
        if isinstance(answer, Failure) and answer.kind is FailureKind.UNREACHABLE:
            tenure.is_unanswered()
        return answer
