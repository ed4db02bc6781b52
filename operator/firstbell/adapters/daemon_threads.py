"""Blocking calls in threads of their own, bounded, and never in the way of the process's end.

The interpreter and `asyncio.run` wait for the threads of their pools, however long those hang in a name
lookup; a daemon thread is waited for by nobody. One is started for each call, which costs less than a tenth
of a millisecond beside a request.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


@dataclass(slots=True)
class _Lane:
    """The calls on behalf of one name."""

    slots: asyncio.Semaphore
    users: int = 0
    """Calls that wait or run."""


class DaemonThreads:
    """At most `most` calls at a time, and at most `most_of_one` of them for the same name.

    A call keeps its place until its thread has ended, even if nobody waits for it any more: threads that hang
    are counted.
    """

    def __init__(self, *, most: int, most_of_one: int) -> None:
        self._all = asyncio.Semaphore(most)
        self._most_of_one = most_of_one
        self._lanes: dict[str, _Lane] = {}

    async def run(self, name: str, work: Callable[[], T]) -> T:
        """Return what `work` returns or raises, once there is a place for it."""
        lane = self._lanes.setdefault(name, _Lane(asyncio.Semaphore(self._most_of_one)))
        lane.users += 1
        try:
            await self._take(lane)
        except BaseException:
            self._leave(name, lane)
            raise
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()

        def give_back() -> None:
            self._all.release()
            lane.slots.release()
            self._leave(name, lane)

        def ended(settle: Callable[[], None]) -> None:
            give_back()
            if not outcome.done():  # nobody waits any more
                settle()

        def call() -> None:
            settle: Callable[[], None]
            try:
                result = work()
            except BaseException as error:  # noqa: BLE001 - handed to whoever waits
                raised = error
                settle = lambda: outcome.set_exception(raised)  # noqa: E731
            else:
                settle = lambda: outcome.set_result(result)  # noqa: E731
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(ended, settle)

        try:
            threading.Thread(target=call, daemon=True, name=f"call {name}").start()
        except RuntimeError:  # the machine has no thread left
            give_back()
            raise
        return await outcome

    async def _take(self, lane: _Lane) -> None:
        await lane.slots.acquire()
        try:
            await self._all.acquire()
        except BaseException:
            lane.slots.release()
            raise

    def _leave(self, name: str, lane: _Lane) -> None:
        lane.users -= 1
        if not lane.users:
            del self._lanes[name]
