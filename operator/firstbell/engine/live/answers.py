"""The answers to queries of live metrics: what is asked, by whom, and what was answered last."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, KeysView
    from datetime import datetime, timedelta
    from fractions import Fraction

    from firstbell.core.scaling import MetricTarget, Reading
    from firstbell.engine.ports import MetricQuery


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedMetric:
    """A live metric of a policy: what it should be, and where it is read.

    `per_pupil` is what one pupil of a regular lesson start adds to it, None where it does not count pupils.
    """

    target: MetricTarget
    query: MetricQuery
    per_pupil: Fraction | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenReading:
    """The last answer to a query, and when it came."""

    reading: Reading
    at: datetime


@dataclass(kw_only=True, slots=True)
class Answers:
    """The last answer to each query that is asked.

    `edits` counts how often `queries` may have changed: whoever polls looks there, not at a thousand queries.
    """

    readings: dict[MetricQuery, SeenReading] = field(default_factory=dict)
    edits: int = 0
    _asked_by: dict[MetricQuery, set[str]] = field(default_factory=dict)
    _asks: dict[str, frozenset[MetricQuery]] = field(default_factory=dict)

    @property
    def queries(self) -> KeysView[MetricQuery]:
        """What is asked, each once however many share it."""
        return self._asked_by.keys()

    def namespaces(self, query: MetricQuery) -> str:
        """Return the namespaces of those who ask a query, with commas."""
        return ",".join(sorted({key.partition("/")[0] for key in self._asked_by.get(query, ())}))

    def ask(self, key: str, queries: Iterable[MetricQuery]) -> None:
        """Take what one autoscaler asks from now on; an answer that nobody asks for any more is forgotten."""
        now, before = frozenset(queries), self._asks.get(key, frozenset())
        if now == before:
            return
        self.edits += 1
        for query in before - now:
            self._asked_by[query].discard(key)
            if not self._asked_by[query]:
                del self._asked_by[query]
                self.readings.pop(query, None)
        for query in now - before:
            self._asked_by.setdefault(query, set()).add(key)
        if now:
            self._asks[key] = now
        else:
            self._asks.pop(key, None)

    def follow_clock(self, by: timedelta) -> None:
        """Follow a clock that was set: an answer stays as old as it is."""
        self.readings = {query: replace(seen, at=seen.at + by) for query, seen in self.readings.items()}

    def put(self, query: MetricQuery, seen: SeenReading) -> set[str]:
        """Remember an answer, if anybody still asks for it: the keys of those that must look again."""
        concerned = self._asked_by.get(query)
        if concerned is None:
            return set()
        self.readings[query] = seen
        return set(concerned)
