"""Kubernetes events, posted beside the work and never in its way.

The sink takes an event at any time and returns at once; a worker posts at most a few a second, counts a
repeat on the event that it repeats, and drops what does not fit its queue: scaling comes first. Namespaces
take turns, so that one that has very many does not silence the others.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict, deque
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from firstbell.core.instants import api_time
from firstbell.core.reasons import visible
from firstbell.engine.ports import Clock, Cluster, Failure, Happening, Json, ObjectPath

if TYPE_CHECKING:
    from datetime import datetime

_Queued: TypeAlias = "tuple[Json, Happening, datetime]"

QUEUE = 500
REMEMBERED = 2000
SECONDS_BETWEEN_POSTS = 0.05
MESSAGE_CHARACTERS = 1000
COMPONENT = "firstbell"


class KubernetesEvents:
    """The engine's `EventSink`: core/v1 events on the object concerned."""

    def __init__(
        self, cluster: Cluster, clock: Clock, *, seconds_between_posts: float = SECONDS_BETWEEN_POSTS
    ) -> None:
        self._cluster = cluster
        self._clock = clock
        self._pause = seconds_between_posts
        self._waiting: dict[str, deque[_Queued]] = {}
        self._some = asyncio.Event()
        self._posted: OrderedDict[str, int] = OrderedDict()
        self._since = clock.now().isoformat()

    def post(self, involved: Json, happening: Happening) -> None:
        """Queue an event for the object; of too many, one of the namespace with the most is dropped."""
        namespace = involved["namespace"]
        if sum(map(len, self._waiting.values())) >= QUEUE:
            most = max(self._waiting, key=lambda name: len(self._waiting[name]))
            if len(self._waiting[most]) <= len(self._waiting.get(namespace, ())):
                return
            self._waiting[most].pop()
        shown = replace(happening, message=visible(happening.message, MESSAGE_CHARACTERS))
        self._waiting.setdefault(namespace, deque()).append((involved, shown, self._clock.now()))
        self._some.set()

    async def run(self) -> None:
        """Post what is queued, until cancelled."""
        while True:
            while (queued := self._next()) is None:
                self._some.clear()
                await self._some.wait()
            await self._post(*queued)
            await asyncio.sleep(self._pause)

    def _next(self) -> _Queued | None:
        """Return the oldest event of the namespace whose turn it is; they take turns."""
        for namespace in list(self._waiting):
            queued = self._waiting.pop(namespace)
            if queued:
                first = queued.popleft()
                if queued:
                    self._waiting[namespace] = queued
                return first
        return None

    async def _post(self, involved: Json, happening: Happening, at: datetime) -> None:
        name = self._name(involved, happening)
        namespace = involved["namespace"]
        stamp = api_time(at)
        count = self._posted.get(name, 0) + 1
        self._remember(name, count)
        if count > 1:
            path = ObjectPath(group="", version="v1", plural="events", namespace=namespace, name=name)
            patched = await self._cluster.merge_patch(path, {"count": count, "lastTimestamp": stamp})
            if not isinstance(patched, Failure):
                return
        body = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": name, "namespace": namespace},
            "involvedObject": involved,
            "reason": happening.reason,
            "message": happening.message,
            "type": "Warning" if happening.warning else "Normal",
            "source": {"component": COMPONENT},
            "reportingComponent": COMPONENT,
            "count": 1,
            "firstTimestamp": stamp,
            "lastTimestamp": stamp,
        }
        created = await self._cluster.create("", "v1", "events", namespace, body)
        self._remember(name, 0 if isinstance(created, Failure) else 1)

    def _remember(self, name: str, count: int) -> None:
        self._posted[name] = count
        self._posted.move_to_end(name)
        while len(self._posted) > REMEMBERED:
            self._posted.popitem(last=False)

    def _name(self, involved: Json, happening: Happening) -> str:
        """Name an event: the same one on the same object alike, so that a repeat is counted.

        Another process does not know the count so far: its events have names of their own.
        """
        told = "\n".join((self._since, involved["uid"], happening.reason, happening.message))
        return f"{involved['name'][:40]}.{hashlib.sha256(told.encode()).hexdigest()[:16]}"
