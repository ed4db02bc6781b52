"""One object deleted in the state that was seen last, though the operator writes its status meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firstbell.cli.missing_right import with_right
from firstbell.engine.ports import Failure, FailureKind

if TYPE_CHECKING:
    from firstbell.engine.ports import Cluster, ObjectPath

TRIES = 5


async def deleted(cluster: Cluster, path: ObjectPath) -> Failure | None:
    """Delete an object of our kinds as it is now, and again as it is then where it was written meanwhile."""
    answer: Any = None
    for _ in range(TRIES):
        there = await cluster.get(path)
        if isinstance(there, Failure):
            return with_right(there, "get", path.plural, path.namespace)
        metadata = there["metadata"]
        answer = await cluster.delete(path, metadata["uid"], metadata["resourceVersion"])
        if not isinstance(answer, Failure):
            return None
        if answer.kind is not FailureKind.CONFLICT:
            break
    return with_right(answer, "delete", path.plural, path.namespace)
