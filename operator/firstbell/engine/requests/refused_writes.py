"""A write that the API server does not take is asked for once, and then seldom.

An admission policy or webhook, a quota and a missing right refuse a patch whatever stands there. The patch
tells such a refusal from a lost race: after what stands there was read again it is the same. It then waits,
from two seconds doubled up to two minutes, however often somebody ticks meanwhile; another floor, or another
value that it stands on, is another patch and is asked for at once.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from firstbell.engine.pace.backoff import backoff
from firstbell.engine.ports import Failure, FailureKind
from firstbell.engine.requests.relayed_cluster import RelayedCluster

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstbell.engine.ports import Clock, Cluster, Json, ObjectPath, Operation

LONGEST = timedelta(minutes=2)
REFUSING = frozenset({FailureKind.INVALID, FailureKind.FORBIDDEN})
REMEMBERED = 10_000
"""As many objects are refused at once at the most; of more the oldest is asked for sooner than it should."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Refusal:
    """A patch that was refused, how and how often in a row, and when it may be sent again."""

    operations: Sequence[Operation]
    times: int
    failure: Failure
    until: datetime

    def stands(self, wait: timedelta) -> Failure:
        """Return what asking for the same before that brings; to read again does not mend a Refused one."""
        kind = FailureKind.REFUSED if self.failure.kind is FailureKind.INVALID else self.failure.kind
        return replace(self.failure, kind=kind, again_in=wait)


class RefusedWrites(RelayedCluster):
    """A `Cluster` that remembers which JSON patches were refused."""

    def __init__(self, cluster: Cluster, clock: Clock) -> None:
        super().__init__(cluster)
        self._clock = clock
        self._refusals: OrderedDict[str, _Refusal] = OrderedDict()

    async def json_patch(self, path: ObjectPath, operations: Sequence[Operation]) -> Json | Failure:
        """Send the patch; without a request the refusal again, while the very same one waits after it."""
        known = self._refusals.get(path.url)
        if known is not None and known.operations != operations:
            known = None
        # Longer it is only where the clock was set back meanwhile.
        if known is not None and timedelta(0) < (wait := known.until - self._clock.now()) <= LONGEST:
            return known.stands(wait)
        answer = await super().json_patch(path, operations)
        if not isinstance(answer, Failure):
            self._refusals.pop(path.url, None)
            return answer
        if answer.kind not in REFUSING:
            return answer
        times = 1 if known is None else known.times + 1
        wait = backoff(times, path.url, LONGEST)
        until = self._clock.now() + wait
        self._remember(path.url, _Refusal(operations=operations, times=times, failure=answer, until=until))
        return replace(answer, again_in=wait)

    def _remember(self, url: str, refusal: _Refusal) -> None:
        self._refusals[url] = refusal
        self._refusals.move_to_end(url)
        while len(self._refusals) > REMEMBERED:
            self._refusals.popitem(last=False)
