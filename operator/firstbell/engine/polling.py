"""Polling live metrics: each distinct query every fifteen seconds, however many autoscalers share it.

Queries are spread over the interval, each at its own second, so that a Prometheus is not asked everything
at once; a new one is asked at once. Of one server only so many are under way at a time, so that one that
hangs keeps no other from being read; each has a deadline, and none is asked again while its last answer is
awaited. Where nobody has metrics, nothing is asked.
"""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from firstbell.domain.absence import Unavailable
from firstbell.engine.naps import nap
from firstbell.engine.readings import SeenReading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from firstbell.domain.reactive import Reading
    from firstbell.engine.ports import Clock, MetricQuery, Metrics
    from firstbell.engine.store import Store

EVERY = timedelta(seconds=15)
DEADLINE_SECONDS = 12.0
"""The adapter's own is shorter, and says more: this one is for an adapter that hangs."""
AT_ONCE_OF_ONE_SERVER = 8
LONGEST_NAP_SECONDS = 15.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

log = structlog.get_logger("firstbell.engine")


class Polling:
    """The polls of one engine. `wake` is told the autoscalers that an answer concerns."""

    def __init__(
        self, *, store: Store, metrics: Metrics, clock: Clock, wake: Callable[[set[str]], None]
    ) -> None:
        self._store = store
        self._metrics = metrics
        self._clock = clock
        self._wake = wake
        self._due: dict[MetricQuery, datetime] = {}
        self._asking: set[MetricQuery] = set()
        self._free: dict[str, asyncio.Semaphore] = {}
        self._look = asyncio.Event()

    def look(self) -> None:
        """Somebody's metrics may have changed."""
        self._look.set()

    async def run(self) -> None:
        """Polls until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                for query in self._take_due(self._clock.now()):
                    self._asking.add(query)
                    tasks.create_task(self._ask(query))
                await nap(self._clock, self._nap_seconds(), self._look)

    def _take_due(self, now: datetime) -> Iterator[MetricQuery]:
        """The queries that are to be asked now; those that nobody asks any more are forgotten."""
        for query in self._due.keys() - self._store.queries:
            del self._due[query]
            self._store.readings.pop(query, None)
            if not any(query.server_address == other.server_address for other in self._due):
                self._free.pop(query.server_address, None)
        for query in list(self._store.queries):
            if self._due.get(query, now) <= now and query not in self._asking:
                self._due[query] = _next_turn(query, now)
                yield query

    def _nap_seconds(self) -> float:
        now = self._clock.now()
        waits = [(due - now).total_seconds() for query, due in self._due.items() if query not in self._asking]
        return max(0.0, min(waits, default=LONGEST_NAP_SECONDS))

    async def _ask(self, query: MetricQuery) -> None:
        try:
            async with self._free.setdefault(query.server_address, asyncio.Semaphore(AT_ONCE_OF_ONE_SERVER)):
                reading = await self._read(query)
            seen = SeenReading(reading=reading, at=self._clock.now())
            self._tell(query, self._store.readings.get(query), seen)
            self._wake(self._store.put_reading(query, seen))
        finally:
            self._asking.discard(query)
            self._look.set()

    async def _read(self, query: MetricQuery) -> Reading:
        where = query.server_address
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                return await self._metrics.read(query)
        except TimeoutError:
            return Unavailable(
                reason="Timeout",
                message=f"{where} did not answer within {DEADLINE_SECONDS:.0f} seconds. Is it overloaded, or "
                "the query too wide?",
            )
        except Exception:
            # A fault of ours that one query brings out must not keep the others from being read.
            log.exception("metric not read", server=where, query=query.query)
            return Unavailable(
                reason="ReadFailed", message=f"reading from {where} failed; the operator's log says why"
            )

    def _tell(self, query: MetricQuery, before: SeenReading | None, now: SeenReading) -> None:
        """One line where a query fails, or another way than before, and one where it is answered again."""
        was = before.reading.reason if before and isinstance(before.reading, Unavailable) else None
        has = now.reading.reason if isinstance(now.reading, Unavailable) else None
        if was == has:
            return
        if isinstance(now.reading, Unavailable):
            message = now.reading.message
            log.warning(
                "metric missing", server=query.server_address, query=query.query, reason=has, why=message
            )
        else:
            log.info("metric read again", server=query.server_address, query=query.query)


def _next_turn(query: MetricQuery, now: datetime) -> datetime:
    """The query's next own moment in the interval, at least half an interval from now."""
    digest = hashlib.sha256(f"{query.server_address} {query.query} {query.token}".encode()).digest()
    phase = EVERY * (int.from_bytes(digest[:4]) / 2**32)
    earliest = now + EVERY / 2
    return earliest + (phase - (earliest - _EPOCH)) % EVERY
