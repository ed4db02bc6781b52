"""KEDA, installed or made readable for us while the operator runs.

Nothing is watched of a kind that was not there at the start. That it is there now is told by an HPA that a
ScaledObject made, which is looked into soon; without one, whether there is any is looked at seldom.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from firstbell.engine.seen.watched_kinds import FOREIGN_KINDS
from firstbell.engine.watch.loading import look_through
from firstbell.engine.watch.vanished import SELDOM_SECONDS, SOON_SECONDS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from firstbell.engine.ports import Cluster
    from firstbell.engine.seen.store import Store
    from firstbell.engine.seen.watched_kinds import ForeignKind

log = structlog.get_logger("firstbell.engine")


async def autoscalers_appear(
    cluster: Cluster,
    store: Store,
    namespaces: Sequence[str],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    kinds: Sequence[ForeignKind] = FOREIGN_KINDS,
) -> None:
    """Return when autoscalers of a kind can be read that is not followed yet; never where all are followed.

    `sleep` is of the wall, however fast the engine's clock runs.
    """
    waited = 0.0
    while True:
        await sleep(SOON_SECONDS)
        waited += SOON_SECONDS
        missing = [kind for kind in kinds if not kind.is_followed(store)]
        if not missing or not (_are_told_of(store) or waited >= SELDOM_SECONDS):
            continue
        waited = 0.0
        for kind in missing:
            if await look_through(cluster, kind, namespaces, lambda _: None) is True:
                log.info("a kind can be read now, looking at everything anew", kind=kind.plural)
                return


def _are_told_of(store: Store) -> bool:
    return any(floor.made_by for floor in store.floors.values())
