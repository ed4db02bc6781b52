"""The queue of reports: namespaces take turns, each object waits once, and no two reports of one overlap."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from firstbell.engine.objects.object_keys import namespace_of
from firstbell.engine.pace.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.engine.pace.slices import Slices
    from firstbell.engine.seen.store import OwnKey


class ReportQueue:
    """Objects whose status is to be reported. What is asked for during its report is reported once more."""

    def __init__(self, slices: Slices) -> None:
        self._turns: Turns[OwnKey] = Turns(slices)
        self._waiting: set[OwnKey] = set()
        self._reported: set[OwnKey] = set()
        self._late: set[OwnKey] = set()

    def put(self, own: OwnKey) -> None:
        """Queue an object, unless it waits already."""
        if own in self._reported:
            self._late.add(own)
        elif own not in self._waiting:
            self._waiting.add(own)
            self._turns.put(namespace_of(own[1]), own)

    async def get(self) -> OwnKey:
        """Return the next object to report, as soon as there is one."""
        return await self._turns.get()

    @contextlib.contextmanager
    def alone(self, own: OwnKey) -> Iterator[None]:
        """Let two reports of one object never overlap: the older of them could be written last."""
        self._waiting.discard(own)
        self._reported.add(own)
        try:
            yield
        finally:
            self._reported.discard(own)
            if own in self._late:
                self._late.discard(own)
                self.put(own)
