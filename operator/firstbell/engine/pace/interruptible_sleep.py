"""Waiting by the engine's clock, or until something is asked for sooner."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firstbell.engine.ports import Clock


async def nap(clock: Clock, seconds: float, woken: asyncio.Event) -> None:
    """Return after so many seconds of the clock, or as soon as `woken` is set, which is cleared first."""
    woken.clear()
    sleeping = asyncio.ensure_future(clock.sleep(seconds))
    waiting = asyncio.ensure_future(woken.wait())
    try:
        await asyncio.wait((sleeping, waiting), return_when=asyncio.FIRST_COMPLETED)
    finally:
        sleeping.cancel()
        waiting.cancel()
