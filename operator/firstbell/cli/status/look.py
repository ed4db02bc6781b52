"""One look at the statuses of all SchoolAutoscalers that are meant, in one or in several clusters.

Only SchoolAutoscalers are listed, page by page, and of each only its line is kept. A context that does not
answer within its time is a line of its own, and holds nobody up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.adapters.access import own_namespace
from firstbell.cli.many_clusters import Connections, Unread
from firstbell.cli.missing_namespace import missing_namespace
from firstbell.cli.status.standing import Standing, standing, worst_first
from firstbell.engine.ports import Failure, FailureKind
from firstbell.kinds.group import AUTOSCALER_PLURAL, GROUP, VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

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
    """Looks, one after the other, over connections that are kept. A context None is the current one."""

    contexts: Sequence[str | None]
    namespace: str | None
    everywhere: bool
    clock: Clock
    connections: Connections

    async def look(self) -> Seen:
        """Read all contexts at the same time."""
        found = await self.connections.ask_each(self.contexts, self._read)
        standings = [line for each in found if not isinstance(each, Unread) for line in each]
        return Seen(
            standings=tuple(worst_first(standings)),
            unread=tuple(each for each in found if isinstance(each, Unread)),
        )

    async def _read(self, context: str | None, cluster: Cluster) -> list[Standing] | Failure:
        space = None if self.everywhere else self.namespace
        if space is None and not self.everywhere:
            space = own_namespace(self.connections.kubeconfig, context)
        return await lines(cluster, space, self.clock.now(), context or "")


async def lines(
    cluster: Cluster, namespace: str | None, now: datetime, context: str
) -> list[Standing] | Failure:
    """Return the lines of one cluster, in one namespace or (None) in all."""
    found: list[Standing] = []
    following = ""
    while True:
        page = await cluster.list_page((GROUP, VERSION, AUTOSCALER_PLURAL), namespace, "", PAGE, following)
        if isinstance(page, Failure):
            cure = CURES.get(page.kind)
            return Failure(kind=page.kind, message=f"{page.message}. {cure}" if cure else page.message)
        found += [standing(body, now, context) for body in page.items]
        if not page.following or page.following == following:
            break
        following = page.following
    if not found and namespace is not None:
        return await missing_namespace(cluster, namespace) or found
    return found
