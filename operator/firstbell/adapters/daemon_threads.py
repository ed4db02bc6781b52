"""Blocking calls in threads of their own, bounded, and never in the way of the process's end.

The interpreter and `asyncio.run` wait for the threads of their pools, however long those hang in a name
lookup; a daemon thread is waited for by nobody. One is started for each call, which costs less than a tenth
of a millisecond beside a request.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


@dataclass(frozen=True, eq=False, slots=True)
class _Turn:
    """A call that waits for its places. `come` is set when it has them all."""

    name: str
    group: str
    come: asyncio.Future[None]


class DaemonThreads:
    """At most `most` calls at a time, at most `most_of_one` of one name, and `most_of_group` of one group.

    A call has all of its places or none: what waits for a name or a group that is full keeps nobody else
    waiting. It keeps them until its thread has ended, even if nobody waits for it any more: threads that hang
    are counted. Of no group (empty) there may be as many as there are places.
    """

    def __init__(self, *, most: int, most_of_one: int, most_of_group: int | None = None) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._most_of_group = most if most_of_group is None else most_of_group
        self._running = 0
        self._of_name: Counter[str] = Counter()
        self._of_group: Counter[str] = Counter()
        self._waiting: dict[_Turn, None] = {}

    async def run(self, name: str, work: Callable[[], T], *, group: str = "") -> T:
        """Return what `work` returns or raises, once there is a place for it."""
        turn = _Turn(name, group, asyncio.get_running_loop().create_future())
        if not self._begun(turn):
            await self._wait(turn)
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()

        def ended(settle: Callable[[], None]) -> None:
            self._give_back(turn)
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
            self._give_back(turn)
            raise
        return await outcome

    async def _wait(self, turn: _Turn) -> None:
        self._waiting[turn] = None
        try:
            await turn.come
        except BaseException:
            if turn in self._waiting:
                del self._waiting[turn]
            else:
                self._give_back(turn)
            raise

    def _begun(self, turn: _Turn) -> bool:
        """Give a call its places, if all of them are free."""
        if self._running >= self._most or self._of_name[turn.name] >= self._most_of_one:
            return False
        if turn.group and self._of_group[turn.group] >= self._most_of_group:
            return False
        self._running += 1
        self._of_name[turn.name] += 1
        self._of_group[turn.group] += 1
        return True

    def _give_back(self, turn: _Turn) -> None:
        self._running -= 1
        for count, of in ((self._of_name, turn.name), (self._of_group, turn.group)):
            count[of] -= 1
            if not count[of]:
                del count[of]
        for waiting in list(self._waiting):
            if self._running >= self._most:
                return
            # One that was given up leaves by itself.
            if not waiting.come.done() and self._begun(waiting):
                del self._waiting[waiting]
                waiting.come.set_result(None)
