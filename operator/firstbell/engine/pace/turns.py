"""Whose turn it is: the namespaces one after the other, and in each what has waited longest.

However much one namespace has waiting, another one's key comes at the second turn at the latest. A namespace
that rests after a long slice is passed over.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

    from firstbell.engine.pace.slices import Slices

K = TypeVar("K", bound="Hashable")


class Turns(Generic[K]):
    """A queue of keys, each of a namespace."""

    def __init__(self, slices: Slices) -> None:
        self._slices = slices
        self._waiting: dict[str, deque[K]] = {}
        self._getters: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def put(self, namespace: str, key: K) -> None:
        """Queue a key."""
        self._waiting.setdefault(namespace, deque()).append(key)
        self._wake_one()

    async def get(self) -> K:
        """Return the next key, as soon as there is one whose namespace does not rest."""
        while (found := self._next()) is None:
            getter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._getters.append(getter)
            try:
                await getter
            except asyncio.CancelledError:
                if getter.done() and not getter.cancelled():
                    self._wake_one()
                raise
        return found[0]

    def is_calm(self) -> bool:
        """Tell whether nothing waits but what rests."""
        return all(self._slices.rest_of(namespace) for namespace in self._waiting)

    def _next(self) -> tuple[K] | None:
        """Return the next key, taken out, in a tuple; None where nobody's turn is now."""
        soonest = None
        for namespace in list(self._waiting):
            rest = self._slices.rest_of(namespace)
            if rest:
                soonest = rest if soonest is None else min(soonest, rest)
                continue
            keys = self._waiting.pop(namespace)
            key = keys.popleft()
            if keys:
                self._waiting[namespace] = keys  # at the end of the line
            return (key,)
        if soonest is not None:
            self._come_again(soonest)
        return None

    def _come_again(self, seconds: float) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._rested)

    def _rested(self) -> None:
        self._timer = None
        for _ in range(len(self._getters)):
            self._wake_one()

    def _wake_one(self) -> None:
        while self._getters:
            getter = self._getters.popleft()
            if not getter.done():
                getter.set_result(None)
                return
