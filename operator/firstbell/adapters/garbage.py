"""What stays is kept out of Python's searches for garbage, each of which walks over all that is known.

Of ten thousand workloads one search keeps the loop for half a second of processor and more, and while
statuses are written there is one every few seconds. What is set aside is still freed as soon as nobody
refers to it; only what refers to itself in a circle waits until everything is looked through again.
"""

from __future__ import annotations

import asyncio
import gc
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SOON_SECONDS = 5.0
"""After the first look, by when all are asked to be decided on."""
AGAIN_SECONDS = 60.0
THOROUGH_EVERY = 10
"""Of so many times one looks through what was set aside, too: half a second, with ten thousand workloads."""


async def set_aside(
    calm: Callable[[], Awaitable[None]], sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Leave alone what is known now, and what is known whenever it is `calm`, until cancelled.

    In another thread than the main one nothing is set aside: there the process belongs to somebody else.
    """
    ours = threading.current_thread() is threading.main_thread()
    if ours:
        gc.freeze()  # without a search: the first floors are waited for
    wait, times = SOON_SECONDS, 0
    try:
        while True:
            await sleep(wait)
            await calm()
            if ours:
                if times % THOROUGH_EVERY == 0:
                    gc.unfreeze()
                gc.collect()
                gc.freeze()
                # Python searches again at a quarter more than it saw last, which now is next to nothing: no
                # search is so long that the work on one object is cut for it.
                gc.collect()
            wait, times = AGAIN_SECONDS, times + 1
    finally:
        if ours:
            gc.unfreeze()
