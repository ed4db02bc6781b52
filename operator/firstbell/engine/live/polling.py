"""Polling live metrics: each distinct query every fifteen seconds, however many autoscalers share it.

Queries are spread over the interval, each at its own second, so that a Prometheus is not asked everything
at once; a new one is asked at once. Of one server only so many are under way at a time, so that one that
hangs keeps no other from being read; each has a deadline, and none is asked again while its last answer is
awaited. Where nobody has metrics, nothing is asked.
"""

from __future__ import annotations

import asyncio
import hashlib
import heapq
import time
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

import structlog

from firstbell.core import Unavailable
from firstbell.core.reasons import AbsenceReason
from firstbell.engine.live.answers import SeenReading
from firstbell.engine.pace.interruptible_sleep import nap
from firstbell.engine.ports import OK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from firstbell.core.scaling import Reading
    from firstbell.engine.live.answers import Answers
    from firstbell.engine.ports import Clock, MetricQuery, Metrics, Telemetry

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
        self,
        *,
        answers: Answers,
        metrics: Metrics,
        clock: Clock,
        wake: Callable[[set[str]], None],
        telemetry: Telemetry,
    ) -> None:
        self._telemetry = telemetry
        self._answers = answers
        self._metrics = metrics
        self._clock = clock
        self._wake = wake
        self._turns: dict[MetricQuery, datetime | None] = {}  # None: being asked
        self._heap: list[tuple[datetime, int, MetricQuery]] = []
        self._order = count()
        self._edits = -1
        self._free: dict[str, asyncio.Semaphore] = {}
        self._woken = asyncio.Event()

    def look(self) -> None:
        """Look at once: a policy's metrics may have changed."""
        if self._answers.edits != self._edits:
            self._woken.set()

    def begin_anew(self) -> None:
        """Follow a clock that was set: whatever is not being asked is due now."""
        now = self._clock.now()
        self._heap.clear()
        for query, turn in list(self._turns.items()):
            if turn is not None:
                self._plan(query, now)
        self._woken.set()

    async def run(self) -> None:
        """Poll until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                now = self._clock.now()
                self._follow_edits(now)
                for query in self._take_due(now):
                    tasks.create_task(self._ask(query, now))
                wait = (self._heap[0][0] - now).total_seconds() if self._heap else LONGEST_NAP_SECONDS
                await nap(self._clock, wait, self._woken)

    def _follow_edits(self, now: datetime) -> None:
        """Have what is new due now, and forget what nobody asks any more."""
        if self._answers.edits == self._edits:
            return
        self._edits = self._answers.edits
        for query in self._turns.keys() - self._answers.queries:
            del self._turns[query]
        for query in list(self._answers.queries):
            if query not in self._turns:
                self._plan(query, now)
        servers = {query.server_address for query in self._turns}
        self._free = {server: free for server, free in self._free.items() if server in servers}

    def _plan(self, query: MetricQuery, at: datetime) -> None:
        self._turns[query] = at
        heapq.heappush(self._heap, (at, next(self._order), query))
        if self._heap[0][2] is query:
            self._woken.set()

    def _take_due(self, now: datetime) -> Iterator[MetricQuery]:
        """Yield the queries whose turn has come."""
        while self._heap and self._heap[0][0] <= now:
            at, _, query = heapq.heappop(self._heap)
            if self._turns.get(query) == at:
                self._turns[query] = None
                yield query

    async def _ask(self, query: MetricQuery, asked: datetime) -> None:
        try:
            server = query.server_address
            async with self._free.setdefault(server, asyncio.Semaphore(AT_ONCE_OF_ONE_SERVER)):
                begun = time.perf_counter()
                reading = await self._read(query)
            outcome = reading.reason if isinstance(reading, Unavailable) else OK
            self._telemetry.queried(outcome, time.perf_counter() - begun)
            seen = SeenReading(reading=reading, at=self._clock.now())
            self._tell(query, self._answers.readings.get(query), seen)
            self._wake(self._answers.put(query, seen))
        finally:
            # Only now, so that none is asked again while its answer is awaited.
            if self._turns.get(query, asked) is None:
                self._plan(query, _next_turn(query, min(asked, self._clock.now())))

    async def _read(self, query: MetricQuery) -> Reading:
        where = query.server_address
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                return await self._metrics.read(query, self._answers.namespaces(query))
        except TimeoutError:
            return Unavailable(
                reason=AbsenceReason.TIMEOUT,
                message=f"{where} did not answer within {DEADLINE_SECONDS:.0f} seconds. Is it overloaded, or "
                "the query too wide?",
            )
        except Exception:
            # A fault of ours that one query brings out must not keep the others from being read.
            log.exception("metric not read", server=where, query=query.query)
            return Unavailable(
                reason=AbsenceReason.READ_FAILED,
                message=f"reading from {where} failed; the operator's log says why",
            )

    def _tell(self, query: MetricQuery, before: SeenReading | None, now: SeenReading) -> None:
        """Log one line where a query fails, or in another way, and one where it is answered again."""
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
    """Return the query's next own moment in the interval, at least half an interval from now."""
    digest = hashlib.sha256(f"{query.server_address} {query.query} {query.token}".encode()).digest()
    phase = EVERY * (int.from_bytes(digest[:4]) / 2**32)
    earliest = now + EVERY / 2
    return earliest + (phase - (earliest - _EPOCH)) % EVERY
