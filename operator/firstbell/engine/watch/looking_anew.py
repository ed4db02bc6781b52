"""Everything is read again, and only then written again: after a gap in which this process stood still.

What the watches tell meanwhile is not enough. They tell it one kind after the other, each from where it was,
so that a floor of now would meet a policy of before. So all kinds are listed, our own included; what is not
there any more is forgotten; then everything is decided on anew and the fence opened.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from firstbell.engine.pace.fence import BEAT_SECONDS
from firstbell.engine.watch.loading import load
from firstbell.engine.watch.vanished import forget_vanished

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from firstbell.engine.engine import Engine
    from firstbell.engine.ports import Cluster
    from firstbell.engine.watch.asked_targets import AskedTargets
    from firstbell.engine.watch.followed_stop import FollowedStop

log = structlog.get_logger("firstbell.engine")


async def keep_beating(
    beat: Callable[[], None], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Beat once a second until cancelled; `sleep` is of the wall, however fast the engine's clock runs."""
    while True:
        beat()
        await sleep(BEAT_SECONDS)


async def follow_gaps(  # noqa: PLR0913, PLR0917 - all that is read again
    engine: Engine,
    cluster: Cluster,
    namespaces: Sequence[str],
    asked: AskedTargets,
    followed_stop: FollowedStop,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Look at everything anew whenever the fence was shut, until cancelled; `namespaces` empty = all."""
    fence = engine.fence
    while True:
        await fence.was_shut()
        epoch = fence.epoch
        await load(cluster, engine.store, namespaces, sleep, slices=engine.slices, again=True)
        await asked.look_at_all()
        seen = await followed_stop.look_again()
        if not seen or not await forget_vanished(engine, cluster, namespaces):
            await sleep(BEAT_SECONDS)
            continue
        if fence.epoch != epoch:
            continue  # it stood still while it read
        engine.look_at_stop()
        fence.open()
        await engine.look_at_everything()
        log.info("everything was read again")
