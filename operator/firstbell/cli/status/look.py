"""One look at the statuses of all SchoolAutoscalers that are meant, in one or in several clusters.

Only SchoolAutoscalers are listed, page by page, and of each only its line is kept. A context that does not
answer within its time is a line of its own, and holds nobody up.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firstbell.adapters.access import AccessError, own_namespace
from firstbell.adapters.kubernetes import KubernetesCluster
from firstbell.adapters.renewal import load_access
from firstbell.cli.status.standing import Standing, Unread, standing, worst_first
from firstbell.engine.ports import Failure, FailureKind
from firstbell.kinds.group import AUTOSCALER_PLURAL, GROUP, VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AsyncExitStack
    from datetime import datetime
    from pathlib import Path

    from firstbell.engine.ports import Clock, Cluster

PAGE = 500
CURES = {
    FailureKind.FORBIDDEN: f"Needed is the right to list {AUTOSCALER_PLURAL}.{GROUP}; of one namespace: -n.",
    FailureKind.NOT_FOUND: "Install the kinds: firstbell crds | kubectl apply --server-side -f -",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What a look found: the lines, worst first, and the contexts that could not be read."""

    standings: tuple[Standing, ...]
    unread: tuple[Unread, ...]

    @property
    def exit_code(self) -> int:
        """1 if any is red, else 2 if any context could not be read, else 0."""
        if any(one.red for one in self.standings):
            return 1
        return 2 if self.unread else 0


@dataclass(kw_only=True, slots=True)
class Looks:
    """Looks, one after the other, over connections that are kept. `contexts` None: the current one."""

    kubeconfig: Path | None
    contexts: Sequence[str | None]
    namespace: str | None
    everywhere: bool
    seconds: float
    clock: Clock
    stack: AsyncExitStack
    _clusters: dict[str | None, KubernetesCluster] = field(default_factory=dict)

    async def look(self) -> Seen:
        """Read all contexts at the same time."""
        found = await asyncio.gather(*(self._read(context) for context in self.contexts))
        standings = [line for each in found if not isinstance(each, Unread) for line in each]
        return Seen(
            standings=tuple(worst_first(standings)),
            unread=tuple(each for each in found if isinstance(each, Unread)),
        )

    async def _read(self, context: str | None) -> list[Standing] | Unread:
        try:
            async with asyncio.timeout(self.seconds):
                cluster = await self._cluster(context)
                return await lines(cluster, self._space(context), self.clock.now(), context or "")
        except TimeoutError:
            return Unread(context=context or "", why=f"no answer in {self.seconds:g} s")
        except AccessError as error:
            return Unread(context=context or "", why=str(error))

    async def _cluster(self, context: str | None) -> KubernetesCluster:
        if context not in self._clusters:
            access = await load_access(self.kubeconfig, context)
            cluster = KubernetesCluster(access, request_seconds=self.seconds)
            self._clusters[context] = await self.stack.enter_async_context(cluster)
        return self._clusters[context]

    def _space(self, context: str | None) -> str | None:
        if self.everywhere:
            return None
        return self.namespace or own_namespace(self.kubeconfig, context)


async def lines(
    cluster: Cluster, namespace: str | None, now: datetime, context: str
) -> list[Standing] | Unread:
    """Return the lines of one cluster, in one namespace or (None) in all."""
    found: list[Standing] = []
    following = ""
    while True:
        page = await cluster.list_page((GROUP, VERSION, AUTOSCALER_PLURAL), namespace, "", PAGE, following)
        if isinstance(page, Failure):
            cure = CURES.get(page.kind)
            return Unread(context=context, why=f"{page.message}. {cure}" if cure else page.message)
        found += [standing(body, now, context) for body in page.items]
        if not page.following or page.following == following:
            return found
        following = page.following
