"""KEDA, installed or made readable for us while the operator runs.

Nothing is watched of a kind that was not there at the start. That it is there now is told by an HPA that a
ScaledObject made, which is looked into soon; without one, whether there is any is looked at seldom.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from firstbell.engine.watch.loading import scaled_objects
from firstbell.engine.watch.vanished import SELDOM_SECONDS, SOON_SECONDS
from firstbell.kinds.foreign_autoscalers import SCALED_OBJECT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from firstbell.engine.ports import Cluster
    from firstbell.engine.seen.store import Store

log = structlog.get_logger("firstbell.engine")


async def scaled_objects_appear(
    cluster: Cluster,
    store: Store,
    namespaces: Sequence[str],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Returns when ScaledObjects can be read that are not followed yet; never where they are followed.

    `sleep` is of the wall, however fast the engine's clock runs.
    """
    waited = 0.0
    while True:
        await sleep(SOON_SECONDS)
        waited += SOON_SECONDS
        if store.floors.follows(SCALED_OBJECT) or not (_are_told_of(store) or waited >= SELDOM_SECONDS):
            continue
        waited = 0.0
        if isinstance(await scaled_objects(cluster, namespaces), list):
            log.info("ScaledObjects of KEDA can be read now, looking at everything anew")
            return


def _are_told_of(store: Store) -> bool:
    return any(floor.made_by for floor in store.floors.values())
